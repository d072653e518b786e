import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip
const PATH = '/v1/settings/budget'

suite('a budget is of one namespace, is audited, and null leaves it to the default', async () => {
  await using memoir = await createApiFixture({ env: { BUDGET_PER_DAY: '5' } })
  const acme = await memoir.namespace('acme')
  await memoir.db.query(
    `insert into memoir.day_spending values ($1, (now() at time zone 'utc')::date, 0.1234567),
                                            ($1, (now() at time zone 'utc')::date - 1, 7)`,
    [acme],
  )
  const headers = { 'memoir-namespace': 'acme' }
  const put = async (body: unknown) => await memoir.send(PATH, { method: 'PUT', body, headers })

  expect((await memoir.send(PATH)).json).toMatchObject({ per_day: null, default: 5 })
  expect(await put({ per_day: 2.5 })).toMatchObject({
    status: 200,
    json: { per_day: 2.5, default: 5, spent_today: 0.123457 },
  })
  const { json } = await memoir.send(PATH, { headers })
  expect(json.per_day).toBe(2.5)
  const waitMs = Date.parse(json.resets_at) - Date.now()
  expect(waitMs).toBeGreaterThan(0)
  expect(waitMs).toBeLessThanOrEqual(86_400_000)
  expect(json.resets_at).toMatch(/T00:00:00.000Z$/)
  expect((await memoir.send(PATH)).json).toMatchObject({ per_day: null, spent_today: 0 })
  expect((await put({ per_day: null })).json).toMatchObject({ per_day: null })
  for (const body of [{}, { per_day: -1 }, { per_day: '5' }, { per_day: 1, more: 1 }]) {
    expect((await put(body)).status).toBe(400)
  }
  const { rows } = await memoir.db.query(
    `select namespace_id, actor, action, details from memoir.audit_log order by seq`,
  )
  expect(rows).toEqual([
    { namespace_id: acme, actor: 'admin', action: 'budget.set', details: { per_day: 2.5 } },
    { namespace_id: acme, actor: 'admin', action: 'budget.set', details: { per_day: null } },
  ])
})

suite('without a known price a budget would hold nothing, and is refused', async () => {
  await using memoir = await createApiFixture({
    env: { EMBEDDING_MODEL: 'unheard-of', OPENAI_API_KEY: 'a-key' },
  })
  const { status, json } = await memoir.send(PATH, { method: 'PUT', body: { per_day: 1 } })
  expect(status).toBe(400)
  expect(json.error).toMatchObject({ code: 'invalid_request', details: { field: 'per_day' } })
})
