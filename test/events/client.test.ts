import { serve, type ServerType } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Memoir } from '../../src/client/index.ts'
import { ADMIN_KEY, createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { happen } from './delivery-world.ts'

const suite = hasPostgres ? test : test.skip

const listening = async (fetch: (request: Request) => Response | Promise<Response>) =>
  await new Promise<{ server: ServerType; baseUrl: string }>((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, (at: AddressInfo) =>
      resolve({ server, baseUrl: `http://127.0.0.1:${at.port}` }),
    )
  })

suite(
  'the client reads events page by page, and follows them over a stream that breaks',
  async () => {
    await using memoir = await createApiFixture()
    const namespaceId = await memoir.namespace('default')
    let streams = 0
    const { server, baseUrl } = await listening(async (request) => {
      const response = await memoir.app.fetch(request)
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      streams += isStream === true ? 1 : 0
      // The first stream breaks off after its first piece.
      if (isStream !== true || streams > 1 || response.body === null) return response
      const reader = response.body.getReader()
      const { value } = await reader.read()
      await reader.cancel()
      return new Response(value?.slice(), { headers: response.headers })
    })
    const client = new Memoir({ baseUrl, apiKey: ADMIN_KEY })
    const ids = await happen(memoir.db, { namespaceId, user: 'ann', count: 5 })
    const read: (string | undefined)[] = []
    for await (const { data } of client.events.all({ limit: 2, types: ['memory.created'] })) {
      read.push(data.memory_id)
    }
    expect(read).toEqual(ids)

    const leaving = new AbortController()
    const followed: (string | undefined)[] = []
    for await (const { data } of client.events.follow({ signal: leaving.signal })) {
      followed.push(data.memory_id)
      if (followed.length === 5) {
        ids.push(...(await happen(memoir.db, { namespaceId, user: 'ann', count: 1 })))
      }
      if (followed.length === 6) break
    }
    leaving.abort()
    expect(followed).toEqual(ids)
    expect(streams).toBeGreaterThan(1)
    server.close()
  },
)

suite('the client steers webhooks', async () => {
  await using memoir = await createApiFixture({
    env: { MEMOIR_ENCRYPTION_KEY: 'a key of a test, long enough' },
  })
  const client = new Memoir({
    baseUrl: 'http://memoir.test',
    apiKey: ADMIN_KEY,
    fetch: async (request) => await memoir.app.request(request),
  })
  const { id, secret } = await client.webhooks.create({ url: 'https://example.com/memoir' })
  expect(secret).toMatch(/^whsec_/)
  expect((await client.webhooks.list()).items).toEqual([expect.objectContaining({ id })])
  expect((await client.webhooks.deliveries(id, { state: 'parked' })).items).toEqual([])
  expect(await client.webhooks.replay(id)).toMatchObject({ id, state: 'active' })
  await client.webhooks.remove(id)
  const left = []
  for await (const webhook of client.webhooks.all()) left.push(webhook)
  expect(left).toEqual([])
})
