import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { siblingFile } from '../sibling.ts'
import { askOnce } from '../stores/own-database.ts'
import { startChild, type ChildGround } from './child.ts'
import type { DataFolder } from './data-folder.ts'
import type { StartedPostgres } from './postgres.ts'

/** Whether this data folder's memories are in PGlite. */
export const hasPglite = (folder: DataFolder) => existsSync(join(folder.path, 'pglite'))

/**
 * PGlite in a child process, behind Postgres' protocol. It is one session for everything that connects, so exactly one process may
 * use it, over exactly one connection. For trying out.
 */
export async function startPglite(ground: ChildGround): Promise<StartedPostgres> {
  const { folder } = ground
  const port = await folder.port('postgres')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const server = siblingFile(import.meta.url, './pglite-server')
  const child = await startChild(
    {
      name: 'pglite',
      program: process.execPath,
      args: [server, join(folder.path, 'pglite'), String(port)],
      stopSignal: 'SIGTERM',
      ready: async () => await askOnce(url),
    },
    ground,
  )
  return { url, detail: 'PGlite, for trying out; not for load', stop: child.stop }
}
