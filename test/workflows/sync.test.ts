import { describe, expect, test, vi } from 'vitest'
import type { SyncSteps } from '../../src/graph/sync-steps.ts'
import { createSyncs, keepInSync } from '../../src/jobs/sync.ts'
import { findJobRow } from '../../src/stores/jobs/jobs.ts'
import { createJobFixture, type JobFixture } from '../support/job-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'

const CHECK = { operation: 'check', dryRun: false, clearExisting: false, limit: null } as const

/** Steps that come to an end after so many pages, and what they were asked. */
function scripted(pages: number) {
  const asked: string[] = []
  const sync: SyncSteps = {
    begin: async () => void asked.push(await Promise.resolve('begin')),
    page: async () => {
      asked.push('page')
      return await Promise.resolve(asked.filter((step) => step === 'page').length < pages)
    },
    finish: async () => void asked.push(await Promise.resolve('finish')),
  }
  return { asked, sync }
}

describe.skipIf(!hasPostgres || !hasTemporal)('comparisons as jobs', () => {
  test('a comparison runs page after page and ends with its report', async () => {
    await using memoir = await createJobFixture()
    await memoir.work({ sweep: { everyMs: 1_000, unstartedAfterMs: 0 } })
    const { namespaceId } = memoir
    const { id } = await memoir.services.syncs.accept({ namespaceId, ...CHECK })
    expect(await memoir.untilState(id, 'succeeded')).toMatchObject({
      kind: 'sync',
      progress: { checked: 0, missing: 0 },
    })
    expect(await memoir.services.syncs.report({ namespaceId, jobId: id })).toMatchObject({
      operation: 'check',
      checked: 0,
      position: null,
      finishedAt: expect.any(Date) as Date,
    })
  })

  test('it may be continued as new between pages', async () => {
    await using memoir = await createJobFixture()
    const { asked, sync } = scripted(3)
    const row = await acceptUnstarted(memoir)
    await memoir.start(row, { job: { pagesPerRun: 1 } })
    await memoir.work({ sync })
    await memoir.untilState(row.id, 'succeeded')
    expect(asked.filter((step) => step !== 'begin')).toEqual(['page', 'page', 'page', 'finish'])
  })

  test('the same request joins the one under way, another one is refused with its job', async () => {
    await using memoir = await createJobFixture()
    const { syncs } = memoir.services
    const { namespaceId } = memoir
    const { id } = await syncs.accept({ namespaceId, ...CHECK })
    expect(await syncs.accept({ namespaceId, ...CHECK })).toEqual({ id })
    expect(await syncs.isRunning(namespaceId)).toBe(true)
    await expect(
      syncs.accept({ namespaceId, ...CHECK, operation: 'repair' }),
    ).rejects.toMatchObject({
      code: 'conflict',
      details: { job: id },
    })
    await expect(syncs.accept({ namespaceId, ...CHECK, userId: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('with PERSISTENCE_AUTO_SYNC a repair is accepted when the last one is long enough ago', async () => {
    await using memoir = await createJobFixture()
    const { db, log, syncs } = { ...memoir, ...memoir.services }
    const stopping = new AbortController()
    const config = { PERSISTENCE_AUTO_SYNC: true, PERSISTENCE_SYNC_INTERVAL_MS: 1_000 }
    const kept = keepInSync({ config, log, syncs }, stopping.signal)
    const accepted = async () => {
      const { rows } = await db.query<{ operation: string }>(
        `select request->>'operation' as operation from memoir.job where kind = 'sync' and namespace_id = $1`,
        [memoir.namespaceId],
      )
      return rows
    }
    await vi.waitFor(
      async () => expect(await accepted()).toEqual([{ operation: 'repair' }]),
      10_000,
    )
    await db.query(
      `update memoir.job set state = 'succeeded', created_at = now() - interval '1 hour' where kind = 'sync'`,
    )
    await vi.waitFor(async () => expect(await accepted()).toHaveLength(2), 10_000)
    stopping.abort()
    await kept
    await syncs.acceptDue(3_600_000)
    expect(await accepted()).toHaveLength(2)
  })
})

async function acceptUnstarted(memoir: JobFixture) {
  const { namespaceId } = memoir
  const { id } = await createSyncs({ db: memoir.db, launcher: { launch: () => undefined } }).accept(
    {
      namespaceId,
      ...CHECK,
    },
  )
  const row = await findJobRow(memoir.db, { namespaceId, id })
  if (row === null) throw new Error('it was accepted')
  return row
}
