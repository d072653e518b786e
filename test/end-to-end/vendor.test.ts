import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { findDisagreements, seed, talk } from '../support/ingest.ts'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { dutifulModel } from '../support/fake-chat.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

let vendor: FakeVendor

beforeAll(async () => {
  vendor = await startFakeVendor({ dimensions: 64 })
})
beforeEach(() => vendor.restore())
afterAll(async () => await vendor.close())

const env = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  OPENAI_API_KEY: 'a-key-of-the-vendor',
  EMBEDDING_TIMEOUT_MS: '500',
})

const talks = (count: number) =>
  Array.from({ length: count }, (_, index) => talk(`c${String(index).padStart(2, '0')}`, 'tides'))

suite(
  'a vendor that is busy, broken, silent or gone delays a backfill and loses nothing',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(12))
    vendor.failNext(1, { status: 429, headers: { 'retry-after': '1' } })
    vendor.failNext(1, { status: 500 })
    vendor.resetNext(1)
    vendor.hangNext(1)

    const job = await memoir.backfill()

    expect(job).toMatchObject({
      state: 'succeeded',
      error: null,
      progress: { created: 12, errors: 0, total_fetched: 12 },
    })
    expect(vendor.requests.length).toBeGreaterThan(4)
    expect(await findDisagreements(memoir.db)).toEqual([])
  },
  150_000,
)

suite(
  'while a step waits for its vendor the job says why',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(3))
    vendor.failAlways({ status: 429, headers: { 'retry-after': '1' } })

    const { id } = await memoir.accept()
    await vi.waitUntil(async () => (await memoir.job(id)).error !== null, { timeout: 30_000 })
    expect(await memoir.job(id)).toMatchObject({
      state: 'running',
      error: { code: 'vendor_busy', step: 'ingestPage' },
    })

    vendor.restore()
    expect(await memoir.until(id, 'succeeded')).toMatchObject({ error: null })
  },
  150_000,
)

suite(
  'a key the vendor does not accept fails the job at once, and retry goes on after mending',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(8))
    vendor.failAlways({ status: 401, body: { error: { message: 'bad key sk-secret for tides' } } })

    const failed = await memoir.backfill()
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'vendor_unauthorized' } })
    expect(JSON.stringify(failed)).not.toContain('sk-secret')

    vendor.restore()
    await memoir.services.jobs.retry({ namespaceId: memoir.namespaceId, id: failed.id })
    expect(await memoir.until(failed.id, 'succeeded')).toMatchObject({
      attempts: 2,
      progress: { created: 8, errors: 0 },
    })
  },
  150_000,
)

suite(
  'vectors of another length are refused, and nothing of them is stored',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(4))
    vendor.answerWrongLength(32)

    expect(await memoir.backfill()).toMatchObject({
      state: 'failed',
      error: { code: 'dimension_mismatch' },
    })
    const { rows } = await memoir.db.query(`select count(*) as n from memoir.memory_embedding`)
    expect(rows).toEqual([{ n: 0 }])
  },
  150_000,
)

suite(
  'another model after a restart: recall goes on by words and says so, a backfill says what to do',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(4))
    expect(await memoir.backfill()).toMatchObject({ state: 'succeeded' })

    await memoir.restart({ ...env(), EMBEDDING_MODEL: 'another-model' })

    const answer = await memoir.services.recall({
      namespaceId: memoir.namespaceId,
      userId: 'ada',
      query: 'what about the tides?',
      k: 3,
    })
    expect(answer.degraded).toEqual(['embedding_space'])
    expect(answer.hits).toHaveLength(3)
    expect(await memoir.services.health()).toMatchObject({ embedding: { ok: false } })
    await memoir.db.query(`update memoir.messages set content = 'changed' where id = 'c00/0'`)
    expect(await memoir.backfill()).toMatchObject({
      state: 'failed',
      error: { code: 'reembed_required' },
    })
    const { rows } = await memoir.db.query(
      `select count(distinct space_id) as spaces from memoir.memory_embedding`,
    )
    expect(rows).toEqual([{ spaces: 1 }])
  },
  150_000,
)

suite(
  'a conversation the vendor refuses is listed, the rest go on, and only it is tried again',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, [...talks(6), talk('poison', 'forbidden words')])
    vendor.failAlways({ status: 400, whenInputContains: 'forbidden words' })

    const job = await memoir.backfill()
    expect(job).toMatchObject({ state: 'succeeded', progress: { created: 6, errors: 1 } })
    const key = { namespaceId: memoir.namespaceId, id: job.id }
    expect((await memoir.services.jobs.failures({ ...key, limit: 10 })).items).toEqual([
      expect.objectContaining({ conversation_id: 'poison', code: 'vendor_refused' }),
    ])

    vendor.restore()
    expect(await memoir.backfill({ retryFailed: true })).toMatchObject({
      state: 'succeeded',
      progress: { created: 1, skipped: 0, errors: 0, total_fetched: 1 },
    })
  },
  150_000,
)

