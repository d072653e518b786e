import { describe, expect, test } from 'vitest'
import { daySummaryId } from '../../src/consolidation/summarise.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import {
  AGAIN,
  DAY_OF_IT,
  OTHER,
  YESTERDAY,
  daysAgo,
  find,
  forgetOne,
  many,
  shapeOf,
} from './days.ts'

/** The built-in rules, counting what they are asked, with answers of the test's own. */
function counting(over: Partial<LanguageModel> = {}) {
  const rules = createRulesModel()
  const asked: string[] = []
  const model: LanguageModel = {
    ...rules,
    identity: { provider: 'openai', model: 'scripted' },
    extractMemories: async (request, options) => {
      asked.push('extract')
      return await (over.extractMemories ?? rules.extractMemories)(request, options)
    },
    resolve: async (request, options) => {
      asked.push('resolve')
      return await (over.resolve ?? rules.resolve)(request, options)
    },
    summarise: async (request, options) => {
      asked.push('summarise')
      return await (over.summarise ?? rules.summarise)(request, options)
    },
  }
  return { asked, model }
}

const says = (value: string) => ({
  summarise: async () => await Promise.resolve({ value, promptVersion: 'test-1' }),
})

const thing = (value: string) => ({
  type: 'thing' as const,
  value,
  normalized: value.toLowerCase(),
  confidence: 0.9,
  source: 'model' as const,
})

/** Of the place where Ann works, what it says; and of her marriage, what nobody said. */
const extractMemories: LanguageModel['extractMemories'] = async ({ turns }) => {
  const at = turns.find(({ content }) => content.includes('Siemens'))
  const fact = {
    content: 'Ann works at Siemens.',
    evidence: [{ position: at?.position ?? 0, quote: at?.content ?? '' }],
    occurredAt: null,
    entities: ['Ann', 'Siemens', 'Gustav'].map(thing),
    relations: [
      { subject: 'Ann', predicate: 'works_at', object: 'Siemens' },
      { subject: 'Ann', predicate: 'married_to', object: 'Gustav' },
      { subject: 'Ann', predicate: 'drop table', object: 'Siemens' },
    ],
    salience: 0.5,
  }
  return await Promise.resolve({ value: at ? [fact] : [], promptVersion: 'test-1' })
}

