import { expect, test } from 'vitest'
import { job, startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const run = {
  id: 'run-1',
  job: 'run-1',
  user_id: 'maya',
  day: '2026-03-01',
  state: 'applied',
  plan: {
    summary: { content: 'Maya met Bob.' },
    edges: [],
    merges: [{}],
    downshift: [],
    salience: [],
    drop_heads: [],
  },
  guard: { retired: 1, allowed: 2 },
  applied: { summary: 1, edges: 3, merges: 1, salience: 2, downshift: 0, drop_heads: 0 },
}

const api = async (over: Readonly<Record<string, unknown>> = {}) =>
  await startFakeApi({
    'POST /v1/consolidations': {
      status: 202,
      body: { id: 'run-1', job: 'run-1', status: 'queued' },
    },
    'GET /v1/jobs/run-1': { body: job({ id: 'run-1', kind: 'consolidate', state: 'succeeded' }) },
    'GET /v1/consolidations/run-1': { body: { ...run, ...over } },
    'POST /v1/consolidations/run-1/undo': { body: { ...run, state: 'undone' } },
  })

const consolidate = (line: string) => ['consolidate', ...line.split(' ')]

test('a day is asked for, followed and told', async () => {
  await using server = await api()
  const { code, out } = await memoir(consolidate('--user maya --day 2026-03-01'), {
    url: server.url,
  })
  expect(code).toBe(0)
  expect(server.asked[0]?.body).toEqual({ user_id: 'maya', day: '2026-03-01', dry_run: false })
  expect(out).toContain('2026-03-01  maya  applied  run-1')
  expect(out).toContain('Done: 1 summary, 3 links, 1 superseded')
})

test('a dry run shows the plan; what the guard stopped says so', async () => {
  await using dry = await api({ state: 'planned', applied: null })
  const planned = await memoir(consolidate('--user maya --day 2026-03-01 --dry-run'), {
    url: dry.url,
  })
  expect(dry.asked[0]?.body).toMatchObject({ dry_run: true })
  expect(planned.out).toContain('Planned: 1 summary, 0 links, 1 superseded')
  await using stopped = await api({ state: 'guard', applied: null })
  const { out } = await memoir(consolidate('--user maya --day 2026-03-01'), { url: stopped.url })
  expect(out).toContain('It would retire 1 memories and may retire 2')
})

test('of several days each shows what it would say, and one that fails makes the command fail', async () => {
  const runs = [
    {
      id: 'a',
      user_id: 'maya',
      day: '2026-03-01',
      state: 'planned',
      summary: 'Maya met Bob.',
      error: null,
    },
    {
      id: 'b',
      user_id: 'maya',
      day: '2026-03-02',
      state: 'failed',
      summary: null,
      error: { code: 'internal', message: 'Something unexpected failed.' },
    },
  ]
  const night = (failed: number) =>
    job({
      id: 'run-1',
      kind: 'dream',
      state: 'succeeded',
      progress: { processed: 2, total: 2, failed },
    })
  const several = async (failed: number) =>
    await startFakeApi({
      'POST /v1/consolidations': {
        status: 202,
        body: { id: 'run-1', job: 'run-1', status: 'queued' },
      },
      'GET /v1/jobs/run-1': { body: night(failed) },
      'GET /v1/consolidations/run-1': {
        body: { ...run, day: null, plan: null, guard: null, applied: null, runs },
      },
    })
  await using failing = await several(1)
  const { code, out, err } = await memoir(consolidate('--user maya --dry-run'), {
    url: failing.url,
  })
  expect(out).toContain('2026-03-01  maya  planned  a\n            Maya met Bob.')
  expect(out).toContain('failed (internal: Something unexpected failed.)')
  expect(err).toContain('1 failed')
  expect(code).toBe(1)
  await using fine = await several(0)
  expect((await memoir(consolidate('--user maya'), { url: fine.url })).code).toBe(0)
})

test('a run is taken back by its id, and a day has to be one', async () => {
  await using server = await api()
  const undone = await memoir(consolidate('--undo run-1 --json'), { url: server.url })
  expect(JSON.parse(undone.out)).toMatchObject({ state: 'undone' })
  const { code, err } = await memoir(consolidate('--day yesterday'), { url: server.url })
  expect(code).toBe(2)
  expect(err).toContain('It has to be a date such as 2026-03-01.')
})
