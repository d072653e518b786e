import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRuns } from '../../src/jobs/runs.ts'
import { startSweep } from '../../src/jobs/sweep.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { readHistories } from '../support/history-audit.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

/** Writes that come in a burst share a run; each job tells the truth by itself. */

let vendor: FakeVendor
const vendorEnv = () => ({
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_BASE_URL: vendor.url,
  OPENAI_API_KEY: 'a-key-of-the-vendor',
})

interface Stored {
  readonly id: string
  readonly job: string
}

/** Stores these at once, right after another, so that they count as a burst. */
async function burst(memoir: MemoriesFixture, contents: readonly string[]): Promise<Stored[]> {
  const store = async (content: string, at = 0): Promise<Stored> => {
    const body = { user_id: `user-${at % 3}`, content }
    const { status, json } = await memoir.send('/v1/memories', { body })
    expect(status).toBe(202)
    return { id: json.id, job: json.job }
  }
  const first = await store('The first of them.')
  await vi.waitFor(async () => {
    const { rows } = await memoir.db.query('select from memoir.job where started_at is not null')
    expect(rows).toHaveLength(1)
  }, 30_000)
  return [first, ...(await Promise.all(contents.map(store)))]
}

async function allDone(memoir: MemoriesFixture, stored: readonly Stored[]): Promise<void> {
  for (const { job } of stored) await memoir.memoir.until(job, 'succeeded')
  const { rows } = await memoir.db.query(
    `select t.id, t.revision, count(e.*)::int as vectors
       from memoir.memory_trace t left join memoir.memory_embedding e on e.trace_id = t.id
      group by t.id, t.revision order by t.id`,
  )
  expect(rows).toEqual(
    stored
      .map(({ id }) => ({ id, revision: 1, vectors: 1 }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
  expect(await findDisagreements(memoir.db)).toEqual([])
}

const notes = (count: number) =>
  Array.from({ length: count }, (_, n) => `the SECRET-MARKER: box ${n} stands in the attic of Ada.`)

describe.skipIf(!hasPostgres || !hasTemporal)('a burst of writes', () => {
  beforeAll(async () => {
    vendor = await startFakeVendor({ dimensions: 64 })
  })
  beforeEach(() => {
    vendor.restore()
    vendor.requests.length = 0
  })
  afterAll(async () => await vendor.close())

  test('is finished in few runs with few requests, and no run holds a word of it', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    const stored = await burst(memoir, notes(40))
    await allDone(memoir, stored)

    const jobs = await Promise.all(stored.map(async ({ job }) => await memoir.memoir.job(job)))
    const runs = new Set(jobs.map(({ workflow_id: id }) => id))
    expect(runs.size).toBeLessThan(10)
    expect(vendor.requests.length).toBeLessThan(10)
    const links = await memoir.db.query(
      `select distinct e.src from memoir.memory_edge e where e.type = 'mentions'`,
    )
    expect(links.rowCount).toBe(40)

    const { temporal } = memoir.memoir.services
    const histories = await readHistories(temporal, `TaskQueue = "${temporal.taskQueue}"`)
    expect(histories.length).toBeGreaterThanOrEqual(runs.size)
    for (const { text } of histories) expect(text).not.toContain('SECRET-MARKER')
  })

  test('in which the vendor refuses one text: that job fails with the reason, the others succeed', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    vendor.failAlways({
      status: 400,
      body: { error: { message: 'no poison here', type: 'invalid_request_error' } },
      whenInputContains: 'poison',
    })
    const [bad, ...good] = await burst(memoir, [...notes(12), 'A bottle of poison.']).then(
      (stored) => stored.toReversed(),
    )
    if (bad === undefined) throw new Error('nothing was stored')
    for (const { job } of good) await memoir.memoir.until(job, 'succeeded')
    await memoir.memoir.until(bad.job, 'failed')
    expect(await memoir.memoir.job(bad.job)).toMatchObject({
      workflow_id: `memory:${bad.job}`,
      error: { code: 'vendor_refused', step: 'embedMemories' },
    })
    vendor.restore()
    const { status } = await memoir.send(`/v1/jobs/${bad.job}/retry`, { method: 'POST' })
    expect(status).toBe(202)
    await allDone(memoir, [...good, bad])
  })

  test('whose worker dies midway is finished by the next one, each write once', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    const first = burst(memoir, [])
    const [one] = await first
    if (one === undefined) throw new Error('nothing was stored')
    await memoir.memoir.until(one.job, 'succeeded')
    vendor.requests.length = 0
    vendor.hangNext(8)
    const rest = await Promise.all(
      notes(20).map(async (content) => {
        const { json } = await memoir.send('/v1/memories', { body: { user_id: 'user-0', content } })
        return { id: json.id, job: json.job }
      }),
    )
    await vi.waitFor(() => expect(vendor.requests.length).toBeGreaterThan(0), 30_000)
    vendor.restore()
    await memoir.restart(vendorEnv())
    await allDone(memoir, [one, ...rest])
  })

  test('whose run is gone is started again alone', async () => {
    await using memoir = await createMemoriesFixture(vendorEnv())
    const stored = await burst(memoir, notes(5))
    await allDone(memoir, stored)
    // As if Temporal had lost the run before it finished these.
    const ids = stored.map(({ job }) => job)
    await memoir.db.query(
      `update memoir.job set state = 'running', run_id = null, seq = 0, finished_at = null, workflow_id = 'memory:' || id,
              started_at = now() - interval '1 hour', reported_at = now() - interval '1 hour'
        where id = any($1::uuid[])`,
      [ids],
    )
    const { services } = memoir.memoir
    const runs = createRuns(services.temporal, 5)
    const sweep = startSweep({ ...services, runs }, { everyMs: 200, silentAfterMs: 100 })
    try {
      await allDone(memoir, stored)
    } finally {
      await sweep.stop()
    }
    for (const { job } of stored) {
      expect(await memoir.memoir.job(job)).toMatchObject({ workflow_id: `memory:${job}` })
    }
  })
})
