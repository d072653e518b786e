import { expect, test } from 'vitest'
import {
  DEFAULT_EXTRACTION,
  type ExtractionSettings,
} from '../../src/domain/extraction-settings.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { saveExtractionSettings } from '../../src/stores/extraction-settings.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { hasPostgres } from '../support/database.ts'
import { createScriptedModel } from '../support/scripted-model.ts'
import { createSessionFixture, type SessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip

const set = async (
  { db, namespaceId }: SessionFixture,
  settings: Partial<ExtractionSettings>,
  place: { readonly namespaceId?: string; readonly collection?: string } = {},
) =>
  await saveExtractionSettings(
    db,
    { namespaceId, collection: '', ...place },
    { ...DEFAULT_EXTRACTION, ...settings },
  )

const stored = async ({ db }: SessionFixture) =>
  (
    await db.query<{ kind: string; content: string; category: string | null; version: string }>(
      `select kind, content, category, prompt_version as version from memoir.memory_trace
        where state = 'active' order by kind, content`,
    )
  ).rows

/** Everything in the store that says it. */
const found = async ({ db }: SessionFixture, words: string) => {
  const { rows } = await db.query<{ place: string }>(
    `select 'trace' as place from memoir.memory_trace where content ilike $1
     union all select 'source' from memoir.memory_source where quote ilike $1
     union all select 'answer' from memoir.model_answer where answer::text ilike $1
     union all select 'entity' from memoir.entity where value ilike $1`,
    [`%${words}%`],
  )
  return rows.map(({ place }) => place)
}

const said = 'User: I live in Oslo. I am allergic to penicillin.\nAssistant: Noted.'

suite('the built-in rules remember nothing of a topic that is never to be', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  await set(memoir, { never: ['health'] })

  await memoir.store(said)

  const contents = (await stored(memoir)).map(({ content }) => content)
  expect(contents.some((one) => one.includes('Oslo'))).toBe(true)
  expect(contents.filter((one) => /penicillin|allergic/iu.test(one))).toEqual([])
  expect(await found(memoir, 'penicillin')).toEqual([])
})

suite('a model that does not follow is held to it, and what it answered is not kept', async () => {
  const model = createScriptedModel()
  await using memoir = await createSessionFixture(model)
  await set(memoir, { never: ['health'] })

  await memoir.store('User: fact: Ann lives in Oslo\nfact: Ann has [Asthma]')

  expect(await memoir.facts()).toMatchObject([{ content: 'Ann lives in Oslo' }])
  expect(await found(memoir, 'asthma')).toEqual([])
  const [fact] = await stored(memoir)
  expect(fact?.version).toBe('script-1+s1')
})

suite('secrets are kept unless something is said, masked, or dropped', async () => {
  const transcript = 'User: My card number is 4111 1111 1111 1111. I live in Oslo.'
  for (const [sensitive, card, masks] of [
    ['keep', true, 0],
    ['mask', false, 1],
    ['drop', false, 0],
  ] as const) {
    await using memoir = await createSessionFixture(createRulesModel())
    await set(memoir, { sensitive })
    await memoir.store(transcript)
    const facts = (await stored(memoir)).filter(({ kind }) => kind === 'fact')
    expect(facts.some(({ content }) => content.includes('Oslo'))).toBe(true)
    expect(facts.filter(({ content }) => content.includes('[card number]'))).toHaveLength(masks)
    expect((await found(memoir, '4111 1111')).length > 0).toBe(card)
  }
})

suite(
  'a model is shown secrets masked, and one that it says all the same is masked too',
  async () => {
    const secret = 'the wifi password is hunter2secret'
    const shown: string[] = []
    const model: LanguageModel = {
      ...createScriptedModel(),
      extractMemories: async ({ turns }) => {
        shown.push(...turns.map(({ content }) => content))
        const fact = {
          content: `Ann says ${secret}.`,
          evidence: [{ position: 0, quote: secret }],
          occurredAt: null,
          entities: [],
          relations: [],
          salience: 0.5,
        }
        return await Promise.resolve({ value: [fact], promptVersion: 'script-1' })
      },
    }
    await using memoir = await createSessionFixture(model)
    await set(memoir, { sensitive: 'mask' })

    await memoir.store(`User: By the way, ${secret}.`)

    expect(shown).toEqual(['By the way, the wifi password is [password].'])
    expect(await memoir.facts()).toMatchObject([
      { content: 'Ann says the wifi password is [password].', sources: 1 },
    ])
    expect(await found(memoir, 'hunter2secret')).toEqual([])
  },
)

suite('facts are in categories, and of the types of entities that are asked for', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  await set(memoir, {
    categories: [
      { name: 'Where they live', description: 'home, address, moving' },
      { name: 'health', description: '' },
    ],
    entity_types: ['organization'],
  })

  await memoir.store(said)

  const facts = (await stored(memoir)).filter(({ kind }) => kind === 'fact')
  expect(facts.find(({ content }) => content.includes('Oslo'))?.category).toBe('Where they live')
  expect(facts.find(({ content }) => content.includes('penicillin'))?.category).toBe('health')
  const { rows } = await memoir.db.query('select type from memoir.entity')
  expect(rows.filter(({ type }) => type !== 'organization')).toEqual([])
})

suite('a collection goes by its own settings, the others by those of the namespace', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  await set(memoir, { never: ['health'] })
  await set(memoir, { never: ['residence'] }, { collection: 'chat' })

  // The fixture posts to the collection `chat`.
  await memoir.store(said)

  expect(await found(memoir, 'penicillin')).toContain('trace')
  expect(await found(memoir, 'Oslo')).toEqual([])
})

suite('settings of another namespace reach nobody here', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  const rival = await ensureNamespace(memoir.db, 'rival')
  const namespaceId = rival?.id ?? ''
  await set(memoir, { never: ['health'] }, { namespaceId })
  await set(memoir, { never: ['health'] }, { namespaceId, collection: 'chat' })

  await memoir.store(said)

  expect(await found(memoir, 'penicillin')).toContain('trace')
})

suite('a post that is retried after the settings changed goes by the new ones', async () => {
  const model = createScriptedModel()
  await using memoir = await createSessionFixture(model)
  const post = await memoir.post('User: fact: Ann has asthma\nfact: Ann lives in Oslo')
  const { signal } = new AbortController()
  await memoir.steps.begin(post)
  await memoir.steps.extract({ jobId: post.jobId, passage: 0 }, signal)
  await set(memoir, { never: ['health'] })

  await memoir.run(post)

  expect((await memoir.facts()).map(({ content }) => content)).toEqual(['Ann lives in Oslo'])
})

suite('a long reply of an assistant loses the sentences that may not be kept', async () => {
  await using memoir = await createSessionFixture(createRulesModel())
  await set(memoir, { never: ['health'] })
  const advice = 'Take the tram along the river and walk up to the old fort. '.repeat(8)

  await memoir.store(`User: Any ideas?\nAssistant: ${advice}Take ibuprofen for your migraine.`)

  const messages = (await stored(memoir)).filter(({ kind }) => kind === 'message')
  expect(messages).toHaveLength(1)
  expect(messages[0]?.content).toContain('old fort')
  expect(await found(memoir, 'ibuprofen')).toEqual([])
})
