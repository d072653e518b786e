import { describe, expect, test } from 'vitest'
import { daySummaryId } from '../../src/consolidation/summarise.ts'
import { hasPostgres } from '../support/database.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'

const DAY = '2026-03-04'
const OTHER = [
  'Ann met Bob at the library in Graz.',
  'Ann bought a red bicycle for the summer.',
  'The kitchen window leaks when it rains.',
]
/** As many that stay as a twentieth of them allows one to go. */
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => `Ann read chapter ${n} of the long novel.`)

describe.skipIf(!hasPostgres)('consolidation', () => {
  test('a day becomes one summary and what is said twice gives way to what was said first', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(DAY, [
      ...OTHER,
      'Ann bought a red bicycle for the summer',
      ...many(36),
    ])
    const run = await memoir.consolidate(DAY)
    expect(run).toMatchObject({ state: 'applied', applied: { counts: { summary: 1, merges: 1 } } })
    const { rows } = await memoir.db.query<{ id: string; state: string; by: string | null }>(
      `select id, state, superseded_by as by from memoir.memory_trace where kind = 'summary' or state <> 'active'`,
    )
    expect(rows.toSorted((a, b) => a.state.localeCompare(b.state))).toEqual([
      { id: daySummaryId(run.userId, DAY), state: 'active', by: null },
      { id: ids[3], state: 'superseded', by: ids[1] },
    ])
  })
})
