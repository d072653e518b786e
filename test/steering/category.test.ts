import { expect, test } from 'vitest'
import { parseFilter } from '../../src/domain/filter.ts'
import { DEFAULT_EXTRACTION } from '../../src/domain/extraction-settings.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { saveExtractionSettings } from '../../src/stores/extraction-settings.ts'
import { listMemories } from '../../src/stores/memories/memory-list.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { createSessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip

suite('the category of a fact and that of metadata are found by one field', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  const { db, namespaceId } = memoir
  const categories = [{ name: 'home', description: 'where they live' }]
  await saveExtractionSettings(
    db,
    { namespaceId, collection: '' },
    { ...DEFAULT_EXTRACTION, categories },
  )
  const { userId } = await memoir.store('User: I live in Oslo. I was born in 1990.')
  await db.query(
    `update memoir.memory_trace set meta = meta || '{"category": "birth"}' where content like '%1990%' and kind = 'fact'`,
  )
  const find = async (filter: unknown) => {
    const page = { namespaceId, userId: 'ann', kinds: ['fact'], limit: 10 }
    const { items } = await listMemories(db, { ...page, filter: parseFilter(filter) })
    return items.map(({ content, category }) => [/Oslo|1990/u.exec(content)?.[0], category])
  }

  expect(userId).toBeTruthy()
  expect(await find({ category: 'home' })).toEqual([['Oslo', 'home']])
  expect(await find({ category: { in: ['birth'] } })).toEqual([['1990', 'birth']])
  expect(await find({ category: { contains: 'HOM' } })).toEqual([['Oslo', 'home']])
  expect(await find({ not: { category: 'home' } })).toEqual([['1990', 'birth']])
  expect(await find({ category: { exists: false } })).toEqual([])
  expect(await find({ 'metadata.category': 'birth' })).toEqual([['1990', 'birth']])
})

suite('the summary of a day leaves out what is never to be remembered', async () => {
  await using memoir = await createConsolidationFixture()
  const { db, namespaceId } = memoir
  await saveExtractionSettings(
    db,
    { namespaceId, collection: '' },
    { ...DEFAULT_EXTRACTION, never: ['health'], sensitive: 'mask' },
  )
  const day = '2026-03-01'
  await memoir.remember(day, [
    'Ann moved to Oslo on Sunday.',
    'Ann was diagnosed with asthma.',
    'The card of Ann has the number 4111 1111 1111 1111.',
    'Ann bought a red bicycle.',
  ])

  const run = await memoir.consolidate(day)

  expect(run).toMatchObject({ state: 'applied' })
  const { rows } = await db.query<{ content: string }>(
    `select content from memoir.memory_trace where kind = 'summary' and state = 'active'`,
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.content).toContain('Oslo')
  expect(rows[0]?.content).not.toMatch(/asthma|4111/u)
})
