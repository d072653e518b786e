import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { answeredBy } from '../support/ask.ts'
import { environment } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'
import { startProcess } from '../support/processes.ts'
import { DELIVERY_ENV, happen, memoriesOf } from './delivery-world.ts'
import { createEndpoint } from './endpoint.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

/** What was in hand at a death may come twice, at once one after the other; nothing comes late or is missing. */
const withoutRepeats = (ids: readonly string[]) => ids.filter((id, at) => id !== ids[at - 1])

suite(
  'workers that are killed in mid-delivery change nothing: each user is told everything, in order',
  { timeout: 5 * 60_000 },
  async () => {
    await using store = await createTestDatabase()
    await using endpoint = await createEndpoint()
    const env = {
      ...environment(store.url, inject('temporalAddress')),
      ...DELIVERY_ENV,
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    }
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const ask = answeredBy(createApp(services))
    const workers = [startProcess('worker', env), startProcess('worker', env)]
    try {
      const { json } = await ask('/v1/webhooks', { body: { url: endpoint.url } })
      const namespaceId = await defaultNamespace(store.db)
      endpoint.answer((response, one) => {
        setTimeout(() => response.writeHead(204).end(), 10)
        Object.assign(one, { status: 204 })
      })
      const users = ['ann', 'bob', 'eve', 'joe']
      const happened = new Map<string, string[]>()
      for (const user of users) {
        happened.set(user, await happen(store.db, { namespaceId, user, count: 60 }))
      }
      for (const [kill, atLeast] of [40, 90, 140].entries()) {
        await vi.waitUntil(() => endpoint.heard.length >= atLeast, { timeout: 90_000, interval: 5 })
        await workers[kill]?.kill()
        workers.push(startProcess('worker', env))
      }
      await vi.waitUntil(
        async () => {
          const list = await ask(`/v1/webhooks/${json.id}/deliveries?state=delivered&limit=200`)
          return (
            list.json.items.length === 200 &&
            (await ask('/v1/webhooks')).json.items[0].waiting === 0
          )
        },
        { timeout: 120_000, interval: 200 },
      )
      for (const user of users) {
        expect(withoutRepeats(memoriesOf(endpoint.heard, user))).toEqual(happened.get(user))
      }
      // At most what each of the three had in hand.
      expect(endpoint.heard.length - 240).toBeLessThanOrEqual(3 * users.length)
    } finally {
      await Promise.all(workers.map(async (worker) => await worker.kill()))
      await services.close()
    }
  },
)

suite(
  'ten thousand events of two hundred users, most of them at once',
  { timeout: 5 * 60_000 },
  async () => {
    await using store = await createTestDatabase()
    await using endpoint = await createEndpoint()
    const env = {
      ...environment(store.url, inject('temporalAddress')),
      ...DELIVERY_ENV,
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
    }
    const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
    const ask = answeredBy(createApp(services))
    const worker = startProcess('worker', env)
    try {
      await ask('/v1/webhooks', { body: { url: endpoint.url } })
      await store.db.query(
        `insert into memoir.memory_user (namespace_id, external_id)
         select n.id, 'user-' || g from memoir.namespace n, generate_series(1, 200) g where n.name = 'default'`,
      )
      for (let wave = 0; wave < 10; wave += 1) {
        await store.db.query(
          `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
           select gen_random_uuid(), u.id, 'message', 'x', 'x', now() from memoir.memory_user u, generate_series(1, 5) g`,
        )
      }
      await vi.waitUntil(() => endpoint.heard.length >= 10_000, { timeout: 240_000, interval: 100 })
      expect(new Set(endpoint.heard.map(({ id }) => id)).size).toBe(10_000)
      const { rows } = await store.db.query<{ user: string; ids: string[] }>(
        `select u.external_id as user, array_agg(e.subject order by e.seq) as ids
           from memoir.memory_event e join memoir.memory_user u on u.id = e.user_id group by 1`,
      )
      for (const { user, ids } of rows) expect(memoriesOf(endpoint.heard, user)).toEqual(ids)
    } finally {
      await worker.stop()
      await services.close()
    }
  },
)
