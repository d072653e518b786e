import { randomUUID } from 'node:crypto'
import { ScheduleNotFoundError } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { expect, test, vi } from 'vitest'
import { createSchedules } from '../../src/jobs/schedules.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import { nightlyScheduleIds } from '../../src/temporal/ids.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createDevServer } from '../support/dev-server.ts'
import { gate } from '../support/fake-ingest.ts'
import { createJobFixture, type JobFixture } from '../support/job-fixture.ts'

const absent = !hasPostgres || !hasTemporal
const WAIT = { timeout: 20_000, interval: 50 }

const idOf = (memoir: JobFixture) => ({ namespaceId: memoir.namespaceId, id: 'nightly' })

async function nightly(memoir: JobFixture): Promise<Schedule> {
  const [schedule] = await memoir.services.schedules.list(memoir.namespaceId)
  if (!schedule) throw new Error('there is no schedule')
  return schedule
}

/** The schedule in Temporal itself. */
function handleOf(memoir: JobFixture) {
  const { namespaceId, temporal, config } = memoir
  const { scheduleId } = nightlyScheduleIds({ namespaceId, source: config.SOURCE_NAME })
  return temporal.client.schedule.getHandle(scheduleId)
}

async function untilThere(memoir: JobFixture): Promise<Schedule> {
  return await vi.waitUntil(async () => {
    const schedule = await nightly(memoir)
    return schedule.applied ? schedule : undefined
  }, WAIT)
}

test.skipIf(absent)(
  'a worker makes the schedule: every night at two, in UTC, none doubled',
  async () => {
    await using memoir = await createJobFixture()
    await memoir.work()

    const schedule = await untilThere(memoir)

    expect(schedule).toMatchObject({ id: 'nightly', cron: '0 2 * * *', paused: false, note: null })
    expect(schedule.next_runs.length).toBeGreaterThan(1)
    for (const at of schedule.next_runs) expect(at).toMatch(/T02:00:00.000Z$/)
    const { policies } = await handleOf(memoir).describe()
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 12 * 3_600_000 })
  },
)

test.skipIf(absent)(
  'what the schedule starts accepts a job, whose row is there first',
  async () => {
    await using memoir = await createJobFixture({ pages: 1 })
    await memoir.work()
    await untilThere(memoir)

    await handleOf(memoir).trigger()

    const run = await vi.waitUntil(async () => (await nightly(memoir)).recent_runs[0], WAIT)
    const job = await memoir.untilState(run.job ?? '', 'succeeded')
    expect(job.kind).toBe('nightly')
    expect(memoir.ingest.finished).toEqual([job.id])
  },
)

test.skipIf(absent)('a step that is repeated accepts the same job', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  await memoir.work()
  const { schedules } = memoir.services
  const run = { namespaceId: memoir.namespaceId, source: 'main', id: randomUUID() }

  const first = await schedules.acceptScheduled(run)
  await memoir.untilState(run.id, 'succeeded')

  expect(await schedules.acceptScheduled(run)).toBe(first)
  expect((await nightly(memoir)).recent_runs).toHaveLength(1)
})

test.skipIf(absent)('beside a backfill the night is skipped, and says so', async () => {
  const { passed, open } = gate()
  await using memoir = await createJobFixture({ pages: 1, onPage: async () => await passed })
  await memoir.work()
  await untilThere(memoir)
  const { id } = await memoir.accept()
  await memoir.untilState(id, 'running')

  await handleOf(memoir).trigger()

  const run = await vi.waitUntil(async () => (await nightly(memoir)).recent_runs[0], WAIT)
  expect(run).toMatchObject({ job: null, skipped: 'backfill_running' })
  await expect(memoir.services.schedules.trigger(idOf(memoir))).rejects.toMatchObject({
    code: 'conflict',
    details: { job: id },
  })
  open()
  await memoir.untilState(id, 'succeeded')
})

