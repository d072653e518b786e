import { expect, test, vi } from 'vitest'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import { progress } from '../../src/workflows/messages.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { readHistories } from '../support/history-audit.ts'
import { gate, untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const absent = !hasPostgres || !hasTemporal

test.skipIf(absent)('an accepted backfill runs through its pages and the row says so', async () => {
  await using memoir = await createJobFixture({ pages: 3 })
  await memoir.work()

  const accepted = await memoir.accept()
  const done = await memoir.untilState(accepted.id, 'succeeded')

  expect(accepted).toMatchObject({ kind: 'backfill', state: 'queued', attempts: 1, error: null })
  expect(done).toMatchObject({ error: null, progress: { processed: 3 } })
  expect(done.started_at).not.toBeNull()
  expect(done.finished_at).not.toBeNull()
  expect(memoir.ingest.asked).toEqual([null, '1', '2'])
  expect(memoir.ingest.finished).toEqual([accepted.id])
})

test.skipIf(absent)(
  'a step that fails and then works is noted while it fails, and forgotten after',
  async () => {
    let failures = 0
    const { passed, open } = gate()
    await using memoir = await createJobFixture({
      pages: 2,
      async onPage(page) {
        if (page !== 2) return
        failures += 1
        if (failures === 1) {
          throw new MemoirError('vendor_busy', 'asks for a break', {
            retryAfterMs: 200,
            vendorText: `slow down ${'x'.repeat(600)}`,
          })
        }
        await passed
      },
    })
    await memoir.work()
    const { id } = await memoir.accept()

    await vi.waitFor(async () => {
      expect(await memoir.get(id)).toMatchObject({
        state: 'running',
        error: { code: 'vendor_busy', message: SENTENCE.vendor_busy, step: 'ingestPage' },
      })
    }, 10_000)
    const { rows } = await memoir.db.query(`select error->>'detail' as detail from memoir.job`)
    expect(rows).toEqual([{ detail: expect.stringMatching(/^slow down x{490}$/) }])
    await vi.waitFor(() => expect(failures).toBe(2), 5_000)
    open()

    expect(await memoir.untilState(id, 'succeeded')).toMatchObject({ error: null, attempts: 1 })
  },
)

test.skipIf(absent)(
  'a step that fails for good fails the job with its code, and a retry goes on there',
  async () => {
    let broken = true
    await using memoir = await createJobFixture({
      pages: 3,
      onPage(page) {
        if (page === 2 && broken) {
          throw new MemoirError('vendor_unauthorized', 'Ada lives in Lisbon', {
            vendorText: 'no such model: Lisbon',
            cause: new Error('Lisbon again'),
          })
        }
      },
    })
    await memoir.work()
    const { id } = await memoir.accept()

    const failed = await memoir.untilState(id, 'failed')
    expect(failed.error).toEqual({
      code: 'vendor_unauthorized',
      message: SENTENCE.vendor_unauthorized,
      step: 'ingestPage',
      detail: 'no such model: Lisbon',
    })
    const handle = memoir.temporal.client.workflow.getHandle(failed.workflow_id)
    await vi.waitFor(
      async () => expect((await handle.describe()).status.name).toBe('FAILED'),
      5_000,
    )
    const histories = await readHistories(memoir.temporal, `WorkflowId = '${failed.workflow_id}'`)
    expect(histories).toHaveLength(1)
    expect(histories[0]?.text).toContain('vendor_unauthorized')
    expect(histories[0]?.text).not.toContain('Lisbon')

    broken = false
    expect(await memoir.jobs.retry(memoir.key(id))).toMatchObject({ attempts: 2, error: null })
    await memoir.untilState(id, 'succeeded')
    expect(memoir.ingest.asked).toEqual([null, '1', '1', '2'])
  },
)

test.skipIf(absent)(
  'an error nobody foresaw stands in the history as internal, without its words',
  async () => {
    let broken = true
    await using memoir = await createJobFixture({
      pages: 1,
      onBegin() {
        if (broken) throw new TypeError('cannot read Lisbon')
      },
    })
    await memoir.work()
    const { id, workflow_id } = await memoir.accept()

    await vi.waitFor(async () => {
      expect((await memoir.get(id)).error).toMatchObject({ code: 'internal', step: 'beginIngest' })
    }, 10_000)
    broken = false
    await memoir.untilState(id, 'succeeded')
    const [history] = await readHistories(memoir.temporal, `WorkflowId = '${workflow_id}'`)
    expect(history?.text).toContain(SENTENCE.internal)
    expect(history?.text).not.toContain('Lisbon')
  },
)

test.skipIf(absent)('pause holds it between pages, and resume goes on', async () => {
  const { passed, open } = gate()
  await using memoir = await createJobFixture({
    pages: 3,
    onPage: async (page) => {
      if (page === 1) await passed
    },
  })
  await memoir.work()
  const { id, workflow_id } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toEqual([null]), 10_000)

  await memoir.jobs.control(memoir.key(id), 'pause')
  const handle = memoir.temporal.client.workflow.getHandle(workflow_id)
  await vi.waitFor(async () => {
    expect(await handle.query(progress)).toMatchObject({ paused: true, cursor: null })
  }, 5_000)
  open()

  await memoir.untilState(id, 'paused')
  expect(memoir.ingest.asked).toEqual([null])
  await memoir.jobs.control(memoir.key(id), 'resume')
  await memoir.untilState(id, 'succeeded')
  expect(memoir.ingest.asked).toEqual([null, '1', '2'])
})

