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
  messages: lines.map((content, index) => ({ id: `${id}-${index}`, content })),
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
