import { expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import {
  createIngestFixture,
  findDisagreements,
  seed,
  type SeedConversation,
} from '../support/ingest.ts'
import { createScriptedModel } from '../support/scripted-model.ts'

const suite = hasPostgres ? test : test.skip

const chat = (id: string, ...lines: string[]): SeedConversation => ({
  id,
  messages: lines.map((content, index) => ({ id: `${id}-${index}`, role: 'user', content })),
})

const factsOf = async (db: Database) =>
  (
    await db.query(
      `select t.content, array_agg(s.message_id order by s.message_id) as messages
         from memoir.memory_trace t left join memoir.memory_source s on s.trace_id = t.id
        where t.kind = 'fact' and t.state = 'active' group by t.seq, t.content order by t.content`,
    )
  ).rows

suite(
  'a backfill that is asked to makes facts and a summary, each naming the messages it rests on',
  async () => {
    await using store = await createTestDatabase()
    const model = createScriptedModel()
    const { run } = await createIngestFixture(store.db, { languageModel: model })
    await seed(store.db, [
      chat('c1', 'fact: Ada paints', 'How nice.', 'fact: Ada swims', 'Good.'),
      chat('c2', 'fact: Ada paints', 'Again?', 'Yes.', 'Fine.'),
    ])

    expect(await run({ extract: 'model' })).toMatchObject({ created: 2, errors: 0 })

    expect(await factsOf(store.db)).toEqual([
      { content: 'Ada paints', messages: ['c1-0', 'c2-0'] },
      { content: 'Ada swims', messages: ['c1-2'] },
    ])
    const { rows } = await store.db.query(
      `select conversation_id from memoir.memory_trace where kind = 'summary' order by 1`,
    )
    expect(rows).toEqual([{ conversation_id: 'c1' }, { conversation_id: 'c2' }])
    expect(await findDisagreements(store.db)).toEqual([])

    expect(await run({ extract: 'model' })).toMatchObject({ skipped: 2 })
    expect(model.extracted).toHaveLength(2)
  },
)

suite(
  'what was taken in without facts is processed when they are asked for; only what changed is asked again',
  async () => {
    await using store = await createTestDatabase()
    const model = createScriptedModel()
    const { run } = await createIngestFixture(store.db, { languageModel: model })
    const first = chat('c1', 'fact: Ada paints', 'How nice.', 'Yes.')
    await seed(store.db, [first, chat('c2', 'fact: Ada sings', 'Oh.', 'Yes.')])
    await run({ extract: 'none' })
    expect(await factsOf(store.db)).toEqual([])

    expect(await run({ extract: 'model' })).toMatchObject({ updated: 2 })
    await seed(store.db, [chat('c1', 'fact: Ada paints', 'How nice.', 'fact: Ada draws')])
    expect(await run({ extract: 'model' })).toMatchObject({ updated: 1, skipped: 1 })

    expect((await factsOf(store.db)).map(({ content }) => content)).toEqual([
      'Ada draws',
      'Ada paints',
      'Ada sings',
    ])
    expect(model.extracted).toHaveLength(3)
  },
)

suite('the built-in rules make facts without any vendor', async () => {
  await using store = await createTestDatabase()
  const { run } = await createIngestFixture(store.db)
  await seed(store.db, [
    chat(
      'c1',
      'I moved to Lisbon last month.',
      'That sounds exciting!',
      'My sister Clara lives there too.',
    ),
  ])

  expect(await run({ extract: 'rules' })).toMatchObject({ created: 1 })

  const facts = (await factsOf(store.db)).map(({ content }) => String(content))
  expect(facts.some((fact) => fact.includes('Lisbon'))).toBe(true)
})

suite(
  'a conversation that the model refuses is listed, the others go on, and a retry takes it in',
  async () => {
    await using store = await createTestDatabase()
    let broken = true
    const model = createScriptedModel({
      refuses: (texts) => {
        if (broken && texts.some((text) => text.includes('forbidden'))) {
          throw new MemoirError('vendor_refused', 'no')
        }
      },
    })
    const { run } = await createIngestFixture(store.db, { languageModel: model })
    await seed(store.db, [
      chat('bad', 'fact: Ada knows the forbidden', 'Oh.', 'Yes.'),
      chat('good', 'fact: Ada sings', 'Oh.', 'Yes.'),
    ])
    expect(await run({ extract: 'model' })).toMatchObject({ created: 1, errors: 1 })
    broken = false

    expect(await run({ extract: 'model', retryFailed: true })).toMatchObject({
      created: 1,
      errors: 0,
    })
    expect(await factsOf(store.db)).toHaveLength(2)
    expect(model.extracted).toHaveLength(2)
  },
)

const standing = async (db: Database) =>
  (
    await db.query<{ who: string; content: string; messages: string[] | null }>(
      `select u.external_id as who, t.content, array_agg(s.message_id order by s.message_id) filter (where s.message_id <> '') as messages
         from memoir.memory_trace t
         join memoir.memory_user u on u.id = t.user_id
         left join memoir.memory_source s on s.trace_id = t.id
        where t.kind in ('fact', 'summary') and t.state = 'active'
        group by u.external_id, t.kind, t.content order by 1, t.kind, 2`,
    )
  ).rows.map(({ who, content, messages }) => [who, content, ...(messages ?? [])].join(' | '))

const GRAZ = 'Ada lives in the town Graz'
const movesToGraz = () =>
  createScriptedModel({
    resolve: (content, candidates) => {
      const linz = candidates.filter((known) => known.content.endsWith('Linz'))
      return content === GRAZ && linz.length > 0
        ? { relation: 'contradicts', targets: linz.map(({ id }) => id) }
        : { relation: 'new', targets: [] }
    },
  })

suite(
  'a conversation that changes hands takes along the facts and the summary that rest on it alone',
  async () => {
    await using store = await createTestDatabase()
    const { run } = await createIngestFixture(store.db, { languageModel: movesToGraz() })
    await seed(store.db, [
      chat('c1', 'fact: Ada paints', 'fact: Ada lives in the town Linz', 'One.'),
    ])
    await run({ extract: 'model' })
    await seed(store.db, [chat('c2', 'fact: Ada paints', `fact: ${GRAZ}`, 'fact: [Bob] sails')])
    await run({ extract: 'model' })
    expect((await standing(store.db)).slice(0, 3)).toEqual([
      `ada | ${GRAZ} | c2-1`,
      'ada | Ada paints | c1-0 | c2-0',
      'ada | Bob sails | c2-2',
    ])

    await store.db.query(`update memoir.conversations set user_id = 'grace' where id = 'c2'`)
    expect(await run({ extract: 'model' })).toMatchObject({ updated: 1, skipped: 1 })

    expect(await standing(store.db)).toEqual([
      'ada | Ada lives in the town Linz | c1-1',
      'ada | Ada paints | c1-0',
      'ada | Summary of 3 turns: One.',
      `grace | ${GRAZ} | c2-1`,
      'grace | Ada paints | c2-0',
      'grace | Bob sails | c2-2',
      'grace | Summary of 3 turns: fact: [Bob] sails',
    ])
    expect(await findDisagreements(store.db)).toEqual([])
    const { rows } = await store.db.query(
      `select value from memoir.entity e join memoir.memory_user u on u.id = e.user_id where u.external_id = 'ada'`,
    )
    expect(rows).toEqual([])
  },
)

suite(
  'a message that its source took back takes along the facts that rest on it alone',
  async () => {
    await using store = await createTestDatabase()
    const { run } = await createIngestFixture(store.db, { languageModel: movesToGraz() })
    await seed(store.db, [
      chat('c1', 'fact: Ada paints', 'fact: Ada swims', 'fact: Ada paints', 'One.', 'Two.'),
    ])
    await run({ extract: 'model' })

    await store.db.query(`delete from memoir.messages where id in ('c1-0', 'c1-1')`)
    expect(await run({ extract: 'model' })).toMatchObject({ updated: 1 })

    expect(await standing(store.db)).toEqual([
      'ada | Ada paints | c1-2',
      'ada | Summary of 3 turns: Two.',
    ])
    expect(await findDisagreements(store.db)).toEqual([])
  },
)
