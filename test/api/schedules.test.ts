import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

/** Nothing listens at Temporal's address here: what is asked of schedules is kept, and told to it later. */

const PATH = '/v1/schedules'

test.skipIf(!hasPostgres)('the schedules are listed even before a worker came', async () => {
  await using memoir = await createApiFixture()

  const { status, json } = await memoir.send(PATH)

  expect(status).toBe(200)
  expect(json).toEqual({
    items: [
      {
        id: 'nightly',
        kind: 'nightly',
        cron: '0 2 * * *',
        paused: false,
        note: null,
        next_runs: [],
        recent_runs: [],
        applied: false,
      },
      {
        id: 'consolidation',
        kind: 'consolidation',
        cron: '0 4 * * *',
        paused: false,
        note: null,
        next_runs: [],
        recent_runs: [],
        applied: false,
      },
      {
        id: 'narratives',
        kind: 'narratives',
        cron: '0 5 * * 0',
        paused: false,
        note: null,
        next_runs: [],
        recent_runs: [],
        applied: false,
      },
    ],
    next_cursor: null,
  })
})

test.skipIf(!hasPostgres)(
  'cron, pause and note change one by one, and each is audited',
  async () => {
    await using memoir = await createApiFixture()
    const patch = async (body: unknown) =>
      (await memoir.send(`${PATH}/nightly`, { method: 'PATCH', body })).json

    expect(await patch({ cron: '30 1 * * 1-5' })).toMatchObject({
      cron: '30 1 * * 1-5',
      note: null,
    })
    expect(await patch({ paused: true, note: 'moving' })).toMatchObject({
      cron: '30 1 * * 1-5',
      paused: true,
      note: 'moving',
    })
    expect(await patch({ cron: '0 3 * * *' })).toMatchObject({ paused: true, note: 'moving' })
    expect(await patch({ paused: false })).toMatchObject({ paused: false, note: null })
    const { rows } = await memoir.db.query(
      `select action, details from memoir.audit_log order by seq limit 2`,
    )
    expect(rows).toEqual([
      { action: 'schedule.change', details: { kind: 'nightly', cron: '30 1 * * 1-5' } },
      { action: 'schedule.change', details: { kind: 'nightly', paused: true } },
    ])
  },
)

test.skipIf(!hasPostgres)('what no schedule can be is refused by its field', async () => {
  await using memoir = await createApiFixture()
  for (const [body, field] of [
    [{ cron: '0 25 * * *' }, 'cron'],
    [{ cron: 'CRON_TZ=Europe/Paris 0 2 * * *' }, 'cron'],
    [{ paused: 'yes' }, 'paused'],
    [{ note: '' }, 'note'],
    [{ timezone: 'UTC' }, 'timezone'],
    [{}, ''],
  ] as const) {
    const answer = await memoir.send(`${PATH}/nightly`, { method: 'PATCH', body })
    expect([answer.status, answer.json.error.details.field]).toEqual([400, field])
  }
  for (const [body, field] of [
    [{ from: '2026-02-01' }, 'to'],
    [{ from: '2026-02-02', to: '2026-02-01' }, 'to'],
    [{ from: '2020-01-01', to: '2026-01-01' }, 'from'],
    [{ from: '2026-01-01', to: '9999-01-01' }, 'from'],
  ] as const) {
    const answer = await memoir.send(`${PATH}/nightly/backfill`, { method: 'POST', body })
    expect([answer.status, answer.json.error.details.field]).toEqual([400, field])
  }
  const unknown = await memoir.send(`${PATH}/weekly/trigger`, { method: 'POST' })
  expect(unknown.status).toBe(404)
})

test.skipIf(!hasPostgres)(
  'a trigger accepts a nightly job; beside a backfill it names that',
  async () => {
    await using memoir = await createApiFixture()

    const first = await memoir.send(`${PATH}/nightly/trigger`, { method: 'POST' })
    const again = await memoir.send(`${PATH}/nightly/trigger`, { method: 'POST' })
    const backfill = await memoir.send('/v1/backfills', { body: {} })

    expect(first.status).toBe(202)
    expect(first.json).toMatchObject({ status: 'queued', id: first.json.job })
    expect(again.json.job).toBe(first.json.job)
    expect(backfill.status).toBe(409)
    expect(backfill.json.error.details).toEqual({ job: first.json.job, kind: 'nightly' })
    const { json } = await memoir.send(PATH)
    expect(json.items[0].recent_runs).toMatchObject([{ job: first.json.job, skipped: null }])
  },
)

test.skipIf(!hasPostgres)('a removed schedule is gone until a change brings it back', async () => {
  await using memoir = await createApiFixture()

  expect((await memoir.send(`${PATH}/nightly`, { method: 'DELETE' })).status).toBe(204)
  const kinds = (items: { kind: string }[]) => items.map(({ kind }) => kind)
  expect(kinds((await memoir.send(PATH)).json.items)).toEqual(['consolidation', 'narratives'])
  expect((await memoir.send(`${PATH}/nightly`, { method: 'DELETE' })).status).toBe(404)
  const back = await memoir.send(`${PATH}/nightly`, { method: 'PATCH', body: { paused: false } })
  expect(back.status).toBe(200)
})

test.skipIf(!hasPostgres)('a namespace that has no source has no nights', async () => {
  await using memoir = await createApiFixture()
  await memoir.namespace('acme')
  const headers = { 'memoir-namespace': 'acme' }

  const { items } = (await memoir.send(PATH, { headers })).json
  expect(items).toMatchObject([{ id: 'consolidation' }, { id: 'narratives' }])
  const body = { paused: true }
  const answer = await memoir.send(`${PATH}/nightly`, { method: 'PATCH', body, headers })
  expect(answer.status).toBe(404)
})
