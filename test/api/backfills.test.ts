import { expect, test, vi } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

const PATH = '/v1/backfills'

async function finish(memoir: ApiFixture, state = 'succeeded'): Promise<void> {
  await memoir.db.query(`update memoir.job set state = $1, finished_at = now()`, [state])
}

test.skipIf(!hasPostgres)('a backfill is accepted with its job', async () => {
  await using memoir = await createApiFixture()

  const answer = await memoir.send(PATH, { body: { page_size: 20, extract: 'none' } })

  expect(answer.status).toBe(202)
  const { id, job, status } = answer.json
  expect(answer.json).toEqual({ id, job: id, status: 'queued' })
  expect([job, status]).toEqual([id, 'queued'])
  const { rows } = await memoir.db.query('select id, request from memoir.job')
  expect(rows).toEqual([
    {
      id,
      request: { source: 'main', pageSize: 20, retryFailed: false, extract: 'none', budget: null },
    },
  ])
})

test.skipIf(!hasPostgres)('the same request joins, another one is told which runs', async () => {
  await using memoir = await createApiFixture()
  const first = await memoir.send(PATH, { body: {} })

  const same = await memoir.send(PATH, { body: {} })
  const other = await memoir.send(PATH, { body: { retry_failed: true } })

  expect(same.json.job).toBe(first.json.job)
  expect(other.status).toBe(409)
  expect(other.json.error).toMatchObject({ code: 'conflict', details: { job: first.json.job } })
})

test.skipIf(!hasPostgres)(
  'one over all that is unchanged says so, and joins no other',
  async () => {
    await using memoir = await createApiFixture()
    const first = await memoir.send(PATH, { body: { force: true } })
    const { rows } = await memoir.db.query<{ force: boolean }>(
      `select (request->>'force')::boolean as force from memoir.job`,
    )
    expect(rows).toEqual([{ force: true }])
    expect((await memoir.send(PATH, { body: { force: true } })).json.job).toBe(first.json.job)
    expect((await memoir.send(PATH, { body: {} })).status).toBe(409)
  },
)

test.skipIf(!hasPostgres)('what a backfill cannot be asked is refused by its field', async () => {
  await using memoir = await createApiFixture()
  for (const [body, field] of [
    [{ extract: 'magic' }, 'extract'],
    [{ budget: -5 }, 'budget'],
    [{ page_size: 0 }, 'page_size'],
    [{ page_size: 2.5 }, 'page_size'],
    [{ retry_failed: 'yes' }, 'retry_failed'],
  ] as const) {
    const answer = await memoir.send(PATH, { body })
    expect([answer.status, answer.json.error.details.field]).toEqual([400, field])
  }
  const { rowCount } = await memoir.db.query('select 1 from memoir.job')
  expect(rowCount).toBe(0)
})

test.skipIf(!hasPostgres)(
  'the same key and body get the same answer, work done or not',
  async () => {
    await using memoir = await createApiFixture()
    const headers = { 'idempotency-key': 'k-1' }
    const first = await memoir.send(PATH, { body: { page_size: 5, extract: 'none' }, headers })
    await finish(memoir)

    const again = await memoir.send(PATH, { body: { extract: 'none', page_size: 5 }, headers })
    const without = await memoir.send(PATH, { body: { page_size: 5, extract: 'none' } })

    expect(again.status).toBe(202)
    expect(again.json).toEqual(first.json)
    expect(without.json.job).not.toBe(first.json.job)
  },
)

test.skipIf(!hasPostgres)('a key that comes with another body is refused', async () => {
  await using memoir = await createApiFixture()
  const headers = { 'idempotency-key': 'k-1' }
  await memoir.send(PATH, { body: {}, headers })

  const answer = await memoir.send(PATH, { body: { page_size: 9 }, headers })

  expect(answer.status).toBe(409)
  expect(answer.json.error).toMatchObject({
    code: 'conflict',
    details: { field: 'Idempotency-Key' },
  })
})

test.skipIf(!hasPostgres)('while the first is being worked on the second is told so', async () => {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  await using memoir = await createApiFixture()
  const accept = memoir.services.jobs.acceptBackfill
  vi.spyOn(memoir.services.jobs, 'acceptBackfill').mockImplementation(async (request) => {
    reach()
    await held
    return await accept(request)
  })
  const send = async () =>
    await memoir.send(PATH, { body: {}, headers: { 'idempotency-key': 'k' } })

  const first = send()
  await reached
  const second = await send()
  letGo()

  expect(second.status).toBe(409)
  expect(second.json.error.code).toBe('in_progress')
  expect(second.headers.get('retry-after')).toBe('1')
  const answered = await first
  expect(answered.status).toBe(202)
  expect((await send()).json).toEqual(answered.json)
})

