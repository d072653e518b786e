import getPort from 'get-port'
import { expect, test, vi } from 'vitest'
import { acceptSession } from '../../src/sessions/accept.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createDevServer, createFrozenServer } from '../support/dev-server.ts'
import { untilStopped } from '../support/fake-ingest.ts'
import { createJobFixture } from '../support/job-fixture.ts'

const absent = !hasPostgres || !hasTemporal

/** What a person would call at once, on a machine that does other things too. */
const AT_ONCE_MS = 250
/** More than are started at a time. */
const BURST = 60

test.skipIf(absent)(
  'with Temporal stopped a job is accepted at once, and started when Temporal is there',
  async () => {
    await using server = await createDevServer()
    await server.kill()
    await using memoir = await createJobFixture({ pages: 1, address: server.url })
    await memoir.accept()
    await memoir.jobs.control(memoir.key((await listed(memoir)) ?? ''), 'cancel')

    const before = performance.now()
    const { id } = await memoir.accept()
    expect(performance.now() - before).toBeLessThan(AT_ONCE_MS)
    expect(await memoir.get(id)).toMatchObject({ state: 'queued', started_at: null })

    await memoir.work({ sweep: { everyMs: 200, unstartedAfterMs: 0 } })
    await server.restart()
    await memoir.untilState(id, 'succeeded')
  },
)

test.skipIf(absent)(
  'with Temporal frozen a job is accepted at once, steered, and nothing piles up',
  async () => {
    await using frozen = await createFrozenServer()
    await using memoir = await createJobFixture({ address: frozen.address })
    await memoir.accept()
    await memoir.jobs.control(memoir.key((await listed(memoir)) ?? ''), 'cancel')

    const before = performance.now()
    for (let n = 0; n < 40; n += 1) {
      const { id } = await memoir.accept()
      await memoir.jobs.control(memoir.key(id), 'cancel')
    }
    expect((performance.now() - before) / 40).toBeLessThan(AT_ONCE_MS)

    const closing = performance.now()
    await memoir.jobs.close()
    expect(performance.now() - closing).toBeLessThan(2_000)
    const { values } = await memoir.services.metrics.jobStarts.get()
    const outcomes = Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
    expect(outcomes['started']).toBeUndefined()
    expect((outcomes['failed'] ?? 0) + (outcomes['deferred'] ?? 0)).toBe(41)
    expect(outcomes['failed']).toBeLessThanOrEqual(20)
  },
)

test.skipIf(absent)('a burst is begun whole without waiting for a sweep', async () => {
  await using memoir = await createJobFixture()
  const { db, jobs, namespaceId } = memoir

  await Promise.all(
    Array.from({ length: BURST }, async (_, n) => {
      const turns = [
        { position: 0, role: 'user', name: null, content: `I like tea ${n}.`, at: null },
      ]
      const post = { namespaceId, userId: `ann-${n}`, collection: '', turns, metadata: {} }
      await acceptSession({ db, launcher: jobs }, post)
    }),
  )

  const begun = async () => {
    const { rows } = await db.query<{ n: number }>(
      'select count(*) as n from memoir.job where run_id is not null',
    )
    return rows[0]?.n
  }
  await expect.poll(begun, { timeout: 10_000 }).toBe(BURST)
})

test.skipIf(absent)(
  'a sweep on a Temporal that is away ends, and the next one tries again',
  async () => {
    await using memoir = await createJobFixture({ address: `127.0.0.1:${await getPort()}` })
    const row = await memoir.insert()
    const worker = await memoir.work()

    await worker.sweep()

    expect(await memoir.get(row.id)).toMatchObject({ state: 'queued', started_at: null })
    const { values } = await memoir.services.metrics.oldestPending.get()
    expect(values[0]?.value).toBeGreaterThan(0)
  },
)

test.skipIf(absent)('a start that was never acknowledged is found again, not doubled', async () => {
  await using memoir = await createJobFixture({ pages: 1 })
  const row = await memoir.insert()
  const first = await memoir.start(row)
  await memoir.db.query('update memoir.job set started_at = null, run_id = null')

  const worker = await memoir.work()
  await worker.sweep()

  const done = await memoir.untilState(row.id, 'succeeded')
  expect(done.run_id).toBe(first.firstExecutionRunId)
  expect(memoir.ingest.begun).toEqual([row.id])
})

test.skipIf(absent)(
  'a job never joins the run of the one before that has yet to close',
  async () => {
    await using memoir = await createJobFixture()
    const before = await memoir.insert()
    const closing = await memoir.start(before)
    await memoir.db.query(`update memoir.job set state = 'succeeded', finished_at = now()`)
    const { id } = await memoir.accept()
    await memoir.jobs.close()
    expect(await memoir.get(id)).toMatchObject({ state: 'queued', started_at: null })

    await closing.terminate()
    await memoir.sweeper({})

    const started = await memoir.get(id)
    expect(started.run_id).toEqual(expect.any(String))
    expect(started.run_id).not.toBe(closing.firstExecutionRunId)
  },
)

test.skipIf(absent)('what was asked while Temporal did not listen is asked again', async () => {
  await using memoir = await createJobFixture({
    pages: 1,
    onPage: async (_, hooks) => await untilStopped(hooks),
  })
  const worker = await memoir.work()
  const { id } = await memoir.accept()
  await vi.waitFor(() => expect(memoir.ingest.asked).toEqual([null]), 10_000)
  await memoir.db.query(`update memoir.job set control = 'cancel'`)

  await worker.sweep()

  await memoir.untilState(id, 'cancelled')
})

test.skipIf(absent)('a worker that waits for a frozen Temporal still shuts down soon', async () => {
  await using frozen = await createFrozenServer()
  await using memoir = await createJobFixture({ address: frozen.address })
  const worker = await memoir.work()

  const before = performance.now()
  await worker.shutdown()
  expect(performance.now() - before).toBeLessThan(10_000)
})

async function listed(memoir: Awaited<ReturnType<typeof createJobFixture>>) {
  const { items } = await memoir.jobs.list({ namespaceId: memoir.namespaceId, limit: 1 })
  return items[0]?.id
}
