import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Programs that bring something from elsewhere, and how long they may take. */

const LOOK_EVERY_MS = 1_000
const SAY_EVERY_MS = 10_000

/** Where proxies, certificates, and the caches and settings of Go and Maven are, variables say. */
export const isForFetching = (name: string) =>
  /^(GO|MAVEN_|JAVA_HOME$|M2_HOME$)/.test(name) ||
  /^(SSL_CERT_\w+|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy)$/i.test(name)

export interface Finishing {
  readonly env: Readonly<Record<string, string>>
  /** Asked every second; false ends it. */
  readonly goesOn: () => boolean
  readonly report: () => void
  readonly cwd?: string
  /** Given what it writes, on either stream. */
  readonly onOutput?: (text: string) => void
}

/** Runs a program to its end; true when that was a good one. */
export async function finish(
  program: string,
  args: readonly string[],
  { env, cwd, goesOn, report, onOutput }: Finishing,
): Promise<boolean> {
  const heard = onOutput === undefined ? 'ignore' : 'pipe'
  const child = spawn(program, args, {
    env,
    stdio: ['ignore', heard, heard],
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text))
  }
  const look = setInterval(() => {
    if (!goesOn()) child.kill('SIGTERM')
  }, LOOK_EVERY_MS)
  const tell = setInterval(report, SAY_EVERY_MS)
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(false))
      child.once('exit', (code) => resolve(code === 0))
    })
  } finally {
    clearInterval(look)
    clearInterval(tell)
  }
}

const SECOND_MS = 1_000
/** Before this share of the whole, how long the rest takes is a guess. */
const TELLING_SHARE = 0.05

/** How far something is: what is done, how long it took, and about how long the rest takes at that pace. */
export function howFar(
  done: string,
  { elapsedMs, share }: { readonly elapsedMs: number; readonly share?: number },
): string {
  const took = `${done}, ${Math.round(elapsedMs / SECOND_MS)} s`
  if (share === undefined || share < TELLING_SHARE || share >= 1) return `${took} …`
  const leftMs = (elapsedMs / share) * (1 - share)
  return `${took}, some ${Math.ceil(leftMs / SECOND_MS)} s left …`
}

/** What lies in a folder by now. */
export function sizeOf(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}
