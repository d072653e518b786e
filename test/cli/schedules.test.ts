import { expect, test } from 'vitest'
import { counts, errorBody, job, startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const nightly = {
  id: 'nightly',
  kind: 'nightly',
  cron: '0 2 * * *',
  paused: false,
  note: null,
  next_runs: ['2026-03-02T02:00:00.000Z', '2026-03-03T02:00:00.000Z'],
  recent_runs: [{ started_at: '2026-03-01T02:00:03.120Z', job: null, skipped: 'backfill_running' }],
  applied: true,
}

const PATH = '/v1/schedules/nightly'

test('schedules are one line each: when next, how last', async () => {
  const page = { items: [nightly], next_cursor: null }
  await using api = await startFakeApi({ 'GET /v1/schedules': { body: page } })

  const { code, out } = await memoir(['schedules', 'list'], { url: api.url })
  const json = await memoir(['schedules', 'list', '--json'], { url: api.url })

  expect(code).toBe(0)
  expect(out).toContain('0 2 * * *')
  expect(out).toContain('2026-03-02 02:00')
  expect(out).toContain('2026-03-01 02:00 (backfill_running)')
  expect(JSON.parse(json.out)).toEqual(page)
})

test.each([
  [['pause', 'nightly', '--note', 'moving'], { paused: true, note: 'moving' }],
  [['resume', 'nightly'], { paused: false }],
  [['cron', 'nightly', '30 1 * * *'], { cron: '30 1 * * *' }],
])('schedules %j changes just that', async (argv, body) => {
  await using api = await startFakeApi({ [`PATCH ${PATH}`]: { body: nightly } })

  const { code, out } = await memoir(['schedules', ...argv], { url: api.url })

  expect(code).toBe(0)
  expect(api.asked).toMatchObject([{ method: 'PATCH', path: PATH, body }])
  expect(out).toBe('nightly: 0 2 * * *, on; next at 2026-03-02T02:00:00.000Z\n')
})

test('a change that Temporal has not heard yet is said on the side', async () => {
  const body = { ...nightly, applied: false, next_runs: [] }
  await using api = await startFakeApi({ [`PATCH ${PATH}`]: { body } })

  const { code, err } = await memoir(['schedules', 'resume', 'nightly'], { url: api.url })

  expect([code, err]).toEqual([0, expect.stringContaining('Temporal does not answer')])
})

test('nights between two times are asked for, and a schedule is removed', async () => {
  await using api = await startFakeApi({
    [`POST ${PATH}/backfill`]: { status: 202, body: { id: 'nightly' } },
    [`DELETE ${PATH}`]: { status: 204 },
  })
  const range = ['--from', '2026-03-01', '--to', '2026-03-04T12:00:00Z']

  const { code } = await memoir(['schedules', 'backfill', 'nightly', ...range], { url: api.url })
  const removed = await memoir(['schedules', 'remove', 'nightly'], { url: api.url })

  expect([code, removed.code]).toEqual([0, 0])
  expect(api.asked[0]?.body).toEqual({
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-03-04T12:00:00.000Z',
  })
})

test('nightly runs one now and is followed to its end', async () => {
  const done = counts({ processed: 3, created: 2, updated: 1, total_fetched: 3, total: 3 })
  await using api = await startFakeApi({
    [`POST ${PATH}/trigger`]: { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ kind: 'nightly', state: 'succeeded', progress: done }) },
  })

  const { code, out, err } = await memoir(['nightly'], { url: api.url })

  expect(code).toBe(0)
  expect(out).toBe('3 conversations: 2 created, 1 updated, 0 unchanged, 0 failed\n')
  expect(err).toContain('nightly: 3/3')
})

test('beside a backfill nightly fails and says why', async () => {
  const body = errorBody('conflict', 'Another backfill is not finished yet.')
  await using api = await startFakeApi({ [`POST ${PATH}/trigger`]: { status: 409, body } })

  const { code, err } = await memoir(['nightly'], { url: api.url })

  expect(code).toBe(1)
  expect(err).toContain('Another backfill is not finished yet.')
})
