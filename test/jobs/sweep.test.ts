import { expect, test, vi } from 'vitest'
import { SENTENCE } from '../../src/errors.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createDevServer } from '../support/dev-server.ts'
import { gate, untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture, type JobFixture } from '../support/job-fixture.ts'
import { startForeignWorker } from '../support/foreign-worker.ts'

/** Job rows tell the truth whatever happens to the run, and a retry works afterwards. */

const absent = !hasPostgres || !hasTemporal

/** A fixture whose first page waits until the test lets it go on. */
async function heldAtFirstPage(options: { address?: string } = {}) {
  const { passed, open } = gate()
  const memoir = await createJobFixture({
    ...options,
    pages: 2,
    onPage: async (_, hooks) => {
      await Promise.race([passed, untilStopped(hooks)])
      hooks.signal.throwIfAborted()
    },
  })
  return { memoir, open }
}

async function retrySucceeds(memoir: JobFixture, id: string): Promise<void> {
  expect(await memoir.jobs.retry(memoir.key(id))).toMatchObject({ attempts: 2, error: null })
  await memoir.untilState(id, 'succeeded')
}

test.skipIf(absent)('a run terminated in Temporal fails its job as terminated', async () => {
  const { memoir, open } = await heldAtFirstPage()
  await using _ = memoir
  const worker = await memoir.work()
  const { id, workflow_id } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 10_000)

  await memoir.temporal.client.workflow.getHandle(workflow_id).terminate('by hand')
  await worker.sweep()

  expect(await memoir.get(id)).toMatchObject({
    state: 'failed',
    error: { code: 'terminated', message: SENTENCE.terminated, step: 'backfill' },
  })
  open()
  await retrySucceeds(memoir, id)
})

test.skipIf(absent)('a run that exceeds its time fails its job as timed out', async () => {
  const { memoir, open } = await heldAtFirstPage()
  await using _ = memoir
  const worker = await memoir.work()
  const row = await memoir.insert()
  const handle = await memoir.start(row, { runTimeout: '2s' })
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('TIMED_OUT'),
    10_000,
  )

  await worker.sweep()

  expect(await memoir.get(row.id)).toMatchObject({ state: 'failed', error: { code: 'timed_out' } })
  open()
  await retrySucceeds(memoir, row.id)
})

test.skipIf(absent)(
  'a worker without that workflow leaves the job stuck and says why',
  async () => {
    await using memoir = await createJobFixture({ pages: 1 })
    const foreign = await startForeignWorker(memoir.temporal, 'other')
    const { id } = await memoir.accept()
    const sweeper = await memoir.sweeper({ stuckAttempts: 3 })
    // On a busy machine an attempt may time out before the worker says why; the next one says it.
    await vi.waitFor(
      async () => {
        await sweeper.round()
        expect((await memoir.get(id)).error).toMatchObject({ code: 'stuck' })
        const { rows } = await memoir.db.query(
          `select state, error->>'detail' as detail from memoir.job`,
        )
        expect(rows).toEqual([{ state: 'queued', detail: expect.stringContaining(`'backfill'`) }])
      },
      { timeout: 25_000, interval: 200 },
    )

    await foreign.shutdown()
    await memoir.work()
    await retrySucceeds(memoir, id)
  },
)

test.skipIf(absent)(
  'workflow code that no longer fits a run leaves the job stuck, and cancel ends it',
  async () => {
    const { memoir, open } = await heldAtFirstPage()
    await using _ = memoir
    const worker = await memoir.work()
    const { id } = await memoir.accept()
    await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 10_000)
    await worker.shutdown()

    const foreign = await startForeignWorker(memoir.temporal, 'altered')
    await memoir.jobs.control(memoir.key(id), 'pause')
    const sweeper = await memoir.sweeper({ stuckAttempts: 3 })
    await vi.waitFor(
      async () => {
        await sweeper.round()
        expect((await memoir.get(id)).error).toMatchObject({ code: 'stuck' })
      },
      { timeout: 25_000, interval: 200 },
    )
    const { rows } = await memoir.db.query(`select error->>'detail' as detail from memoir.job`)
    expect(rows).toEqual([{ detail: expect.stringMatching(/nondeterminism/i) }])

    await memoir.jobs.control(memoir.key(id), 'cancel')
    await vi.waitFor(async () => {
      await sweeper.round()
      expect(await memoir.get(id)).toMatchObject({ state: 'cancelled', error: null })
    }, 10_000)
    await foreign.shutdown()
    open()
    await memoir.work()
    await retrySucceeds(memoir, id)
  },
)

test.skipIf(absent)(
  'a Temporal that lost its database fails the job as lost, and a retry runs on the new one',
  async () => {
    await using server = await createDevServer()
    const { memoir, open } = await heldAtFirstPage({ address: server.url })
    await using _ = memoir
    const worker = await memoir.work()
    const { id } = await memoir.accept()
    await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 15_000)

    await server.kill()
    await worker.sweep()
    expect(await memoir.get(id)).toMatchObject({ state: 'running', error: null })
    await server.restart()

    await vi.waitFor(
      async () => {
        await worker.sweep()
        expect(await memoir.get(id)).toMatchObject({
          state: 'failed',
          error: { code: 'workflow_lost' },
        })
      },
      { timeout: 15_000, interval: 200 },
    )
    open()
    await retrySucceeds(memoir, id)
  },
  60_000,
)

test.skipIf(absent)('a run that is silent but open stays what it is', async () => {
  const { memoir, open } = await heldAtFirstPage()
  await using _ = memoir
  const worker = await memoir.work()
  const { id } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 10_000)

  await worker.sweep()

  expect(await memoir.get(id)).toMatchObject({ state: 'running', error: null })
  const { rows } = await memoir.db.query(
    'select checked_at is not null as looked_at from memoir.job',
  )
  expect(rows).toEqual([{ looked_at: true }])
  open()
  await memoir.untilState(id, 'succeeded')
})

test.skipIf(absent)('a row nobody can start does not keep the sweep from the others', async () => {
  await using memoir = await createJobFixture()
  const broken = await memoir.insert()
  await memoir.db.query(`update memoir.job set request = '{}', lock_key = null`)
  const lost = await memoir.insert()
  await memoir.db.query(`update memoir.job set started_at = now(), run_id = 'r' where id = $1`, [
    lost.id,
  ])

  await memoir.sweeper({})

  expect(await memoir.get(broken.id)).toMatchObject({ state: 'queued', started_at: null })
  expect(await memoir.get(lost.id)).toMatchObject({ error: { code: 'workflow_lost' } })
})
