import { expect, test } from 'vitest'
import { startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const PATH = '/v1/settings/budget'
const budget = {
  per_day: null,
  default: 5,
  spent_today: 0.25,
  resets_at: '2026-03-02T00:00:00.000Z',
}

test('the budget of a day is shown with what was spent of it', async () => {
  await using api = await startFakeApi({ [`GET ${PATH}`]: { body: budget } })
  const { code, out } = await memoir(['budget', '--namespace', 'acme'], { url: api.url })
  const json = await memoir(['budget', '--json'], { url: api.url })
  expect(code).toBe(0)
  expect(out).toBe(
    '$0.2500 spent today, of $5 (BUDGET_PER_DAY).\nThe next day begins at 2026-03-02T00:00:00.000Z.\n',
  )
  expect(api.asked[0]).toMatchObject({ namespace: 'acme' })
  expect(JSON.parse(json.out)).toEqual(budget)
})

test.each([
  [['--per-day', '2.50'], { per_day: 2.5 }],
  [['--default'], { per_day: null }],
])('budget %j changes it', async (argv, body) => {
  await using api = await startFakeApi({ [`PUT ${PATH}`]: { body: { ...budget, ...body } } })
  const { code } = await memoir(['budget', ...argv], { url: api.url })
  expect(code).toBe(0)
  expect(api.asked).toMatchObject([{ method: 'PUT', path: PATH, body }])
})

test('a sum that is none is wrong usage', async () => {
  const { code, err } = await memoir(['budget', '--per-day', 'much'], { url: 'http://127.0.0.1:1' })
  expect(code).toBe(2)
  expect(err).toContain('sum of US dollars')
})
