import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import { nightlyScheduleIds } from '../../src/temporal/ids.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements, talk } from '../support/ingest.ts'
import { createNightlyMemoir, untilEnded, type NightlyMemoir } from '../support/nightly.ts'

const absent = !hasPostgres || !hasTemporal
const HOUR_MS = 3_600_000
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString()

/** A conversation whose every time lies so many hours back. */
function talkOf(id: string, hours: number, subject = 'sailing') {
  const { messages } = talk(id, subject)
  const at = hoursAgo(hours)
  return { id, updatedAt: at, messages: messages.map((message) => ({ ...message, at })) }
}

async function agree(memoir: NightlyMemoir): Promise<void> {
  expect(await findDisagreements(memoir.db)).toEqual([])
  // A backfill hashes everything: whatever it finds to do, the nights have left out.
  expect((await memoir.backfill()).progress).toMatchObject({ created: 0, updated: 0, errors: 0 })
}

async function readUntil(memoir: NightlyMemoir): Promise<Date | undefined> {
  const { rows } = await memoir.db.query<{ at: Date }>(
    'select read_until as at from memoir.etl_watermark where source = $1',
    [memoir.source],
  )
  return rows[0]?.at
}

async function setReadUntil(memoir: NightlyMemoir, at: string): Promise<void> {
  await memoir.db.query('update memoir.etl_watermark set read_until = $2 where source = $1', [
    memoir.source,
    at,
  ])
}

test.skipIf(absent)('a night takes in what changed and leaves the rest unread', async () => {
  await using memoir = await createNightlyMemoir({ NIGHTLY_PAGE_SIZE: '2' })
  await memoir.write([...Array(5).keys()].map((n) => talkOf(`old-${n}`, 100)))
  await memoir.backfill()
  await memoir.write([
    ...[...Array(5).keys()].map((n) => talkOf(`new-${n}`, 1)),
    talkOf('old-3', 1, 'rowing'),
  ])

  const night = await memoir.night()

  expect(night).toMatchObject({ kind: 'nightly', state: 'succeeded' })
  expect(night.progress).toMatchObject({ created: 5, updated: 1, skipped: 0, total: 6 })
  await agree(memoir)
})

test.skipIf(absent)(
  'a message is found by its own time when nobody touched the conversation',
  async () => {
    await using memoir = await createNightlyMemoir()
    await memoir.write([talkOf('quiet', 100), talkOf('other', 100)])
    await memoir.backfill()
    await memoir.db.query(
      `insert into memoir.messages (source, id, conversation_id, role, content, created_at)
     values ($1, 'late', 'quiet', 'user', 'By the way, I sold the boat.', $2)`,
      [memoir.source, hoursAgo(2)],
    )

    const night = await memoir.night()

    expect(night.progress).toMatchObject({ updated: 1, total_fetched: 1 })
    await agree(memoir)
  },
)

test.skipIf(absent)('what is new by its time and the same by its hash is passed over', async () => {
  await using memoir = await createNightlyMemoir()
  await memoir.write([talkOf('touched', 1)])
  await memoir.backfill()

  expect((await memoir.night()).progress).toMatchObject({ updated: 0, skipped: 1 })
})

test.skipIf(absent)('nights that were missed are made up for by the next', async () => {
  await using memoir = await createNightlyMemoir()
  await memoir.write([talkOf('before', 400)])
  await memoir.backfill()
  await setReadUntil(memoir, hoursAgo(72))
  await memoir.write([talkOf('first-night', 71), talkOf('second-night', 40), talkOf('third', 3)])

  const night = await memoir.night()

  expect(night.progress).toMatchObject({ created: 3 })
  const read = await readUntil(memoir)
  expect(Date.now() - (read?.getTime() ?? 0)).toBeLessThan(60_000)
  await agree(memoir)
})

test.skipIf(absent)(
  'a night that fails leaves the mark, and its retry ends what it began',
  async () => {
    await using memoir = await createNightlyMemoir()
    await memoir.write([talkOf('before', 400)])
    await memoir.backfill()
    const mark = new Date(hoursAgo(50))
    await setReadUntil(memoir, mark.toISOString())
    await memoir.write([talkOf('owed', 45)])
    await memoir.db.query(`alter table memoir.messages rename column content to contents`)

    const failed = await memoir.night()
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'source_invalid' } })
    expect(await readUntil(memoir)).toEqual(mark)

    await memoir.db.query(`alter table memoir.messages rename column contents to content`)
    expect((await memoir.night()).progress).toMatchObject({ created: 1 })
    await agree(memoir)
  },
)

