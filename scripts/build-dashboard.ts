import { existsSync, globSync, statSync } from 'node:fs'

/**
 * Builds the dashboard when it is not there or its sources are newer: what `npm start` does first, in half a second when there is
 * something to do. What it is built with is left out of installs for production; those bring a built one, or go without.
 */

const FOLDER = new URL('../dashboard/', import.meta.url)
const BUILT = new URL('dist/index.html', FOLDER)
const SOURCES = ['dashboard/{index.html,*.ts,src/**/*}', 'src/client/*.ts', 'package-lock.json']

function isBuilt(): boolean {
  if (!existsSync(BUILT)) return false
  const at = statSync(BUILT).mtimeMs
  const files = globSync(SOURCES, { cwd: new URL('../', import.meta.url) })
  return files.every((file) => statSync(new URL(`../${file}`, import.meta.url)).mtimeMs <= at)
}

async function build(): Promise<void> {
  const vite = await import('vite').catch(() => undefined)
  if (vite === undefined) {
    process.stderr.write('The dashboard is left out: what builds it is not installed.\n')
    return
  }
  await vite.build({ root: FOLDER.pathname, logLevel: 'warn' })
}

if (!isBuilt()) await build()
