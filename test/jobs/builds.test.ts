import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { SENTENCE } from '../../src/errors.ts'
import { markStarted } from '../../src/stores/jobs/jobs.ts'
import { argumentOf } from '../../src/jobs/arguments.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { gate, untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

/** Temporal's worker versioning: what becomes of runs when another build of the workflows is put in place. */

const absent = !hasPostgres || !hasTemporal

async function heldAtFirstPage(deploymentName = `memoir-${randomUUID()}`) {
  const { passed, open } = gate()
  const memoir = await createJobFixture({
    env: { WORKER_DEPLOYMENT: deploymentName },
    pages: 3,
    onPage: async (_, hooks) => {
      await Promise.race([passed, untilStopped(hooks)])
      hooks.signal.throwIfAborted()
    },
  })
  const buildOf = async (workflowId: string) => {
    const run = await memoir.temporal.client.workflow.getHandle(workflowId).describe()
    return run.raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId
  }
  return { memoir, open, buildOf, deploymentName }
}

test.skipIf(absent)(
  'a run that one build began is ended by the next',
  async () => {
    const { memoir, open, buildOf } = await heldAtFirstPage()
    await using _ = memoir
    const first = await memoir.work({ build: 'a' })
    const { id, workflow_id } = await memoir.accept()
    await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 20_000)
    expect(await buildOf(workflow_id)).toBe('a')
    await first.shutdown()

    const second = await memoir.work({ build: 'b' })
    open()

    expect(await memoir.untilState(id, 'succeeded')).toMatchObject({ error: null, attempts: 1 })
    expect(await buildOf(workflow_id)).toBe('b')
    // An old process that starts again takes nothing back.
    await second.shutdown()
    await memoir.work({ build: 'a' })
    await memoir.work({ build: 'b' })
    const again = await memoir.accept()
    await memoir.untilState(again.id, 'succeeded')
    expect(await buildOf(again.workflow_id)).toBe('b')
  },
  90_000,
)

test.skipIf(absent)(
  'a run whose build no worker runs says so with the next sweep, and a retry goes to the current build',
  async () => {
    const { memoir, open, buildOf, deploymentName } = await heldAtFirstPage()
    await using _ = memoir
    const { db, temporal, config } = memoir
    const first = await memoir.work({ build: 'a' })
    const row = await memoir.insert()
    // As a short run is, by itself.
    const handle = await vi.waitFor(
      async () =>
        await temporal.client.workflow.start('backfill', {
          workflowId: row.workflowId,
          taskQueue: config.TEMPORAL_TASK_QUEUE,
          memo: { jobId: row.id, attempt: row.attempts },
          args: [argumentOf(row, config.BACKFILL_HEARTBEAT_SECONDS)],
          versioningOverride: { pinnedTo: { deploymentName, buildId: 'a' } },
        }),
      { timeout: 20_000, interval: 500 },
    )
    await markStarted(db, { id: row.id, runId: handle.firstExecutionRunId, attempt: 1 })
    await vi.waitFor(() => expect(memoir.ingest.asked).toHaveLength(1), 20_000)
    expect(await buildOf(row.workflowId)).toBe('a')
    await first.shutdown()
    const second = await memoir.work({ build: 'b', sweep: { silentAfterMs: 0, goneAfterMs: 1 } })

    await second.sweep()

    expect(await memoir.get(row.id)).toMatchObject({
      state: 'running',
      error: { code: 'stuck', message: SENTENCE.stuck },
    })
    const { rows } = await db.query(`select error->>'detail' as detail from memoir.job`)
    expect(rows).toEqual([{ detail: expect.stringContaining('build a') }])
    open()
    await memoir.jobs.retry(memoir.key(row.id))
    await memoir.untilState(row.id, 'succeeded')
    expect(await buildOf(row.workflowId)).toBe('b')
  },
  90_000,
)
