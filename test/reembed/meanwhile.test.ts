import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements, seed, talk } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
afterAll(async () => await vendor.close())
beforeEach(() => vendor.restore())

const PATIENT = {
  MEMOIR_ENCRYPTION_KEY: 'an-encryption-key-for-tests',
  RECALL_EMBED_TIMEOUT_MS: '5000',
}
const SMALL = { model: 'small', dim: 64 }
const LARGE = { model: 'large', dim: 128 }

function clientOf({ services }: TestMemoir) {
  const app = createApp(services, { principal: localAdmin })
  const send = async (path: string, sent: Send = {}) =>
    await answerOf(await app.request(path, requestOf(sent)))
  return {
    send,
    recall: async (q: string) =>
      (await send(`/v1/recall?user_id=ada&k=20&q=${encodeURIComponent(q)}`)).json,
    use: async (embedding: { model: string; dim: number }, reembed?: boolean) =>
      await send('/v1/settings/ai', {
        method: 'PUT',
        body: {
          embedding: { base_url: vendor.url, ...embedding },
          ...(reembed === undefined ? {} : { reembed }),
        },
      }),
  }
}

/** The large model is away: what is embedded with it has to wait. */
const holdLarge = () =>
  vendor.failAlways({ status: 503, when: ({ body }) => body['model'] === LARGE.model })

const spaces = async ({ db }: TestMemoir) =>
  (
    await db.query(
      `select s.model, s.state, count(e.trace_id) as vectors,
              count(e.trace_id) filter (where e.revision <> t.revision) as stale
         from memoir.embedding_space s
         left join memoir.memory_embedding e on e.space_id = s.id
         left join memoir.memory_trace t on t.id = e.trace_id
        group by s.id order by s.id`,
    )
  ).rows

suite('another model is refused with an estimate, then serves once all is embedded', async () => {
  await using memoir = await createTestMemoir(PATIENT)
  const { send, recall, use } = clientOf(memoir)
  expect((await use(SMALL)).json).toMatchObject({ reembed: false, job: null })
  await seed(memoir.db, [talk('one', 'sourdough bread'), talk('two', 'sailing')])
  await memoir.backfill()
  holdLarge()

  const refused = await use(LARGE)
  expect([refused.status, refused.json.error.code]).toEqual([409, 'reembed_required'])
  expect(refused.json.error.details.estimate).toMatchObject({ memories: 10 })
  const accepted = await use(LARGE, true)
  const { job } = accepted.json
  expect(accepted.json).toMatchObject({ reembed: true, job: expect.any(String) })
  expect((await use({ model: 'third', dim: 32 }, true)).json.error.details.job).toBe(job)

  // Meanwhile the old vectors answer, and say that they are the old ones.
  await vi.waitFor(async () => {
    const { hits, degraded } = await recall('bread baking')
    expect(degraded).toEqual(['embedding_space'])
    expect(hits[0].scores.vector).toBeGreaterThan(0)
  }, 10_000)
  expect((await send('/v1/status')).json.degraded).toContain('embedding')
  // What is written meanwhile is found by them, and waits for the switch.
  const wait = { headers: { prefer: 'wait=20' } }
  const body = { user_id: 'ada', content: 'Ada keeps a rye starter in the fridge' }
  const stored = await send('/v1/memories', { body, ...wait })
  expect(stored.json).toMatchObject({ writes: { vector: 'written' } })
  const changed = await send(`/v1/memories/${stored.json.id}`, {
    method: 'PATCH',
    body: { content: 'Ada keeps a wheat starter in the cellar' },
    ...wait,
  })
  expect(changed.json).toMatchObject({ revision: 2, writes: { vector: 'written' } })
  expect((await recall('starter in the cellar')).hits[0]).toMatchObject({ id: stored.json.id })
  expect((await memoir.job(job)).state).toBe('running')

  vendor.restore()
  const { progress } = await memoir.until(job, 'succeeded')

  expect(progress).toMatchObject({ compared: { missing: expect.any(Number), agreement: 1 } })
  expect(await spaces(memoir)).toEqual([
    { model: 'small', state: 'retired', vectors: 11, stale: 0 },
    { model: 'large', state: 'active', vectors: 11, stale: 0 },
  ])
  const after = await recall('starter in the cellar')
  expect(after).toMatchObject({ degraded: [] })
  expect(after.hits[0]).toMatchObject({ id: stored.json.id })
  const { json } = await send('/v1/reembed')
  expect(json).toMatchObject({ required: false, job: null, estimate: null, undo: SMALL })

  // What goes while two spaces have it is counted once.
  // Both of one conversation, whatever comes first: forgetting is what makes its chain anew.
  const [hidden, forgotten] = [4, 3].map(
    (part) =>
      after.hits.find(({ content }: { content: string }) =>
        content.endsWith(`part ${part} of one.`),
      ).id,
  )
  await send(`/v1/memories/${hidden}`, { method: 'DELETE', ...wait })
  await send('/v1/forget', { body: { id: forgotten } })
  await vi.waitFor(async () => expect(await findDisagreements(memoir.db)).toEqual([]), 20_000)

  // Undone, the settings are what they were too; what came in since is embedded for it, as is the episode without what was forgotten.
  await send('/v1/memories', { body: { user_id: 'ada', content: 'Ada sold the boat' }, ...wait })
  const undone = await send('/v1/reembed', { body: { undo: true } })
  expect((await memoir.until(undone.json.job, 'succeeded')).progress).toMatchObject({ embedded: 2 })
  expect((await send('/v1/settings/ai')).json).toMatchObject({ embedding: SMALL, reembed: false })
  expect(await recall('who sold a boat')).toMatchObject({ degraded: [] })
  expect(await spaces(memoir)).toEqual([
    { model: 'small', state: 'active', vectors: 10, stale: 0 },
    { model: 'large', state: 'retired', vectors: 10, stale: 0 },
  ])
})

suite(
  'an endpoint that has another model by now does not answer for the stored vectors',
  async () => {
    await using memoir = await createTestMemoir(PATIENT)
    const { recall, use } = clientOf(memoir)
    await use(SMALL)
    await seed(memoir.db, [talk('one', 'sourdough bread')])
    await memoir.backfill()
    // By every name it makes vectors that point the other way.
    vendor.answerGarbage((answer) => ({
      ...answer,
      data: answer.data.map(({ index }) => ({
        index,
        embedding: Array.from({ length: 64 }, (_, at) => (at === index % 64 ? 1 : 0)),
      })),
    }))

    const { json } = await use({ model: 'other', dim: 64 }, true)

    const { hits } = await recall('bread baking')
    expect(hits.every((hit: { scores: { vector: number | null } }) => !hit.scores.vector)).toBe(
      true,
    )
    await memoir.until(json.job, 'succeeded')
    expect(await spaces(memoir)).toMatchObject([{ vectors: 5 }, { model: 'other', vectors: 5 }])
  },
)
