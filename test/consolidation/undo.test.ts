import { describe, expect, test } from 'vitest'
import { daySummaryId } from '../../src/consolidation/summarise.ts'
import { MemoirError } from '../../src/errors.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import {
  DAY_OF_IT,
  OTHER,
  YESTERDAY,
  daysAgo,
  find,
  forgetOne,
  headsOf,
  many,
  shapeOf,
} from './days.ts'

describe.skipIf(!hasPostgres)('undoing a consolidation', () => {
  test('undoing restores row for row, once, and the night leaves the day alone', async () => {
    await using memoir = await createConsolidationFixture()
    const day = daysAgo(60)
    await memoir.remember(day, DAY_OF_IT)
    await headsOf(memoir)
    const before = await memoir.rows()
    const run = await memoir.consolidate(day)
    expect(run).toMatchObject({
      state: 'applied',
      applied: { counts: { summary: 1, merges: 1, downshift: 41, drop_heads: 2 } },
    })
    const key = { namespaceId: memoir.namespaceId, id: run.id }
    await memoir.consolidations.undo(key)
    expect(await memoir.rows()).toEqual(before)
    await memoir.consolidations.undo(key)
    expect(await memoir.rows()).toEqual(before)
    expect(await memoir.run(run.id)).toMatchObject({ state: 'undone' })
  })

  test('undoing a second run brings the summary of the first back', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, OTHER)
    const first = await memoir.consolidate(YESTERDAY)
    const before = await memoir.rows()
    const ids = await memoir.remember(YESTERDAY, ['Ann lives in Salzburg.'])
    const second = await memoir.consolidate(YESTERDAY)
    expect(second).toMatchObject({ state: 'applied', applied: { counts: { summary: 1 } } })
    const summary = daySummaryId(first.userId, YESTERDAY)
    expect((await find(memoir, summary))?.content).toContain('Salzburg')
    await memoir.consolidations.undo({ namespaceId: memoir.namespaceId, id: second.id })
    await forgetOne(memoir, ids[0] ?? '')
    // Forgetting takes what the summary ever said along: the next run makes it of what is left.
    expect(await find(memoir, summary)).toBeUndefined()
    expect(await memoir.consolidate(YESTERDAY)).toMatchObject({ state: 'applied' })
    expect(shapeOf(await memoir.rows())).toEqual(shapeOf(before))
  })

  test('undoing never revives what was forgotten, nor takes back what was changed since', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(YESTERDAY, [
      ...DAY_OF_IT,
      'Ann met Bob at the library in Graz',
      ...many(20, 40),
    ])
    const run = await memoir.consolidate(YESTERDAY)
    expect(run).toMatchObject({ state: 'applied', applied: { merges: [{}, {}] } })
    const [forgotten, changed] = [ids[4] ?? '', ids[41] ?? '']
    await forgetOne(memoir, forgotten)
    await memoir.db.query('update memoir.memory_trace set revision = revision + 1 where id = $1', [
      changed,
    ])
    await memoir.consolidations.undo({ namespaceId: memoir.namespaceId, id: run.id })
    expect(await find(memoir, forgotten)).toBeUndefined()
    expect(await find(memoir, changed)).toMatchObject({ state: 'superseded' })
    const { rows } = await memoir.db.query(
      `select 1 from memoir.memory_trace where content ilike '%red bicycle  for%' or kind = 'summary'`,
    )
    expect(rows).toEqual([])
  })

  test('a run can be taken back for thirty days', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, OTHER)
    const { id } = await memoir.consolidate(YESTERDAY)
    await memoir.db.query(
      `update memoir.consolidation_run set applied_at = now() - interval '31 days'`,
    )
    const undo = memoir.consolidations.undo({ namespaceId: memoir.namespaceId, id })
    await expect(undo).rejects.toThrow(MemoirError)
    await expect(undo).rejects.toMatchObject({ code: 'conflict' })
  })
})