test.skipIf(absent)('the schedule of a source that was renamed accepts nothing', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  const { schedules } = memoir.services
  const id = randomUUID()
  const run = { namespaceId: memoir.namespaceId, source: 'former', id }

  expect(await schedules.acceptScheduled(run)).toBeNull()
  expect(await schedules.acceptScheduled(run)).toBeNull()

  const { rows } = await memoir.db.query('select id, reason from memoir.schedule_skip')
  expect(rows).toEqual([{ id, reason: 'source_gone' }])
  expect((await memoir.db.query('select 1 from memoir.job')).rows).toEqual([])
})

test.skipIf(absent)(
  'a night that stands for an earlier time waits for one that does not',
  async () => {
    const { passed, open } = gate()
    await using memoir = await createJobFixture({ pages: 1, onPage: async () => await passed })
    await memoir.work()
    const { jobs, services } = memoir
    const first = (await jobs.acceptNightly({ namespaceId: memoir.namespaceId })).job
    const again = await jobs.acceptNightly({ namespaceId: memoir.namespaceId })
    expect(again).toMatchObject({ joined: true, job: { id: first.id } })

    const early = { namespaceId: memoir.namespaceId, source: 'main', id: randomUUID() }
    const plannedAt = '2026-01-01T02:00:00Z'
    await expect(services.schedules.acceptScheduled({ ...early, plannedAt })).rejects.toMatchObject(
      {
        code: 'in_progress',
      },
    )
    open()
    await memoir.untilState(first.id, 'succeeded')
    expect(await services.schedules.acceptScheduled({ ...early, plannedAt })).toBe(early.id)
    await memoir.untilState(early.id, 'succeeded')
  },
)

test.skipIf(absent)('nights between two times are run again', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  await memoir.work()
  await untilThere(memoir)

  const [from, to] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-03T12:00:00Z')]
  await memoir.services.schedules.backfill(idOf(memoir), { from, to })

  const planned = async () => {
    const { rows } = await memoir.db.query<{ at: string }>(
      `select request->>'plannedAt' as at from memoir.job where kind = 'nightly' order by 1`,
    )
    return rows.map(({ at }) => at)
  }
  await vi.waitFor(async () => expect(await planned()).toContain('2026-03-01T02:00:00.000Z'), WAIT)
  await vi.waitFor(async () => {
    const { rows } = await memoir.db.query(
      `select 1 from memoir.job where state not in ('succeeded')`,
    )
    expect(rows).toEqual([])
  }, WAIT)
})

test.skipIf(absent)('a later start changes nothing of a schedule that is there', async () => {
  await using memoir = await createJobFixture()
  await memoir.services.schedules.keep()
  await handleOf(memoir).pause('paused in Temporal')

  const { config, db, temporal, jobs, services } = memoir
  const other = { ...config, NIGHTLY_CRON: '0 5 * * *' }
  await createSchedules({ ...services, config: other, db, temporal, jobs }).keep()

  expect(await nightly(memoir)).toMatchObject({
    cron: '0 2 * * *',
    paused: true,
    note: 'paused in Temporal',
    next_runs: [],
  })
})

test.skipIf(absent)('cron, pause and note outlive a Temporal that loses its database', async () => {
  await using server = await createDevServer()
  await using memoir = await createJobFixture({ address: server.url, pages: 1 })
  const { schedules } = memoir.services
  const first = await memoir.work()
  await untilThere(memoir)
  await schedules.change(idOf(memoir), { cron: '30 1 * * 1-5' }, 'admin')
  await schedules.change(idOf(memoir), { paused: true, note: 'moving house' }, 'admin')
  await first.shutdown()
  await server.kill()
  await server.restart()
  await vi.waitFor(async () => {
    await expect(handleOf(memoir).describe()).rejects.toBeInstanceOf(ScheduleNotFoundError)
  }, WAIT)

  await memoir.work()

  await vi.waitFor(async () => {
    const { state } = await handleOf(memoir).describe()
    expect(state).toMatchObject({ paused: true, note: 'moving house' })
  }, WAIT)
  await schedules.change(idOf(memoir), { paused: false }, 'admin')
  const { cron, next_runs: next } = await nightly(memoir)
  expect(cron).toBe('30 1 * * 1-5')
  for (const at of next) expect(at).toMatch(/T01:30:00.000Z$/)
})

