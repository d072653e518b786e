import getPort from 'get-port'

import { pino } from 'pino'
import { expect, inject, test, vi } from 'vitest'
import { createExposition } from '../src/exposition.ts'
import { createMetrics } from '../src/metrics.ts'
import { seed, talk } from './support/ingest.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from './support/database.ts'
import { createTestMemoir } from './support/memoir.ts'
import { startProcess } from './support/processes.ts'

/** `name{labels} value` as a map. */
function seriesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

test.skipIf(!hasPostgres || !hasTemporal)(
  'a backfill shows in the series: its state, how long it waited, and until it could be found',
  async () => {
    await using memoir = await createTestMemoir()
    await seed(memoir.db, [talk('a', 'tulips'), talk('b', 'bees')])
    await memoir.backfill()

    const series = seriesOf(await memoir.services.exposition())

    expect(series.get('memoir_jobs{kind="backfill",state="succeeded"}')).toBe(1)
    expect(series.get('memoir_jobs{kind="backfill",state="running"}')).toBe(0)
    const waited = 'memoir_job_accepted_to_running_seconds'
    const found = 'memoir_job_accepted_to_searchable_seconds'
    expect(series.get(`${waited}_count{kind="backfill"}`)).toBe(1)
    expect(series.get(`${found}_count{kind="backfill"}`)).toBe(1)
    expect(series.get(`${found}_sum{kind="backfill"}`)).toBeGreaterThan(
      series.get(`${waited}_sum{kind="backfill"}`) ?? Infinity,
    )
    expect(series.get('memoir_pool_connections{state="open"}')).toBeGreaterThan(0)
    expect(series.get('memoir_pool_connections{state="waiting"}')).toBe(0)
  },
)

test.skipIf(!hasPostgres)('a state that no job has any more is 0 again', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const exposition = createExposition({
    db,
    metrics: createMetrics(),
    log: pino({ level: 'silent' }),
  })
  const states = async () => {
    // Counting again is due only some time after counting, which here is no time at all.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const series = seriesOf(await exposition())
    return ['queued', 'failed'].map((state) =>
      series.get(`memoir_jobs{kind="backfill",state="${state}"}`),
    )
  }
  await db.query(
    `insert into memoir.job (id, namespace_id, kind, workflow_id) select gen_random_uuid(), id, 'backfill', 'w' from memoir.namespace`,
  )
  expect(await states()).toEqual([1, 0])
  await db.query(`update memoir.job set state = 'failed'`)
  expect(await states()).toEqual([0, 1])
})

const ask = async (url: string) => {
  const answer = await fetch(url).catch(() => null)
  return { status: answer?.status, body: (await answer?.text()) ?? '' }
}

test.skipIf(!hasPostgres || !hasTemporal)(
  "a worker with a port tells its health, its series and those of Temporal's SDK",
  async () => {
    await using store = await createTestDatabase()
    const port = await getPort()
    const worker = startProcess('worker', {
      DATABASE_URL: store.url,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_TASK_QUEUE: `metrics-${port}`,
      WORKER_PORT: String(port),
      LOG_LEVEL: 'fatal',
    })
    try {
      const url = `http://127.0.0.1:${port}`
      await vi.waitFor(
        async () => expect((await ask(`${url}/health/ready`)).status).toBe(200),
        15_000,
      )
      expect(JSON.parse((await ask(`${url}/health/ready`)).body)).toEqual({
        status: 'ready',
        parts: { temporal: true, postgres: true },
      })
      expect((await ask(`${url}/health/live`)).status).toBe(200)
      expect((await ask(`${url}/v1/recall`)).status).toBe(404)
      await vi.waitFor(async () => {
        const { body } = await ask(`${url}/metrics`)
        expect(body).toMatch(/^temporal_\w+\{/m)
        expect(body).toMatch(/^memoir_jobs\{/m)
      }, 10_000)
    } finally {
      await worker.stop()
    }
  },
)

test.skipIf(!hasPostgres)('a worker whose Temporal is away is alive but not ready', async () => {
  await using store = await createTestDatabase()
  const port = await getPort()
  const worker = startProcess('worker', {
    DATABASE_URL: store.url,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    WORKER_PORT: String(port),
    LOG_LEVEL: 'fatal',
  })
  try {
    const url = `http://127.0.0.1:${port}`
    await vi.waitFor(async () => expect((await ask(`${url}/health/live`)).status).toBe(200), 15_000)
    const { status, body } = await ask(`${url}/health/ready`)
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({
      status: 503,
      body: { status: 'unavailable', parts: { temporal: false, postgres: true } },
    })
  } finally {
    await worker.stop()
  }
})