test.skipIf(!hasPostgres)('a refused request gives its key back', async () => {
  await using memoir = await createApiFixture()
  await memoir.send(PATH, { body: {} })
  const headers = { 'idempotency-key': 'k' }
  expect((await memoir.send(PATH, { body: { page_size: 9 }, headers })).status).toBe(409)
  await finish(memoir)

  expect((await memoir.send(PATH, { body: { page_size: 9 }, headers })).status).toBe(202)
})

test.skipIf(!hasPostgres)(
  'a malformed key is refused, and keys of namespaces never meet',
  async () => {
    await using memoir = await createApiFixture()
    await memoir.namespace('acme')
    const bad = await memoir.send(PATH, { body: {}, headers: { 'idempotency-key': 'a b' } })
    expect([bad.status, bad.json.error.details.field]).toEqual([400, 'Idempotency-Key'])

    const headers = { 'idempotency-key': 'k' }
    const here = await memoir.send(PATH, { body: {}, headers })
    const there = await memoir.send(PATH, {
      body: { page_size: 3 },
      headers: { ...headers, 'memoir-namespace': 'acme' },
    })
    expect([here.status, there.status]).toEqual([202, 202])
    expect(there.json.job).not.toBe(here.json.job)
  },
)

test.skipIf(!hasPostgres)('who prefers to wait gets the finished job', async () => {
  await using memoir = await createApiFixture()
  const waiting = memoir.send(PATH, { body: {}, headers: { prefer: 'respond-async, wait=20' } })
  await expect
    .poll(async () => (await memoir.db.query('select 1 from memoir.job')).rowCount)
    .toBe(1)
  await finish(memoir, 'failed')

  const answer = await waiting

  expect(answer.status).toBe(200)
  expect(answer.headers.get('preference-applied')).toBe('wait=20')
  expect(answer.json).toMatchObject({ state: 'failed', kind: 'backfill', progress: {} })
  expect(answer.json.workflow_id).toBeUndefined()
})

test.skipIf(!hasPostgres)(
  'who waits too short gets the acceptance, with the latest state',
  async () => {
    await using memoir = await createApiFixture()
    const answer = await memoir.send(PATH, { body: {}, headers: { prefer: 'wait=1' } })

    expect(answer.status).toBe(202)
    expect(answer.json).toMatchObject({ status: 'queued' })
  },
)

test.skipIf(!hasPostgres)(
  'failures are listed page by page, without a cursor made up',
  async () => {
    await using memoir = await createApiFixture()
    const job = await memoir.job()
    await memoir.db.query(
      `insert into memoir.ingested_conversation (namespace_id, source, conversation_id, outcome, code)
     select id, 'main', 'c-' || n, 'error', 'no_user' from memoir.namespace, generate_series(1, 3) n`,
    )
    const path = `/v1/backfills/${job}/failures`

    const one = await memoir.send(`${path}?limit=2`)
    const two = await memoir.send(`${path}?limit=2&cursor=${one.json.next_cursor}`)

    const ids = [...one.json.items, ...two.json.items].map((item) => item.conversation_id)
    expect(ids).toEqual(['c-1', 'c-2', 'c-3'])
    expect(one.json.items[0]).toMatchObject({ code: 'no_user', message: expect.any(String) })
    expect(two.json.next_cursor).toBeNull()
    const made = await memoir.send(`${path}?cursor=abc`)
    expect([made.status, made.json.error.details.field]).toEqual([400, 'cursor'])
    expect((await memoir.send(`${path}?limit=201`)).status).toBe(400)
    expect((await memoir.send('/v1/backfills/nothing/failures')).status).toBe(400)
  },
)

test.skipIf(!hasPostgres)('an estimate is answered, and nothing is accepted', async () => {
  await using memoir = await createApiFixture()

  const answer = await memoir.send(PATH, { body: { estimate_only: true } })

  expect(answer).toMatchObject({
    status: 200,
    json: { conversations: 3, tokens: 400, cost: 0, model: 'hashing-1' },
  })
  const { rows } = await memoir.db.query('select from memoir.job')
  expect(rows).toEqual([])
})

test.skipIf(!hasPostgres)("another database's conversations belong to one namespace", async () => {
  await using memoir = await createApiFixture({
    env: { SOURCE_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' },
  })
  await memoir.namespace('acme')

  const answer = await memoir.send(PATH, { body: {}, headers: { 'memoir-namespace': 'acme' } })

  expect(answer.status).toBe(409)
  expect(answer.json.error.message).toContain('namespace default')
})