test.skipIf(absent)(
  'a worker that stays while Temporal loses its database makes them again',
  async () => {
    await using server = await createDevServer()
    await using memoir = await createJobFixture({ address: server.url })
    await memoir.work({ keepSchedulesMs: 200 })
    await untilThere(memoir)
    const { info: before } = await handleOf(memoir).describe()
    await server.kill()
    await server.restart()

    await vi.waitFor(async () => {
      const { info } = await handleOf(memoir).describe()
      expect(info.createdAt.getTime()).toBeGreaterThan(before.createdAt.getTime())
    }, WAIT)
  },
)

test.skipIf(absent)('a change while Temporal is away is kept, and told to it later', async () => {
  await using server = await createDevServer()
  await using memoir = await createJobFixture({ address: server.url })
  const { schedules } = memoir.services
  await schedules.keep()
  await server.kill()

  const changed = await schedules.change(idOf(memoir), { cron: '15 4 * * *' }, 'admin')
  expect(changed).toMatchObject({ cron: '15 4 * * *', applied: false, next_runs: [] })
  await expect(
    schedules.backfill(idOf(memoir), { from: new Date(0), to: new Date() }),
  ).rejects.toMatchObject({ code: 'temporal_unavailable' })

  await server.restart()
  await vi.waitFor(async () => await schedules.keep(), WAIT)
  const { applied, next_runs: next } = await nightly(memoir)
  expect(applied).toBe(true)
  expect(next[0]).toMatch(/T04:15:00.000Z$/)
})

test.skipIf(absent)('what was removed stays removed until it is resumed', async () => {
  await using memoir = await createJobFixture()
  const { schedules } = memoir.services
  await schedules.keep()

  await schedules.remove(idOf(memoir), 'admin')
  await schedules.keep()

  const left = await schedules.list(memoir.namespaceId)
  expect(left.map(({ kind }) => kind)).toEqual(['consolidation', 'narratives'])
  await expect(handleOf(memoir).describe()).rejects.toThrow()
  await expect(schedules.trigger(idOf(memoir))).rejects.toMatchObject({ code: 'not_found' })
  await schedules.change(idOf(memoir), { paused: false }, 'admin')
  expect((await nightly(memoir)).next_runs).not.toEqual([])
})

test.skipIf(absent)('no change of clocks moves a run', async () => {
  await using memoir = await createJobFixture()
  const { schedules } = memoir.services
  await schedules.keep()
  // Nights around the last Sundays of March and October, when much of the world turns its clocks at this very hour.
  const spring = await matching(memoir, '2026-03-27T00:00:00Z', '2026-03-31T00:00:00Z')
  const autumn = await matching(memoir, '2026-10-23T00:00:00Z', '2026-10-27T00:00:00Z')
  expect(spring).toEqual(['27', '28', '29', '30'].map((day) => `2026-03-${day}T02:00:00.000Z`))
  expect(autumn).toEqual(['23', '24', '25', '26'].map((day) => `2026-10-${day}T02:00:00.000Z`))
})

/** When Temporal says it would run between two times. */
async function matching(memoir: JobFixture, from: string, to: string) {
  const { client, namespace } = memoir.temporal
  const stamp = (at: string) => msToTs(Date.parse(at))
  const answer = await client.workflowService.listScheduleMatchingTimes({
    namespace,
    scheduleId: handleOf(memoir).scheduleId,
    startTime: stamp(from),
    endTime: stamp(to),
  })
  return (answer.startTime ?? []).map((at) => new Date(Number(at.seconds) * 1000).toISOString())
}
