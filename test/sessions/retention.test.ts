import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { acceptSession } from '../../src/sessions/accept.ts'
import { cleanUp, retainOnce } from '../../src/sessions/retention.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { appendAudit, cutAudit, findBrokenAudit } from '../../src/stores/audit.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

const config = {
  RAW_RETENTION_DAYS: 30,
  RAW_ERROR_RETENTION_DAYS: 90,
  SESSION_RETENTION_DAYS: 365,
  JOB_RETENTION_DAYS: 90,
  AUDIT_RETENTION_DAYS: 400,
  USAGE_RETENTION_DAYS: 400,
  EVENT_RETENTION_DAYS: 30,
}
const log = pino({ level: 'silent' })

/** A post of a session of its own that came to its state so many days ago. */
async function past(db: Database, state: string, days: number): Promise<string> {
  const sessionId = `${state} ${days}`
  const { jobId } = await acceptSession(
    { db, launcher: { launch: () => undefined } },
    {
      namespaceId: await defaultNamespace(db),
      userId: 'ann',
      collection: '',
      sessionId,
      turns: parseTranscript('User: hi'),
      metadata: {},
    },
  )
  await db.query('update memoir.job set state = $2 where id = $1', [jobId, state])
  await db.query(
    `update memoir.raw_session set queued_at = now() - make_interval(days => $2),
            processed_at = case when processed_at is not null then now() - make_interval(days => $2) end
      where job_id = $1`,
    [jobId, days],
  )
  await db.query(
    'update memoir.session set updated_at = now() - make_interval(days => $2) where session_id = $1',
    [sessionId, days],
  )
  return jobId
}

async function left(db: Database) {
  const { rows } = await db.query<{ session_id: string; posts: number }>(
    `select s.session_id, count(r.id) as posts
       from memoir.session s left join memoir.raw_session r on r.session = s.id
      group by 1 order by 1`,
  )
  return Object.fromEntries(rows.map(({ session_id, posts }) => [session_id, posts]))
}

suite(
  'the daily run deletes what was kept long enough, and nothing that is still to be done',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    for (const [state, days] of [
      ['succeeded', 29],
      ['succeeded', 31],
      ['succeeded', 366],
      ['failed', 31],
      ['failed', 91],
      ['cancelled', 91],
      ['queued', 400],
      ['running', 400],
    ] as const) {
      await past(db, state, days)
    }
    expect(await retainOnce({ config, db, log })).toBe(true)
    expect(await left(db)).toEqual({
      'succeeded 29': 1,
      'succeeded 31': 0,
      'failed 31': 1,
      'failed 91': 0,
      'cancelled 91': 0,
      'queued 400': 1,
      'running 400': 1,
    })
  },
)

suite('two workers run a day once between them, and one that died is made up for', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const run = async () => await retainOnce({ config, db, log })
  const runs = await Promise.all([run(), run(), run()])
  expect(runs.filter(Boolean)).toHaveLength(1)
  expect(await run()).toBe(false)
  const age = async (interval: string, value: string) => {
    await db.query(
      `update memoir.setting set updated_at = now() - $1::interval, value = convert_to($2, 'UTF8')
        where name = 'session_retention'`,
      [interval, value],
    )
    return await run()
  }
  expect(await age('23 hours', 'done')).toBe(false)
  expect(await age('25 hours', 'done')).toBe(true)
  expect(await age('30 minutes', 'running')).toBe(false)
  expect(await age('61 minutes', 'running')).toBe(true)
})

suite('more than a batch goes in one call, with the answers that models gave', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const job = await past(db, 'succeeded', 31)
  const failed = await past(db, 'failed', 31)
  for (const id of [job, failed]) {
    await db.query(
      `insert into memoir.model_answer (job_id, step, input_hash, model, answer) values ($1, 's', 'x', 'm', '{}')`,
      [id],
    )
  }
  await db.query(
    `insert into memoir.raw_session (id, session, namespace_id, user_id, number, job_id, text_hash, turns, turn_digests, bytes, status, processed_at)
     select gen_random_uuid(), session, namespace_id, user_id, n, gen_random_uuid(), n::text::bytea, turns, turn_digests, bytes, status, processed_at
       from memoir.raw_session, generate_series(2, 1200) as n where job_id = $1`,
    [job],
  )
  const reach = { namespaceId: await defaultNamespace(db) }
  const cleaned = await cleanUp(db, reach, { days: 30, sessionDays: 30 })
  expect(cleaned).toEqual({ deleted_raw: 1200, deleted_sessions: 1, kept_unprocessed: 1 })
  const { rows } = await db.query('select job_id from memoir.model_answer')
  expect(rows).toEqual([{ job_id: failed }])
})

