import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { createTurnstile } from './turnstile.ts'

/** The child process: PGlite on a port. Arguments: folder, port. */
const [, , folder, port] = process.argv
if (folder === undefined || port === undefined) throw new Error('usage: pglite-server FOLDER PORT')

/** The longest path that a socket may have everywhere. */
const SOCKET_PATH_AT_MOST = 100

if (!existsSync(folder)) await create(folder)
const db = await PGlite.create(folder, { extensions: { vector } })

// With a second client statements of one would run as the other's; the turnstile lets in one. The one that is leaving may still
// hold its place.
const path = innerPath(folder)
const inner = new PGLiteSocketServer({ db, path, maxConnections: 2 })
await inner.start()
const turnstile = createTurnstile(() => connect(path))
turnstile.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
turnstile.listen(Number(port), '127.0.0.1')

async function stop(): Promise<void> {
  turnstile.close()
  await inner.stop()
  await db.close()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())

/** A place that only this user can connect to: in the data folder, unless that lies too deep. */
function innerPath(data: string): string {
  if (process.platform === 'win32') return String.raw`\\.\pipe\memoir-${process.pid}`
  const beside = `${data}.socket`
  const place =
    beside.length > SOCKET_PATH_AT_MOST
      ? join(mkdtempSync(join(tmpdir(), 'memoir-')), 'pglite.socket')
      : beside
  // A killed one left it behind.
  rmSync(place, { force: true })
  return place
}

/** A new database gets its name when it is complete: one that was cut short by a kill could never be opened. */
async function create(name: string): Promise<void> {
  const draft = `${name}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  const fresh = await PGlite.create(draft, { extensions: { vector } })
  await fresh.close()
  renameSync(draft, name)
}