const NAN = {
  status: 500,
  body: { error: { message: 'failed to encode response: json: unsupported value: NaN' } },
}

function asAdmin(memoir: TestMemoir) {
  const app = createApp(memoir.services, { principal: localAdmin })
  return async (path: string, send: Send = {}) =>
    await answerOf(await app.request(path, requestOf(send)))
}

suite(
  'a text for which a server has no answer is given up alone: with memories, sessions and a backfill',
  async () => {
    await using memoir = await createTestMemoir({
      ...env(),
      LLM_MODEL: 'chat',
      OPENAI_BASE_URL: vendor.url,
    })
    const ask = asAdmin(memoir)
    vendor.failAlways({
      ...NAN,
      whenInputContains: 'quokka',
      when: ({ path }) => path.endsWith('/embeddings'),
    })
    vendor.answerChat(dutifulModel())
    const contents = ['The ferry leaves.', 'We saw a quokka.', 'A green roof.', 'Open on Sundays.']

    const stored = await ask('/v1/memories/batch', {
      body: { user_id: 'islands', memories: contents.map((content) => ({ content })) },
    })
    const job = await memoir.until(stored.json.job, 'failed')
    expect(job.error).toMatchObject({
      code: 'vendor_refused',
      step: 'embedMemories',
      detail: expect.stringContaining('unsupported value: NaN') as string,
    })
    const { json } = await ask('/v1/memories?user_id=islands')
    const states = new Map(
      json.items.map((one: { content: string; writes: { vector: string } }) => [
        one.content,
        one.writes.vector,
      ]),
    )
    expect(contents.map((content) => states.get(content))).toEqual([
      'written',
      'failed',
      'written',
      'written',
    ])
    const found = await ask('/v1/recall?user_id=islands&q=quokka')
    expect(found.json.hits[0]).toMatchObject({ content: contents[1] })

    const transcript = 'User: I like tea.\nUser: My pet is a quokka.\nUser: I live in Perth.'
    const posted = await ask('/v1/sessions', {
      body: { user_id: 'islands', session_id: 's', transcript },
    })
    await memoir.until(posted.json.job, 'succeeded')
    const { rows } = await memoir.db.query(
      `select content, vector_state from memoir.memory_trace where kind = 'fact' order by content`,
    )
    expect(rows).toEqual([
      { content: 'user said: I like tea.', vector_state: 'written' },
      { content: 'user said: I live in Perth.', vector_state: 'written' },
      { content: 'user said: My pet is a quokka.', vector_state: 'failed' },
    ])
    const steps = await ask(`/v1/jobs/${posted.json.job}/failures`)
    expect(steps.json.items).toMatchObject([{ step: 'embedFacts', code: 'vendor_refused' }])

    await seed(memoir.db, [...talks(5), talk('poison', 'a quokka')])
    const walked = await memoir.backfill()
    expect(walked).toMatchObject({ state: 'succeeded', progress: { created: 5, errors: 1 } })
    const told = await ask(`/v1/jobs/${walked.id}/failures`)
    expect(JSON.stringify(told.json)).toContain('unsupported value: NaN')

    vendor.restore()
    vendor.answerChat(dutifulModel())
    await memoir.services.jobs.retry({ namespaceId: memoir.namespaceId, id: stored.json.job })
    await memoir.until(stored.json.job, 'succeeded')
    // The fact and the summary that were kept without a vector are found by their words until they are embedded anew.
    const after = await ask('/v1/memories?user_id=islands&kinds=note')
    expect(
      after.json.items.map(({ writes }: { writes: { vector: string } }) => writes.vector),
    ).toEqual(contents.map(() => 'written'))
  },
  150_000,
)

suite(
  'a server that is slow for a batch is asked for less, and the backfill ends',
  async () => {
    await using memoir = await createTestMemoir(env())
    await seed(memoir.db, talks(12))
    vendor.requests.splice(0)
    vendor.delayFor(({ count }) => count * 40)
    expect(await memoir.backfill()).toMatchObject({
      state: 'succeeded',
      progress: { created: 12, errors: 0 },
    })
    const late = vendor.requests.filter(({ count }) => count * 40 > 500)
    expect(late.length).toBeLessThan(12)
  },
  150_000,
)
