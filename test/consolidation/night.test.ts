import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { CONSOLIDATION_VERSION } from '../../src/consolidation/plan.ts'
import { undoRun } from '../../src/consolidation/undo.ts'
import { findDueDays } from '../../src/stores/consolidation/consolidation-days.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const daysAgo = (days: number) =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

/** Something of each of these days, for each user. */
async function remember(
  { db, namespaceId }: TestMemoir,
  users: readonly string[],
  days: readonly number[],
): Promise<void> {
  const ids = await ensureUsers(db, namespaceId, users)
  for (const userId of ids.values()) {
    await db.query(
      `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
       select gen_random_uuid(), $1, 'note', 'Ann walked along the river for hours on day ' || d, '', now() - make_interval(days => d)
         from unnest($2::int[]) as d`,
      [userId, days],
    )
  }
  await db.query(
    `update memoir.memory_user set trace_count = trace_count + $1, write_seq = write_seq + 1`,
    [days.length],
  )
}

async function counts({ db }: TestMemoir) {
  const { rows } = await db.query<{ state: string; n: number }>(
    `select state, count(*) as n from memoir.consolidation_run group by state`,
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}

describe.skipIf(!hasPostgres || !hasTemporal)('a night of consolidation', () => {
  test('takes yesterday and thirty old days of each user, the oldest first, and the next night the rest', async () => {
    await using memoir = await createTestMemoir()
    const { namespaceId, services } = memoir
    const days = Array.from({ length: 34 }, (_, n) => n + 1)
    await remember(memoir, ['ann', 'bob'], days)
    const { id } = await services.consolidations.accept({ namespaceId, dryRun: false })
    const night = await memoir.until(id, 'succeeded')
    expect(night.progress).toMatchObject({ processed: 62, total: 62, applied: 62, failed: 0 })
    const { rows } = await memoir.db.query<{ day: string }>(
      `select distinct day::text as day from memoir.consolidation_run order by day desc limit 2`,
    )
    expect(rows.map(({ day }) => day)).toEqual([daysAgo(1), daysAgo(5)])
    const next = await services.consolidations.accept({ namespaceId, dryRun: false })
    expect((await memoir.until(next.id, 'succeeded')).progress).toMatchObject({
      processed: 6,
      applied: 6,
    })
    const last = await services.consolidations.accept({ namespaceId, dryRun: false })
    expect((await memoir.until(last.id, 'succeeded')).progress).toMatchObject({ processed: 0 })
    expect(await counts(memoir)).toEqual({ applied: 68 })
  }, 120_000)

  test('a schedule starts it at four, and shows its runs; two requests for it are one', async () => {
    await using memoir = await createTestMemoir()
    const { namespaceId, services } = memoir
    await remember(memoir, ['ann'], [1, 2])
    const schedule = await vi.waitUntil(
      async () => {
        const all = await services.schedules.list(namespaceId)
        return all.find(
          (one) => one.id === 'consolidation' && one.applied && one.next_runs.length > 0,
        )
      },
      { timeout: 20_000, interval: 50 },
    )
    expect(schedule).toMatchObject({ cron: '0 4 * * *', paused: false })
    for (const at of schedule.next_runs) expect(at).toMatch(/T04:00:00.000Z$/)
    const handle = services.temporal.client.schedule.getHandle(`consolidation:${namespaceId}`)
    await handle.trigger()
    const job = await vi.waitUntil(
      async () => {
        const all = await services.schedules.list(namespaceId)
        return all.find(({ id }) => id === 'consolidation')?.recent_runs[0]?.job
      },
      { timeout: 20_000, interval: 50 },
    )
    await memoir.until(job, 'succeeded')
    expect(await counts(memoir)).toEqual({ applied: 2 })
    const asked = await Promise.all(
      [1, 2].map(
        async () => await services.schedules.trigger({ namespaceId, id: 'consolidation' }),
      ),
    )
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1)
  }, 60_000)

  test('one day of one user is a run of its own, and a model that invents fails its job with the code', async () => {
    await using memoir = await createTestMemoir()
    const { namespaceId, services } = memoir
    await remember(memoir, ['ann'], [1])
    const wanted = { namespaceId, userId: 'ann', day: daysAgo(1), dryRun: false }
    const { id } = await services.consolidations.accept(wanted)
    await memoir.until(id, 'succeeded')
    expect(await services.consolidations.show({ namespaceId, id })).toMatchObject({
      state: 'applied',
    })
    const again = await services.consolidations.accept(wanted)
    await memoir.until(again.id, 'succeeded')
    expect(await services.consolidations.show({ namespaceId, id: again.id })).toMatchObject({
      state: 'unchanged',
    })
  }, 60_000)
})