test.skipIf(absent)(
  'a transaction that commits after the run with a time before it is found by the next',
  async () => {
    await using memoir = await createNightlyMemoir({ NIGHTLY_LOOKBACK_HOURS: '1' })
    await memoir.write([talkOf('before', 400)])
    await memoir.backfill()
    const late = new Client({ connectionString: memoir.services.config.DATABASE_URL })
    await late.connect()
    // Its times are those of its beginning; the lookback of an hour is taken away below, so the overlap alone can find it.
    await late.query('begin')
    await late.query(
      `insert into memoir.conversations (source, id, user_id, created_at, updated_at)
     values ($1, 'late', 'ada', now(), now())`,
      [memoir.source],
    )
    await late.query(
      `insert into memoir.messages (source, id, conversation_id, role, content, created_at)
     select $1, 'late-' || n, 'late', 'user', 'A word about harbours, ' || n, now() from generate_series(1, 4) n`,
      [memoir.source],
    )
    expect((await memoir.night()).progress).toMatchObject({ created: 0 })
    await late.query('commit')
    await late.end()
    await memoir.db.query(
      `update memoir.conversations set created_at = created_at - interval '61 minutes', updated_at = updated_at - interval '61 minutes' where id = 'late'`,
    )
    await memoir.db.query(
      `update memoir.messages set created_at = created_at - interval '61 minutes' where conversation_id = 'late'`,
    )
    await setReadUntil(memoir, hoursAgo(1))

    expect((await memoir.night()).progress).toMatchObject({ created: 1 })
    await agree(memoir)
  },
)

test.skipIf(absent)(
  'a backfill and a night move the mark; trying failures again does not',
  async () => {
    await using memoir = await createNightlyMemoir()
    await memoir.write([talkOf('a', 400)])
    await memoir.backfill({ retryFailed: true })
    expect(await readUntil(memoir)).toBeUndefined()
    await memoir.backfill()
    const first = await readUntil(memoir)
    await memoir.night()
    const second = await readUntil(memoir)
    expect(first).toBeInstanceOf(Date)
    expect(second?.getTime()).toBeGreaterThan(first?.getTime() ?? 0)
  },
)

test.skipIf(absent)(
  'a night beside a backfill that runs is skipped, and nothing is left out',
  async () => {
    await using memoir = await createNightlyMemoir({ BACKFILL_PAGE_SIZE: '5' })
    const { namespaceId, source, services } = memoir
    await memoir.write([...Array(80).keys()].map((n) => talkOf(`c-${n}`, 400)))
    const backfill = await memoir.accept()
    await memoir.until(backfill.id, 'running')
    // Sorts first: the backfill may have passed its place already.
    await memoir.write([talkOf('a-late-one', 0)])

    const id = randomUUID()
    expect(await services.schedules.acceptScheduled({ namespaceId, source, id })).toBeNull()
    await memoir.until(backfill.id, 'succeeded')
    const [schedule] = await services.schedules.list(namespaceId)
    expect(schedule?.recent_runs[0]).toMatchObject({ job: null, skipped: 'backfill_running' })

    expect(await memoir.night()).toMatchObject({ state: 'succeeded', progress: { total: 1 } })
    await agree(memoir)
  },
)

test.skipIf(absent)('what the schedule starts leaves source and memory equal', async () => {
  await using memoir = await createNightlyMemoir()
  const { namespaceId, source, services } = memoir
  await memoir.write([...Array(6).keys()].map((n) => talkOf(`c-${n}`, 400)))
  await memoir.backfill()
  await memoir.write([talkOf('c-2', 1, 'rowing'), talkOf('c-9', 1)])
  await services.schedules.keep()
  const { scheduleId } = nightlyScheduleIds({ namespaceId, source })

  await services.temporal.client.schedule.getHandle(scheduleId).trigger()

  const job = await vi.waitUntil(
    async () => (await services.schedules.list(namespaceId))[0]?.recent_runs[0]?.job,
    { timeout: 20_000, interval: 50 },
  )
  expect((await untilEnded(memoir, job)).progress).toMatchObject({ created: 1, updated: 1 })
  await agree(memoir)
})

test.skipIf(absent)(
  'beside a backfill a night is refused and names it; a second night joins the first',
  async () => {
    await using memoir = await createNightlyMemoir()
    const { jobs } = memoir.services
    const { namespaceId } = memoir
    await memoir.write([...Array(3).keys()].map((n) => talkOf(`c-${n}`, 1)))
    await memoir.worker.shutdown()
    const backfill = await memoir.accept()

    await expect(jobs.acceptNightly({ namespaceId })).rejects.toMatchObject({
      code: 'conflict',
      details: { job: backfill.id, kind: 'backfill' },
    })
    await jobs.control({ namespaceId, id: backfill.id }, 'cancel')
    await memoir.restart({ SOURCE_NAME: memoir.source })
    await memoir.until(backfill.id, 'cancelled')
  },
)
