import { expect, test, vi } from 'vitest'
import { SENTENCE } from '../../src/errors.ts'
import { createRuns } from '../../src/jobs/runs.ts'
import { findJobRow } from '../../src/stores/jobs/jobs.ts'
import { countRunnableJobs } from '../../src/stores/jobs/runnable-jobs.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { gate, untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

/** Two installations restored from one dump share namespaces, and with them workflow ids. */

const absent = !hasPostgres || !hasTemporal

test.skipIf(absent)(
  "a job that another installation's run stands in the way of says so, and starts once that has ended",
  async () => {
    const { passed, open } = gate()
    await using one = await createJobFixture({
      pages: 1,
      onPage: async (_, hooks) => {
        await Promise.race([passed, untilStopped(hooks)])
        hooks.signal.throwIfAborted()
      },
    })
    await using other = await createJobFixture({ pages: 1, namespaceId: one.namespaceId })
    await one.work()
    const first = await one.accept()
    await vi.waitFor(() => expect(one.ingest.asked).toHaveLength(1), 10_000)

    const { id, workflow_id } = await other.accept()
    expect(workflow_id).toBe(first.workflow_id)
    // The loop's first round, and one more.
    const sweeper = await other.sweeper({ refusedRounds: 3 })
    // It may be a run that is about to close.
    expect(await other.get(id)).toMatchObject({ state: 'queued', error: null })
    await sweeper.round()
    expect(await other.get(id)).toMatchObject({
      state: 'queued',
      started_at: null,
      error: { code: 'workflow_taken', message: SENTENCE.workflow_taken, step: 'backfill' },
    })
    // A worker that leaves when all is done does not wait for it.
    expect(await countRunnableJobs(other.db)).toBe(0)
    expect((await one.get(first.id)).state).toBe('running')

    open()
    await one.untilState(first.id, 'succeeded')
    await other.work()
    await vi.waitFor(async () => {
      await sweeper.round()
      expect((await other.get(id)).state).not.toBe('queued')
    }, 20_000)
    expect(await other.untilState(id, 'succeeded')).toMatchObject({ error: null })
  },
  60_000,
)

test.skipIf(absent)('a job that cannot start can be cancelled', async () => {
  await using one = await createJobFixture({ onBegin: async () => await new Promise(() => {}) })
  await using other = await createJobFixture({ namespaceId: one.namespaceId })
  const first = await one.accept()
  await expect.poll(async () => (await one.get(first.id)).started_at).not.toBeNull()
  const { id } = await other.accept()
  await other.sweeper({ refusedRounds: 1 })
  expect((await other.get(id)).error?.code).toBe('workflow_taken')
  expect(await other.jobs.control(other.key(id), 'cancel')).toMatchObject({ state: 'cancelled' })
})

test.skipIf(absent)(
  'what was asked of a job reaches no later job that has the same workflow id',
  async () => {
    let pages = 0
    const { passed, open } = gate()
    await using fixture = await createJobFixture({
      pages: 1,
      onPage: async (_, hooks) => {
        pages += 1
        if (pages > 1) await Promise.race([passed, untilStopped(hooks)])
        hooks.signal.throwIfAborted()
      },
    })
    await fixture.work()
    const { db, temporal } = fixture
    const first = await fixture.accept()
    await expect.poll(async () => (await fixture.get(first.id)).started_at).not.toBeNull()
    // As a process read it before it was held up: what it is asked to do comes when the job has ended.
    const row = await findJobRow(db, fixture.key(first.id))
    await fixture.untilState(first.id, 'succeeded')
    const second = await fixture.accept()
    expect(second.workflow_id).toBe(first.workflow_id)
    await vi.waitFor(() => expect(pages).toBe(2), 10_000)

    const runs = createRuns(temporal, 30)
    if (row === null) throw new Error('there is no such job')
    for (const control of ['pause', 'cancel'] as const) await runs.deliver(row, control, 5_000)
    await runs.deliver({ ...row, error: { code: 'stuck', message: '', step: '' } }, 'cancel', 5_000)
    open()

    expect(await fixture.untilState(second.id, 'succeeded')).toMatchObject({ error: null })
  },
  60_000,
)
