import { expect, test } from 'vitest'
import { asksWhatWasSaid } from '../../src/text/spoken-to.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

test.each([
  ['What did you recommend for the garden?', 'en', true],
  ['Which book was it that you told me about?', 'en', true],
  ['What is my sister called?', 'en', false],
  ['Can you tell me what my sister is called?', 'en', false],
  ['How would you suggest I begin?', 'en', false],
  ['Was hast du mir für den Garten empfohlen?', 'de', true],
  ['Kannst du mir sagen, wie meine Schwester heißt?', 'de', false],
  ['Qu’est-ce que tu m’as conseillé pour le jardin ?', 'fr', true],
  ['¿Qué me recomendaste para el jardín?', 'es', true],
  ['¿Cómo se llama mi hermana?', 'es', false],
  ['你给我推荐了什么书？', 'zh', true],
  ['我妹妹叫什么名字？', 'zh', false],
])('“%s” asks for what was said: %s, %s', (query, language, said) => {
  expect(asksWhatWasSaid(query, language)).toBe(said)
})

const TALK = [
  ['user', 'For the garden I have planted tomatoes, and the soil is heavy clay.'],
  [
    'assistant',
    'A garden with heavy clay soil: loosen the soil of the garden with compost and sand, then plant the garden in rows.',
  ],
  ['user', 'I will try that at the weekend.'],
  ['assistant', 'Tell me how it went!'],
] as const

suite('what an assistant said counts less, unless the question asks for it', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, [
    { id: 'talk', messages: TALK.map(([role, content]) => ({ role, content })) },
  ])
  await (await createIngestFixture(store.db)).run()
  const ask = await createRecallFixture(store.db)
  const first = async (query: string, without?: readonly ['role']) =>
    (await ask(query, { k: 1, ...(without ? { without } : {}) })).hits[0]?.role

  expect(await first('What soil does my garden have?', ['role'])).toBe('assistant')
  expect(await first('What soil does my garden have?')).toBe('user')
  expect(await first('What did you say about the soil of the garden?')).toBe('assistant')
})