suite('a post of a session that is about to go keeps it', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  await past(db, 'succeeded', 400)
  await cleanUp(db, { namespaceId: await defaultNamespace(db) }, { days: 30, sessionDays: 500 })
  expect(await left(db)).toEqual({ 'succeeded 400': 0 })
  const deleting = db.transaction(async (tx) => {
    await tx.query(`update memoir.session set posts = posts + 1, updated_at = now()`)
    return await cleanUp(
      db,
      { namespaceId: await defaultNamespace(db) },
      { days: 30, sessionDays: 30 },
    )
  })
  expect(await deleting).toMatchObject({ deleted_sessions: 0 })
  expect(await left(db)).toEqual({ 'succeeded 400': 0 })
})

/** A job that came to its state so many days ago, with an answer of a model and a failure of a step. */
async function pastJob(db: Database, { state = 'succeeded', kind = 'sync', days = 0 }) {
  const namespaceId = await defaultNamespace(db)
  const { rows } = await db.query<{ id: string }>(
    `insert into memoir.job (id, namespace_id, kind, workflow_id, state, finished_at)
     values (gen_random_uuid(), $1, $2, 'w', $3::text, case when $3::text <> 'running' then now() - make_interval(days => $4::int) end)
     returning id`,
    [namespaceId, kind, state, days],
  )
  const id = rows[0]?.id
  await db.query(
    `insert into memoir.model_answer (job_id, step, input_hash, model, answer) values ($1, 's', 'x', 'm', '{}')`,
    [id],
  )
  await db.query(
    `insert into memoir.job_step_failure (job_id, step, code) values ($1, 's', 'vendor_busy')`,
    [id],
  )
}

suite(
  'jobs, audit, usage and expired keys go after their time, and the run counts them',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const namespaceId = await defaultNamespace(db)
    for (const job of [
      { days: 91 },
      { days: 92, state: 'failed' },
      { days: 93, state: 'cancelled' },
      { days: 89 },
      { state: 'running' },
      { days: 400, kind: 'erase' },
    ]) {
      await pastJob(db, job)
    }
    // A transcript that is kept longer keeps its job.
    const posted = await past(db, 'succeeded', 10)
    await db.query(`update memoir.job set finished_at = now() - interval '91 days' where id = $1`, [
      posted,
    ])
    await db.query(
      `insert into memoir.usage (namespace_id, day, model, purpose, requests)
     select $1, current_date - d, 'm', 'embed', 1 from unnest(array[0, 399, 402, 500]) d`,
      [namespaceId],
    )
    await db.query(
      `insert into memoir.idempotency_key (namespace_id, route, key, body_hash, state, expires_at)
     select $1, 'POST /x', 'k' || n, 'x', 'running', now() + make_interval(hours => n) from unnest(array[-30, -1, 1]) n`,
      [namespaceId],
    )
    for (const days of [500, 450, 401, 399, 1]) await auditAt(db, days)
    const said: unknown[] = []
    const counted = pino({}, { write: (line: string) => said.push(JSON.parse(line)) })

    expect(await retainOnce({ config, db, log: counted })).toBe(true)

    expect(said).toMatchObject([
      {
        jobs: 3,
        model_answers: 3,
        step_failures: 3,
        usage: 2,
        idempotency_keys: 2,
        audit_entries: 3,
      },
    ])
    const { rows } = await db.query(
      `select (select count(*) from memoir.job) as jobs, (select count(*) from memoir.model_answer) as answers,
            (select count(*) from memoir.job_step_failure) as failures, (select count(*) from memoir.usage) as usage,
            (select count(*) from memoir.idempotency_key) as keys, (select count(*) from memoir.audit_log) as audit`,
    )
    expect(rows).toEqual([{ jobs: 4, answers: 3, failures: 3, usage: 2, keys: 1, audit: 3 }])
    expect(await findBrokenAudit(db)).toBeNull()
  },
)

suite('a log that was cut says so, and one that was cut by somebody else is broken', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const cut = async (days: number) => await db.transaction(async (tx) => await cutAudit(tx, days))
  for (const days of [30, 20, 10, 2, 1]) await auditAt(db, days)
  expect(await cut(100)).toBe(0)
  expect(await cut(15)).toBe(2)
  expect(await cut(5)).toBe(1)
  expect(await findBrokenAudit(db)).toBeNull()
  await db.query('delete from memoir.audit_log where seq = (select min(seq) from memoir.audit_log)')
  expect(await findBrokenAudit(db)).not.toBeNull()
  // All of it at once: what says so is what is left.
  await db.query(`update memoir.audit_log set at = at - interval '1 year'`)
  await cut(5)
  const { rows } = await db.query('select action from memoir.audit_log')
  expect(rows).toEqual([{ action: 'audit.cut' }])
  expect(await findBrokenAudit(db)).toBeNull()
})

/** An entry as it was appended so many days ago. */
async function auditAt(db: Database, days: number): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - days * 86_400_000 })
  const entry = { namespaceId: null, actor: 'admin', action: 'x', subject: null, details: {} }
  await db.transaction(async (tx) => await appendAudit(tx, entry)).finally(() => vi.useRealTimers())
}
