import { describe, expect, test } from 'vitest'
import { salienceByNow } from '../../src/text/salience.ts'
import {
  createConsolidationFixture,
  type ConsolidationFixture,
} from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { daysAgo, YESTERDAY } from './days.ts'

const OLD = daysAgo(9)
const BICYCLE = 'Ann bought a red bicycle for the summer.'
const KITCHEN = 'The kitchen window leaks when it rains.'

async function saliences({ db }: ConsolidationFixture): Promise<Record<string, number>> {
  const { rows } = await db.query<{ content: string; salience: number }>(
    `select content, salience from memoir.memory_trace where kind <> 'summary'`,
  )
  return Object.fromEntries(rows.map(({ content, salience }) => [content, salience]))
}

async function confirm({ db }: ConsolidationFixture, id: string | undefined): Promise<void> {
  await db.query(
    `insert into memoir.memory_source (trace_id, user_id, conversation_id, message_id)
     select t.id, t.user_id, c.id, 'm' || c.id from memoir.memory_trace t, (values ('c1'), ('c2')) as c(id) where t.id = $1`,
    [id],
  )
}

test('what is confirmed gains, what is said again loses what it was worth as news, within bounds', () => {
  const known = { written: 0.5, confirmed: 0, repeated: 0 }
  expect(salienceByNow(known)).toBe(0.5)
  expect(salienceByNow({ ...known, repeated: 0.5 })).toBe(0.5)
  expect(salienceByNow({ ...known, repeated: 1 })).toBe(0.3)
  expect(salienceByNow({ ...known, confirmed: 1 })).toBe(0.6)
  expect(salienceByNow({ ...known, confirmed: 9 })).toBe(0.7)
  expect(salienceByNow({ ...known, written: 0.1, repeated: 1 })).toBe(0)
  expect(salienceByNow({ ...known, written: 1, confirmed: 2 })).toBe(1)
})

describe.skipIf(!hasPostgres)('salience by what is known now', () => {
  test('a day that is looked through weighs its notes again, and only those that nobody rated', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(OLD, [BICYCLE, KITCHEN, 'Bob plays the oboe on Sundays.'])
    await memoir.remember(YESTERDAY, ['Ann bought another red bicycle for next summer.'])
    await confirm(memoir, ids[1])
    await memoir.db.query(`update memoir.memory_trace set importance = 6 where id = $1`, [ids[2]])
    await confirm(memoir, ids[2])

    const run = await memoir.consolidate(OLD)

    expect(run).toMatchObject({ state: 'applied', applied: { counts: { salience: 2 } } })
    const now = await saliences(memoir)
    expect(now[BICYCLE]).toBeLessThan(0.6)
    expect(now[KITCHEN]).toBeCloseTo(0.7)
    expect(now['Bob plays the oboe on Sundays.']).toBeCloseTo(0.6)
  })

  test('it is reckoned from what was written each time, so nothing adds up', async () => {
    await using memoir = await createConsolidationFixture()
    const [id] = await memoir.remember(OLD, [BICYCLE, KITCHEN])
    await confirm(memoir, id)
    await memoir.consolidate(OLD)
    const first = await saliences(memoir)
    expect(first[BICYCLE]).toBeCloseTo(0.7)
    await memoir.remember(OLD, ['The piano was tuned by Herr Roth.'])
    await memoir.consolidate(OLD)
    expect(await saliences(memoir)).toMatchObject(first)
  })

  test('a dry run tells and changes nothing; undoing restores row for row, but for what was changed since', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(OLD, [BICYCLE, KITCHEN])
    await confirm(memoir, ids[0])
    await confirm(memoir, ids[1])
    const before = await memoir.rows()
    const dry = await memoir.consolidate(OLD, { dryRun: true })
    const planned = dry.plan?.salience.map(({ from, to }) => [from, to])
    expect(planned).toEqual([
      [0.6, 0.7],
      [0.6, 0.7],
    ])
    expect(await memoir.rows()).toEqual(before)

    const run = await memoir.consolidate(OLD)
    expect(run).toMatchObject({ applied: { counts: { salience: 2 } } })
    await memoir.db.query(
      `update memoir.memory_trace set salience = 0.9, revision = revision + 1 where id = $1`,
      [ids[1]],
    )
    await memoir.consolidations.undo({ namespaceId: memoir.namespaceId, id: run.id })
    expect(await saliences(memoir)).toMatchObject({ [BICYCLE]: 0.6, [KITCHEN]: 0.9 })
  })

  test('undoing leaves everything as it was', async () => {
    await using memoir = await createConsolidationFixture()
    const [id] = await memoir.remember(OLD, [BICYCLE, KITCHEN])
    await confirm(memoir, id)
    const before = await memoir.rows()
    const { id: run } = await memoir.consolidate(OLD)
    expect(await memoir.rows()).not.toEqual(before)
    await memoir.consolidations.undo({ namespaceId: memoir.namespaceId, id: run })
    expect(await memoir.rows()).toEqual(before)
  })
})