describe.skipIf(!hasPostgres)('days that are due', () => {
  const due = async (
    memoir: Awaited<ReturnType<typeof createConsolidationFixture>>,
    over: { zone?: string; hotDays?: number; model?: string } = {},
  ) => {
    const userId = (await ensureUsers(memoir.db, memoir.namespaceId, ['ann'])).get('ann') ?? ''
    const days = await findDueDays(memoir.db, {
      userId,
      zone: 'UTC',
      hotDays: 30,
      share: memoir.config.CONSOLIDATION_MAX_RETIRE_SHARE,
      limit: 30,
      model: 'rules',
      version: CONSOLIDATION_VERSION,
      ...over,
    })
    return days.map(({ day }) => day).toSorted()
  }
  const [yesterday, old, today] = [daysAgo(1), daysAgo(10), daysAgo(0)]

  test('are those that ended, until they are done, and again once something changed', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(yesterday, ['Ann bought a bicycle.'])
    await memoir.remember(old, ['Ann sold a bicycle.'])
    await memoir.remember(today, ['Ann repaired a bicycle.'])
    expect(await due(memoir)).toEqual([old, yesterday])
    const run = await memoir.consolidate(old)
    await memoir.consolidate(yesterday)
    expect(await due(memoir)).toEqual([])
    expect(await due(memoir, { model: 'another' })).toEqual([old, yesterday])
    await memoir.remember(old, ['Ann bought a tandem.'])
    expect(await due(memoir)).toEqual([old])
    await memoir.consolidate(old)
    // Taking a run back is not undone by the night; what comes new is.
    await undoRun(memoir.db, {
      namespaceId: memoir.namespaceId,
      id: run.id,
      zone: 'UTC',
      language: 'auto',
    })
    expect(await due(memoir)).toEqual([])
    await memoir.remember(old, ['Ann bought a scooter.'])
    expect(await due(memoir)).toEqual([old])
  })

  test('are those whose vectors have grown old, which asks no model', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(old, ['Ann bought a bicycle.'])
    await memoir.consolidate(old)
    expect(await due(memoir)).toEqual([])
    expect(await due(memoir, { hotDays: 5 })).toEqual([old])
  })

  test('are those that the guard stopped, once the user has enough for it', async () => {
    await using memoir = await createConsolidationFixture()
    const five = Array.from({ length: 5 }, (_, n) => `Ann bought bicycle ${n}.`)
    await memoir.remember(old, [...five, 'Ann bought bicycle 1'])
    expect(await memoir.consolidate(old)).toMatchObject({ state: 'guard' })
    expect(await due(memoir)).toEqual([])
    const more = Array.from({ length: 20 }, () => `Ann saw ${randomUUID()}.`)
    await memoir.remember(today, more)
    expect(await due(memoir)).toEqual([old])
  })

  test('begin and end where the user lives', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(old, ['Ann bought a bicycle.'])
    await memoir.db.query(`update memoir.memory_trace set occurred_at = $1::timestamptz`, [
      `${old}T23:30:00Z`,
    ])
    expect(await due(memoir)).toEqual([old])
    expect(await due(memoir, { zone: 'Asia/Tokyo' })).toEqual([daysAgo(9)])
  })
})
