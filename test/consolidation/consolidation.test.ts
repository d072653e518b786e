import { describe, expect, test } from 'vitest'
import { daySummaryId } from '../../src/consolidation/summarise.ts'
import { MemoirError } from '../../src/errors.ts'
import { forget } from '../../src/forget/forget.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import {
  createConsolidationFixture,
  type ConsolidationFixture,
} from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const daysAgo = (days: number) =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
const YESTERDAY = daysAgo(1)
const OTHER = [
  'Ann met Bob at the library in Graz.',
  'Ann bought a red bicycle for the summer.',
  'The kitchen window leaks when it rains.',
  'Ann works at Siemens as an engineer.',
]
const AGAIN = 'Ann bought a red bicycle  for the summer'
/** As many that stay as a twentieth of them allows one to go. */
const many = (count: number, first = 0) =>
  Array.from({ length: count }, (_, n) => `Ann read chapter ${first + n} of the long novel.`)
const DAY_OF_IT = [...OTHER, AGAIN, ...many(36)]

/** The built-in rules, counting what they are asked, with answers of the test's own. */
function counting(over: Partial<LanguageModel> = {}) {
  const rules = createRulesModel()
  const asked: string[] = []
  const model: LanguageModel = {
    ...rules,
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
    evidence: [{ position: at?.position ?? 0, quote: '' }],
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

async function forgetOne({ config, db, namespaceId }: ConsolidationFixture, id: string) {
  const context = { config, db, launch: () => undefined }
  await forget(context, { namespaceId, ids: [id], dryRun: false })
}

async function find({ db }: ConsolidationFixture, id: string | undefined) {
  const { rows } = await db.query<{ state: string; content: string; by: string | null }>(
    'select state, content, superseded_by as by from memoir.memory_trace where id = $1',
    [id],
  )
  return rows[0]
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
    const run = await memoir.finish(id)
    expect(run).toMatchObject({ state: 'applied', applied: { counts: { merges: 0 } } })
    expect(await find(memoir, ids[4])).toMatchObject({ state: 'active' })
  })

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

/** Rows without ids that are made anew each time. */
function shapeOf(rows: unknown): unknown {
  const ids = new Map<string, string>()
  const text = JSON.stringify(rows).replaceAll(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    (id) => ids.get(id) ?? (ids.set(id, 'id'), 'id'),
  )
  return sorted(JSON.parse(text))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sorted(one)]))
}

/** Two memories of little weight get a second vector each. */
async function headsOf({ db }: ConsolidationFixture): Promise<void> {
  await db.query(
    `with light as (
       update memoir.memory_trace set salience = 0.1 where id in (select id from memoir.memory_trace order by seq limit 2) returning id)
     insert into memoir.memory_embedding (trace_id, head, space_id, user_id, seq, kind, tier, revision, vec)
     select e.trace_id, 'entity', e.space_id, e.user_id, e.seq, e.kind, 'hot', e.revision, e.vec
       from memoir.memory_embedding e join light on light.id = e.trace_id`,
  )
  await db.query('update memoir.memory_user set vector_count = vector_count + 2')
}
