import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { Logger } from '../logger.ts'
import { startChild } from './child.ts'
import type { DataFolder } from './data-folder.ts'
import type { StartedPostgres } from './postgres.ts'

/**
 * PGlite in a child process, behind Postgres' protocol. It is one session for everything that connects, so exactly one process may
 * use it, over exactly one connection. For trying out.
 */
export async function startPglite({
  folder,
  log,
}: {
  folder: DataFolder
  log: Logger
}): Promise<StartedPostgres> {
  const port = await folder.port('postgres')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const child = await startChild(
    {
      name: 'pglite',
      program: process.execPath,
      args: [
        fileURLToPath(new URL('pglite-server.ts', import.meta.url)),
        join(folder.path, 'pglite'),
        String(port),
      ],
      stopSignal: 'SIGTERM',
      ready: async () => {
        const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
        client.on('error', () => undefined)
        await client.connect()
        await client.query('select 1')
        await client.end()
      },
    },
    { folder, log },
  )
  return { url, detail: 'PGlite, for trying out; not for load', stop: child.stop }
}