describe.skipIf(!hasPostgres)('consolidation', () => {
  for (const [age, day] of [
    ['a day old', YESTERDAY],
    ['three years old', daysAgo(1_095)],
  ] as const) {
    test(`a day that is ${age} becomes one summary, and what it repeats gives way to what was said first`, async () => {
      await using memoir = await createConsolidationFixture(counting({ extractMemories }).model)
      const ids = await memoir.remember(day, DAY_OF_IT)
      const run = await memoir.consolidate(day)
      expect(run).toMatchObject({
        state: 'applied',
        applied: { counts: { summary: 1, merges: 1 } },
      })
      expect(await find(memoir, ids[4])).toMatchObject({ state: 'superseded', by: ids[1] })
      const summaryId = daySummaryId(run.userId, day)
      expect(await find(memoir, summaryId)).toMatchObject({ state: 'active' })
      const { rows } = await memoir.db.query(
        `select (select count(*) from memoir.memory_trace where kind = 'summary') as summaries,
                (select count(*) from memoir.memory_trace where state = 'active' and kind = 'note') as notes,
                (select count(*) from memoir.memory_edge where src = $1 and type = 'summarizes') as pointers,
                (select count(*) from memoir.memory_edge where type not in ('mentions', 'summarizes')) as works`,
        [summaryId],
      )
      expect(rows).toEqual([{ summaries: 1, notes: 40, pointers: 16, works: 1 }])
    })

    test(`a day that is ${age} and looked through twice asks no model again and stays as it is`, async () => {
      const { asked, model } = counting()
      await using memoir = await createConsolidationFixture(model)
      await memoir.remember(day, DAY_OF_IT)
      await memoir.consolidate(day)
      const [before, calls] = [await memoir.rows(), asked.length]
      expect(calls).toBeGreaterThan(0)
      expect(await memoir.consolidate(day)).toMatchObject({ state: 'unchanged' })
      expect(await memoir.rows()).toEqual(before)
      expect(asked.length).toBe(calls)
    })

    test(`a day that is ${age} and looked through by several at once is done once`, async () => {
      await using alone = await createConsolidationFixture()
      await using memoir = await createConsolidationFixture()
      await alone.remember(day, DAY_OF_IT)
      await memoir.remember(day, DAY_OF_IT)
      await alone.consolidate(day)
      const ids = await Promise.all([1, 2, 3].map(async () => await memoir.accept(day)))
      expect(new Set(ids).size).toBe(1)
      await Promise.all(ids.map(async (id) => await memoir.finish(id)))
      expect(shapeOf(await memoir.rows())).toEqual(shapeOf(await alone.rows()))
    })
  }

  test('a run that dies at any statement leaves nothing behind, and goes on to the same end', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, DAY_OF_IT)
    const before = await memoir.rows()
    const id = await memoir.accept(YESTERDAY)
    const { signal } = new AbortController()
    await memoir.steps.plan({ jobId: id }, signal)
    let deaths = 0
    for (; ; deaths += 1) {
      const steps = memoir.dying(deaths)
      try {
        await steps.apply({ jobId: id }, signal)
        break
      } catch {
        expect(await memoir.rows()).toEqual(before)
      }
    }
    expect(deaths).toBeGreaterThan(15)
    expect(await memoir.run(id)).toMatchObject({ state: 'applied' })
    await using alone = await createConsolidationFixture()
    await alone.remember(YESTERDAY, DAY_OF_IT)
    await alone.consolidate(YESTERDAY)
    expect(shapeOf(await memoir.rows())).toEqual(shapeOf(await alone.rows()))
  })

  test('a dry run shows the plan and changes nothing; the run after it pays for no answer again', async () => {
    const { asked, model } = counting()
    await using memoir = await createConsolidationFixture(model)
    await memoir.remember(YESTERDAY, DAY_OF_IT)
    const before = await memoir.rows()
    const dry = await memoir.consolidate(YESTERDAY, { dryRun: true })
    expect(dry).toMatchObject({ state: 'planned', plan: { merges: [{}] }, applied: null })
    expect(await memoir.rows()).toEqual(before)
    const calls = asked.length
    const run = await memoir.consolidate(YESTERDAY)
    expect(run).toMatchObject({ state: 'applied', plan: dry.plan })
    expect(asked.length).toBe(calls)
  })

  test('a plan over its share of the day or of the user stops and changes nothing', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, [...OTHER, AGAIN])
    const before = await memoir.rows()
    const run = await memoir.consolidate(YESTERDAY)
    expect(run).toMatchObject({
      state: 'guard',
      guard: { retired: 1, of_day: 5, of_user: 5, allowed: 0 },
    })
    expect(run.plan?.merges).toHaveLength(1)
    expect(await memoir.rows()).toEqual(before)
    // A fifth of the day, once the user has enough elsewhere.
    await memoir.remember(daysAgo(5), many(15))
    expect(await memoir.consolidate(YESTERDAY)).toMatchObject({ state: 'applied' })
    // Two of nine are more than a fifth, however much else there is.
    await memoir.remember(daysAgo(9), many(100))
    await memoir.remember(daysAgo(3), [
      ...OTHER,
      ...many(3),
      AGAIN,
      'Ann met Bob at the library in Graz',
    ])
    expect(await memoir.consolidate(daysAgo(3))).toMatchObject({
      state: 'guard',
      guard: { retired: 2, allowed: 1 },
    })
  })

  for (const [what, answer] of [
    ['an empty answer', ' '],
    ['a cut answer', 'Ann bought a red bicycle for the summer. Ann met Bob at the lib'],
    [
      'an invented name',
      'Ann bought a red bicycle for the summer. Ann then married Gustav in Graz.',
    ],
    ['an invented number', 'Ann bought 99 red bicycles for the summer.'],
    ['an invented sentence', 'A volcano destroyed the harbour yesterday evening.'],
  ] as const) {
    test(`${what} changes nothing, and the run says why`, async () => {
      const { asked, model } = counting(says(answer))
      await using memoir = await createConsolidationFixture(model)
      await memoir.remember(YESTERDAY, DAY_OF_IT)
      const before = await memoir.rows()
      const run = await memoir.consolidate(YESTERDAY)
      expect(run).toMatchObject({ state: 'failed', error: 'vendor_bad_answer', applied: null })
      expect(await memoir.rows()).toEqual(before)
      expect(asked.filter((one) => one === 'summarise')).toHaveLength(2)
    })
  }

  test('where no vendor is configured, a failure speaks of none', async () => {
    const model = { ...createRulesModel(), summarise: says('A volcano destroyed it.').summarise }
    await using memoir = await createConsolidationFixture(model)
    await memoir.remember(YESTERDAY, DAY_OF_IT)
    expect(await memoir.consolidate(YESTERDAY)).toMatchObject({
      state: 'failed',
      error: 'internal',
    })
  })

  test('a long day of questions in several languages is summed up in parts by the built-in model', async () => {
    await using memoir = await createConsolidationFixture()
    const asked = many(300).flatMap((text, n) => [
      { content: `Did ${text.slice(0, -1)}, in ${n}?`, kind: 'message' as const },
      { content: `第${n}章好看吗?`, kind: 'message' as const },
    ])
    await memoir.remember(YESTERDAY, asked)
    expect(await memoir.consolidate(YESTERDAY)).toMatchObject({ state: 'applied', error: null })
  })

  test('what a model calls a duplicate stands unless it was shown, and says the same', async () => {
    const { model } = counting({
      resolve: async ({ facts }) =>
        await Promise.resolve({
          value: facts.map(({ candidates }) => ({
            relation: 'duplicate' as const,
            targets: ['0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10', ...candidates.map(({ id }) => id)],
          })),
          promptVersion: 'test-1',
        }),
    })
    await using memoir = await createConsolidationFixture(model)
    await memoir.remember(YESTERDAY, [
      'Ann does like strong black tea in the morning.',
      'Ann does not like strong black tea in the morning.',
      'Bob does like strong black tea in the morning.',
      ...many(60),
    ])
    const run = await memoir.consolidate(YESTERDAY)
    expect(run).toMatchObject({ state: 'applied', applied: { counts: { merges: 0 } } })
  })

  test('what changes between plan and doing is planned again', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(YESTERDAY, DAY_OF_IT)
    const id = await memoir.accept(YESTERDAY)
    const { signal } = new AbortController()
    await memoir.steps.plan({ jobId: id }, signal)
    await forgetOne(memoir, ids[1] ?? '')
    expect(await memoir.run(id)).toMatchObject({ plan: null })
    expect(await memoir.steps.apply({ jobId: id }, signal)).toEqual({ again: true })
    // Nobody heard of it, and it is asked again.
    expect(await memoir.steps.apply({ jobId: id }, signal)).toEqual({ again: true })
    const run = await memoir.finish(id)
    expect(run).toMatchObject({ state: 'applied', applied: { counts: { merges: 0 } } })
    expect(await find(memoir, ids[4])).toMatchObject({ state: 'active' })
  })

  test('a memory that says something else by now is not told as it was; one that came meanwhile waits', async () => {
    await using memoir = await createConsolidationFixture()
    const ids = await memoir.remember(YESTERDAY, OTHER)
    const id = await memoir.accept(YESTERDAY)
    const { signal } = new AbortController()
    await memoir.steps.plan({ jobId: id }, signal)
    await memoir.db.query(
      `update memoir.memory_trace set content = 'Ann sold her kayak.', revision = revision + 1 where id = $1`,
      [ids[1]],
    )
    expect(await memoir.steps.apply({ jobId: id }, signal)).toEqual({ again: true })
    await memoir.steps.plan({ jobId: id }, signal)
    await memoir.remember(YESTERDAY, ['Ann found a purse.'])
    expect(await memoir.steps.apply({ jobId: id }, signal)).toEqual({ again: false })
    const { userId } = await memoir.run(id)
    const told = (await find(memoir, daySummaryId(userId, YESTERDAY)))?.content
    expect(told).toContain('kayak')
    expect(told).not.toMatch(/bicycle|purse/)
    await memoir.finish(id)
    const { id: next } = await memoir.consolidate(YESTERDAY)
    expect((await memoir.run(next)).material).toHaveLength(5)
  })

  test('a summary tells of one scope alone, and of nothing that is to expire', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, [
      ...OTHER,
      { content: 'The merger with Acme was signed.', scope: 'work' },
      {
        content: 'The code of the door is in the blue drawer.',
        expiresAt: new Date(Date.now() + 1e8),
      },
    ])
    const { plan } = await memoir.consolidate(YESTERDAY)
    expect(plan?.summary?.content).toContain('bicycle')
    expect(plan?.summary?.content).not.toMatch(/merger|drawer/)
  })

  test('rows that are not as planned take everything back, and the run says so', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, DAY_OF_IT)
    await memoir.db.query(
      `create function memoir.swallow() returns trigger language plpgsql as 'begin return null; end';
       create trigger swallow before update on memoir.memory_trace for each row
         when (new.state = 'superseded') execute function memoir.swallow()`,
    )
    const before = await memoir.rows()
    const run = await memoir.consolidate(YESTERDAY)
    expect(run).toMatchObject({ state: 'failed', error: 'persistence_failed', applied: null })
    expect(await memoir.rows()).toEqual(before)
  })
})
