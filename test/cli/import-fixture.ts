import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { ADMIN_KEY, createApiFixture, type ApiFixture } from '../api/api-fixture.ts'

/** The API on a port, and a folder for files and positions. */
export interface ImportFixture extends AsyncDisposable {
  readonly memoir: ApiFixture
  readonly folder: string
  /** The environment of a command line that works with it. */
  readonly env: Readonly<Record<string, string>>
}

export async function createImportFixture(): Promise<ImportFixture> {
  const memoir = await createApiFixture()
  const folder = await mkdtemp(join(tmpdir(), 'memoir-import-'))
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve) => {
      const server = serve({ fetch: memoir.app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
        resolve({ server, port: (info satisfies AddressInfo).port }),
      )
    },
  )
  return {
    memoir,
    folder,
    env: {
      MEMOIR_URL: `http://127.0.0.1:${port}`,
      MEMOIR_KEY: ADMIN_KEY,
      MEMOIR_DATA_DIR: join(folder, 'data'),
    },
    async [Symbol.asyncDispose]() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      await memoir[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

/** Everything that the source tables hold, in an order of its own. */
export async function contentsOf({ memoir }: ImportFixture): Promise<string> {
  const { rows } = await memoir.db.query<{ all: string }>(
    `select md5(string_agg(row, e'\\n' order by row)) || ' ' || count(*) as all from (
       select concat_ws('|', namespace, source, id, user_id, title, created_at, updated_at) as row
         from memoir.conversations
       union all
       select concat_ws('|', namespace, source, id, conversation_id, role, name, content, position, created_at)
         from memoir.messages) rows`,
  )
  return rows[0]?.all ?? ''
}

/** Takes every import and keeps nothing of it. */
export async function startSink() {
  const sizes: number[] = []
  const server = createServer((request, response) => {
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
    })
    request.on('end', () => {
      sizes.push(size)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ conversations: 1, messages: 1, rejected: [] }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    sizes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