test.skipIf(absent)(
  'cancel stops the page in hand and is told on the row and in Temporal',
  async () => {
    await using memoir = await createJobFixture({
      pages: 3,
      async onPage(page, hooks) {
        if (page !== 2) return
        await untilStopped(hooks)
        throw new Error('stopped in the middle')
      },
    })
    await memoir.work()
    const { id, workflow_id } = await memoir.accept()
    await vi.waitFor(() => expect(memoir.ingest.asked).toEqual([null, '1']), 10_000)

    await memoir.jobs.control(memoir.key(id), 'cancel')

    expect(await memoir.untilState(id, 'cancelled')).toMatchObject({ error: null })
    const handle = memoir.temporal.client.workflow.getHandle(workflow_id)
    await vi.waitFor(
      async () => expect((await handle.describe()).status.name).toBe('CANCELLED'),
      5_000,
    )
    await expect(memoir.jobs.control(memoir.key(id), 'pause')).rejects.toMatchObject({
      code: 'conflict',
    })
  },
)

test.skipIf(absent)('a worker that shuts down midway hands its page to another', async () => {
  const first = gate()
  let calls = 0
  await using memoir = await createJobFixture({
    pages: 2,
    async onPage(_, hooks) {
      calls += 1
      if (calls !== 1) return
      first.open()
      await untilStopped(hooks)
      hooks.signal.throwIfAborted()
    },
  })
  const worker = await memoir.work()
  const { id } = await memoir.accept()
  await first.passed

  await worker.shutdown()
  expect(await memoir.get(id)).toMatchObject({ state: 'running' })
  await memoir.work()

  await memoir.untilState(id, 'succeeded')
  expect(memoir.ingest.asked).toEqual([null, null, '1'])
})

test.skipIf(absent)('continued as new, it carries position, pause and reports', async () => {
  await using memoir = await createJobFixture({ pages: 4 })
  await memoir.work()
  const row = await memoir.insert()

  const handle = await memoir.start(row, { job: { pagesPerRun: 1 } })
  const done = await memoir.untilState(row.id, 'succeeded')

  expect(memoir.ingest.begun).toEqual([row.id])
  expect(memoir.ingest.asked).toEqual([null, '1', '2', '3'])
  expect(done.run_id).toBe(handle.firstExecutionRunId)
  const runs = await readHistories(memoir.temporal, `WorkflowId = '${row.workflowId}'`)
  expect(runs).toHaveLength(4)
})

test.skipIf(absent)('a run whose row has moved on to another does nothing', async () => {
  await using memoir = await createJobFixture({ pages: 2 })
  const row = await memoir.insert()
  const handle = await memoir.start(row)
  await memoir.db.query(`update memoir.job set state = 'cancelled', finished_at = now()`)
  await memoir.work()

  await handle.result()

  expect(memoir.ingest.begun).toEqual([])
  expect(await memoir.get(row.id)).toMatchObject({ state: 'cancelled' })
})
