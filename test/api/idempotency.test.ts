import { expect, test } from 'vitest'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import type { Database, TransactionOptions } from '../../src/stores/database.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture, type Send } from './api-fixture.ts'

const KEY = { 'idempotency-key': 'k-1' }
const TRANSCRIPT = 'User: I moved to Lisbon.\nAssistant: Noted.'
const CONVERSATION = {
  id: 'c-1',
  user_id: 'ada',
  created_at: '2026-01-02T03:04:05Z',
  messages: [
    { id: 'm-1', role: 'user', content: 'Hello there.', created_at: '2026-01-02T03:04:05Z' },
  ],
}

interface Write {
  readonly path: string
  readonly sent: Send
}

/** Every kind of write that takes a key; what it is about is made first. */
const WRITES: Readonly<Record<string, (memoir: ApiFixture) => Promise<Write>>> = {
  memory: async () => await post('/v1/memories', { user_id: 'ada', content: 'Blue.' }),
  batch: async () =>
    await post('/v1/memories/batch', { user_id: 'ada', memories: [{ content: 'Blue.' }] }),
  note: async () => await post('/v1/notes', { user_id: 'ada', content: 'Blue.' }),
  messages: async () =>
    await post('/v1/memories', {
      user_id: 'ada',
      messages: [{ role: 'user', content: 'I moved to Lisbon.' }],
    }),
  change: async (memoir) => ({
    path: `/v1/memories/${await stored(memoir)}`,
    sent: { method: 'PATCH', body: { content: 'Red.' } },
  }),
  deletion: async (memoir) => ({
    path: `/v1/memories/${await stored(memoir)}`,
    sent: { method: 'DELETE' },
  }),
  restored: async (memoir) => {
    const path = `/v1/memories/${await stored(memoir)}`
    await memoir.send(path, { method: 'DELETE' })
    return { path: `${path}/restore`, sent: { method: 'POST' } }
  },
  forgotten: async (memoir) => await post('/v1/forget', { id: await stored(memoir) }),
  session: async () => await post('/v1/sessions', { user_id: 'ada', transcript: TRANSCRIPT }),
  'raw session': async () =>
    await post('/api/memory/ada/store_raw', { session_data: TRANSCRIPT, session_id: 's-1' }),
  backfill: async () => await post('/v1/backfills', { page_size: 5 }),
  consolidation: async (memoir) => {
    await memoir.user('ada')
    return await post('/v1/consolidations', { user_id: 'ada', day: '2026-01-02' })
  },
  conversations: async () => await post('/v1/imports', { conversations: [CONVERSATION] }),
  records: async () => {
    const id = '01890000-0000-7000-8000-000000000001'
    const at = '2026-01-02T03:04:05.000Z'
    const memory = { type: 'memory', id, user_id: 'ada', content: 'Blue.', kind: 'note' }
    return await post('/v1/imports', {
      records: [{ ...memory, scope: 'personal', occurred_at: at, known_at: at }],
    })
  },
}

const post = async (path: string, body: unknown): Promise<Write> =>
  await Promise.resolve({ path, sent: { body } })

async function stored(memoir: ApiFixture): Promise<string> {
  const body = { user_id: 'ada', content: 'Green.' }
  return (await memoir.send('/v1/memories', { body })).json.ids[0]
}

const FAULTS = {
  'the answer cannot be kept': async ({ db }: ApiFixture) => await refuseAnswers(db, 'update'),
  'the process dies before it answers': async ({ db }: ApiFixture) => {
    const mended = await refuseAnswers(db, 'update or delete')
    return async () => {
      await mended()
      await db.query(
        `update memoir.idempotency_key set created_at = created_at - interval '3 minutes'`,
      )
    }
  },
  'nobody hears of the commit': async ({ db }: ApiFixture) => await loseCommits(db),
}

for (const [fault, breakIt] of Object.entries(FAULTS)) {
  test.skipIf(!hasPostgres).each(Object.entries(WRITES))(
    `%s: what comes again with its key is written once when ${fault}`,
    async (kind, prepare) => {
      await using memoir = await createApiFixture()
      const { path, sent } = await prepare(memoir)
      const send = async () => await memoir.send(path, { ...sent, headers: KEY })
      const before = await written(memoir)
      const mend = await breakIt(memoir)
      const first = await send()
      await mend()
      await endJobs(memoir)

      const again = await send()
      const late = await send()

      expect(first.status).toBeGreaterThanOrEqual(500)
      expect([again.status, late.json]).toEqual([again.status < 300 ? again.status : 0, again.json])
      const after = await written(memoir)
      const withoutJob = kind === 'forgotten' || kind === 'conversations'
      expect(after.jobs - before.jobs).toBe(withoutJob ? 0 : 1)
      if (path === '/v1/imports') expect(after.imported - before.imported).toBe(1)
      if (kind === 'forgotten') expect(again.json.tombstone.counts.traces).toBe(1)
    },
  )
}

test.skipIf(!hasPostgres)('a write whose key was taken over is taken back', async () => {
  await using memoir = await createApiFixture()
  const { db } = memoir
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const { transaction } = db
  const hold = async <T>(...[work, options]: Parameters<typeof transaction<T>>) => {
    Object.assign(db, { transaction })
    reach()
    await held
    return await transaction(work, options)
  }
  Object.assign(db, { transaction: hold })
  const send = async () =>
    await memoir.send('/v1/memories', { body: { user_id: 'ada', content: 'Blue.' }, headers: KEY })
  const first = send()
  await reached
  await db.query(`update memoir.idempotency_key set created_at = created_at - interval '3 minutes'`)

  const second = await send()
  letGo()

  expect((await first).json.error.code).toBe('in_progress')
  expect((await send()).json).toEqual(second.json)
  expect((await written(memoir)).jobs).toBe(1)
})

async function written({ db }: ApiFixture): Promise<{ jobs: number; imported: number }> {
  const { rows } = await db.query<{ jobs: number; imported: number }>(
    `select (select count(*) from memoir.job) as jobs,
            (select count(*) from memoir.messages) + (select count(*) from memoir.memory_trace) as imported`,
  )
  return rows[0] ?? { jobs: -1, imported: -1 }
}

/** Else the same work would be joined, and nobody could tell whether it was asked for twice. */
async function endJobs({ db }: ApiFixture): Promise<void> {
  await db.query(`update memoir.job set state = 'succeeded', finished_at = now(), lock_key = null`)
}

/** @returns mends it */
async function refuseAnswers(db: Database, what: string): Promise<() => Promise<void>> {
  await db.query(`create function memoir.refuse() returns trigger language plpgsql as $$ begin
    raise exception 'out of order' using errcode = '53100'; end $$`)
  await db.query(
    `create trigger refuse before ${what} on memoir.idempotency_key for each row execute function memoir.refuse()`,
  )
  return async () => {
    await db.query('drop trigger refuse on memoir.idempotency_key')
  }
}

/** As a connection that breaks after the server has committed. @returns mends it */
async function loseCommits(db: Database): Promise<() => Promise<void>> {
  const { transaction } = db
  Object.assign(db, {
    transaction: async <T>(
      work: Parameters<typeof transaction<T>>[0],
      options?: TransactionOptions,
    ) => {
      const done = await transaction(work, options)
      if (options?.readOnly === true) return done
      throw new MemoirError('store_unavailable', SENTENCE.store_unavailable)
    },
  })
  return await Promise.resolve(async () => {
    Object.assign(db, { transaction })
    await Promise.resolve()
  })
}
