import { DEFAULT_EXTRACTION } from '../../src/domain/extraction-settings.ts'
import { extractionIn } from '../../src/steering/settings.ts'
import { saveExtractionSettings } from '../../src/stores/extraction-settings.ts'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createEstimate } from '../../src/ingest/estimate.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { costOf } from '../../src/providers/prices.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { extractPrompt } from '../../src/providers/prompts/extract.ts'
import { resolvePrompt } from '../../src/providers/prompts/resolve.ts'
import { summarisePrompt } from '../../src/providers/prompts/summarise.ts'
import { estimateTokens } from '../../src/text/chunks.ts'
import { createScriptedModel } from '../support/scripted-model.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

suite('an estimate is at least what taking in really counts, and close to it', async () => {
  await using store = await createTestDatabase()
  await seed(
    store.db,
    Array.from({ length: 20 }, (_, index) => talk(`c${index}`, 'harbours', 12)),
  )
  const config = loadConfig({ EMBEDDING_PRICE: '1000' })
  const estimate = createEstimate(config, {
    sourceOf: async () =>
      await Promise.resolve(createPostgresSource(config, store.db, () => undefined)),
    embedder: createHashingEmbedder({ dimensions: 64, precision: 'fp16' }),
    languageModel: createRulesModel(),
  })

  const { conversations, tokens, cost } = await estimate('any')
  const real = await (await createIngestFixture(store.db)).run()

  expect(conversations).toBe(20)
  expect(tokens / real.tokens).toBeGreaterThanOrEqual(1)
  expect(tokens / real.tokens).toBeLessThan(1.3)
  expect(cost).toBeCloseTo(tokens / 1000, 3)
})

const tokensOf = ({ system, user }: { system: string; user: string }) =>
  estimateTokens(system) + estimateTokens(user)

/** Counts what a vendor would be sent, and what it would answer at least. */
function counting(model: LanguageModel) {
  const counted = { input: 0, output: 0 }
  const count = (prompt: { system: string; user: string }, value: unknown) => {
    counted.input += tokensOf(prompt)
    counted.output += estimateTokens(JSON.stringify(value))
  }
  const counter: LanguageModel = {
    ...model,
    async extractMemories(request, options) {
      const answer = await model.extractMemories(request, options)
      count(extractPrompt(request), answer.value)
      return answer
    },
    async resolve(request, options) {
      const answer = await model.resolve(request, options)
      count(resolvePrompt(request), answer.value)
      return answer
    },
    async summarise(request, options) {
      const answer = await model.summarise(request, options)
      count(summarisePrompt(request), answer.value)
      return answer
    },
  }
  return { model: counter, counted }
}

suite('what a language model reads and writes is in the estimate, with its price', async () => {
  await using store = await createTestDatabase()
  const places = ['Graz', 'Linz', 'Wels', 'Enns', 'Lienz', 'Melk']
  await seed(
    store.db,
    Array.from({ length: 12 }, (_, n) => ({
      id: `c${n}`,
      messages: Array.from({ length: 12 }, (__, turn) => ({
        content:
          turn % 2 === 0
            ? `I was in ${places[(n + turn) % 6]} and bought ${n * 12 + turn} apples there.\nfact: Ada bought ${n * 12 + turn} apples in ${places[(n + turn) % 6]}`
            : `Tell me more of ${places[(n + turn) % 6]}, please, and what the apples were like.`,
      })),
    })),
  )
  const config = loadConfig({
    LLM_MODEL: 'scripted',
    OPENAI_API_KEY: 'k',
    LLM_PRICE_INPUT: '1',
    LLM_PRICE_OUTPUT: '2',
  })
  const { model, counted } = counting(createScriptedModel())
  const estimate = createEstimate(config, {
    sourceOf: async () =>
      await Promise.resolve(createPostgresSource(config, store.db, () => undefined)),
    embedder: createHashingEmbedder({ dimensions: 64, precision: 'fp16' }),
    languageModel: model,
  })

  const asked = await estimate('any')
  const fixture = await createIngestFixture(store.db, { languageModel: model })
  const real = await fixture.run({ extract: 'model' })

  expect(real).toMatchObject({ created: 12, errors: 0 })
  const { input_tokens: input = 0, output_tokens: output = 0, cost } = asked.language ?? {}
  expect(input / counted.input).toBeGreaterThanOrEqual(1)
  expect(input / counted.input).toBeLessThan(4)
  expect(output / counted.output).toBeGreaterThanOrEqual(1)
  expect(asked.tokens / real.tokens).toBeGreaterThanOrEqual(1)
  expect(cost).toBeCloseTo((input + 2 * output) / 1_000_000, 4)
  expect(asked.cost).toBe(cost)
  const rules = await estimate('any', 'rules')
  expect(rules).toMatchObject({ cost: 0, language: { model: 'rules', input_tokens: 0, cost: 0 } })
  expect(await estimate('any', 'none')).toMatchObject({ cost: 0, language: null })
  expect(rules.tokens).toBe(asked.tokens)
})

suite(
  'what a namespace wants remembered is said with each request, and in the estimate',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const chat = (id: string) => ({
      id,
      messages: ['fact: Ada paints', 'Oh.', 'Yes.'].map((content) => ({ content })),
    })
    await seed(db, ['c1', 'c2', 'c3'].map(chat))
    const config = loadConfig({ LLM_MODEL: 'scripted', OPENAI_API_KEY: 'k' })
    const { model, counted } = counting(createScriptedModel())
    const fixture = await createIngestFixture(db, { languageModel: model })
    const place = { namespaceId: fixture.namespaceId, collection: '' }
    const settings = {
      ...DEFAULT_EXTRACTION,
      instructions: 'Remember what Ada paints. '.repeat(150),
    }
    const estimate = createEstimate(config, {
      sourceOf: async () =>
        await Promise.resolve(createPostgresSource(config, db, () => undefined)),
      embedder: createHashingEmbedder({ dimensions: 64, precision: 'fp16' }),
      languageModel: model,
      steeringOf: async () => (await extractionIn(db, place)).steering,
    })
    const before = (await estimate('any')).language?.input_tokens ?? 0
    await saveExtractionSettings(db, place, settings)

    const after = (await estimate('any')).language?.input_tokens ?? 0
    await fixture.run({ extract: 'model' })

    expect(after).toBeGreaterThan(before + 3 * 900)
    expect(after / counted.input).toBeGreaterThanOrEqual(1)
  },
)

test('a cost is known only with a price: the list’s, or the one that is set', () => {
  expect(costOf(2_000_000, { model: 'text-embedding-3-small', price: undefined })).toBe(0.04)
  expect(costOf(2_000_000, { model: 'text-embedding-3-small', price: 1 })).toBe(2)
  expect(costOf(2_000_000, { model: 'unheard-of', price: undefined })).toBeNull()
  expect(costOf(2_000_000, { model: 'unheard-of', price: 0.5 })).toBe(1)
})
