import { describe, expect, test, vi } from 'vitest'
import { scheduleIds } from '../../src/temporal/ids.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const WAIT = { timeout: 20_000, interval: 50 }

describe.skipIf(!hasPostgres || !hasTemporal)('the week of narratives', () => {
  test('every namespace has a run on Sunday at five, in UTC; what it accepts reaches to the next', async () => {
    await using memoir = await createJobFixture()
    const { namespaceId, services, temporal } = memoir
    await memoir.work()
    const weekly = async () => {
      const schedules = await services.schedules.list(namespaceId)
      return schedules.find(({ kind }) => kind === 'narratives')
    }
    const schedule = await vi.waitUntil(async () => {
      const found = await weekly()
      return found?.applied && found.next_runs.length > 1 ? found : undefined
    }, WAIT)
    for (const at of schedule.next_runs) {
      expect(at).toMatch(/T05:00:00.000Z$/)
      expect(new Date(at).getUTCDay()).toBe(0)
    }

    const { scheduleId } = scheduleIds({ namespaceId, source: '', kind: 'narratives' })
    await temporal.client.schedule.getHandle(scheduleId).trigger()
    const run = await vi.waitUntil(async () => (await weekly())?.recent_runs[0], WAIT)
    const { kind, progress } = await memoir.untilState(run.job ?? '', 'succeeded')
    expect({ kind, progress }).toMatchObject({ kind: 'narratives', progress: { total: 0 } })
    const { rows } = await memoir.db.query<{ by: string }>(
      `select request->>'staleBy' as by from memoir.job where kind = 'narratives'`,
    )
    expect(rows).toEqual([{ by: schedule.next_runs[0] }])
  })

  test('a run that a person asks for beside it is a run of its own, and is not the schedule’s', async () => {
    await using memoir = await createJobFixture()
    const { namespaceId, services } = memoir
    const byHand = await services.narratives.acceptRun({ namespaceId })
    const triggered = await services.schedules.trigger({ namespaceId, id: 'narratives' })
    expect(triggered.id).not.toBe(byHand.id)
    expect((await services.schedules.trigger({ namespaceId, id: 'narratives' })).id).toBe(
      triggered.id,
    )
    const schedules = await services.schedules.list(namespaceId)
    const runs = schedules.flatMap(({ kind, recent_runs }) =>
      kind === 'narratives' ? recent_runs.map(({ job }) => job) : [],
    )
    expect(runs).toEqual([triggered.id])
  })
})
