import { spawn } from 'node:child_process'

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // `start` belongs to the shell there, and takes a first quoted word for a title.
  win32: ['cmd', '/c', 'start', '""'],
}

/** Long enough for an opener that finds no browser to say so; one that has opened it may stay for as long as it likes. */
const DECIDED_AFTER_MS = 1_500

/** Shows a page in the browser of this machine. @returns false where that cannot be done */
export async function openBrowser(url: string): Promise<boolean> {
  const [program = '', ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  child.unref()
  return await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), DECIDED_AFTER_MS)
    const decide = (opened: boolean) => {
      clearTimeout(timer)
      resolve(opened)
    }
    child.once('error', () => decide(false))
    child.once('exit', (code) => decide(code === 0))
  })
}
