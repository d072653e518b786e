import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { pricesOf } from '../../src/providers/configured-prices.ts'
import { budgetPriceOf, languageCostOf } from '../../src/providers/prices.ts'

const OPENAI = { OPENAI_API_KEY: 'sk-test' }

describe('what models cost', () => {
  test('is known for public models, dated names too', () => {
    const config = loadConfig({ ...OPENAI, LLM_MODEL: 'gpt-4o-mini-2024-07-18' })
    expect(pricesOf(config)).toEqual({ embedding: 0, language: { input: 0.15, output: 0.6 } })
  })

  test('that was set by hand is that of the configured model and of no other', () => {
    const config = loadConfig({
      ...OPENAI,
      LLM_MODEL: 'llama',
      LLM_PRICE_INPUT: '1',
      LLM_PRICE_OUTPUT: '3',
      EMBEDDING_MODEL: 'e5',
      EMBEDDING_PRICE: '2',
    })
    expect(pricesOf(config)).toEqual({ embedding: 2, language: { input: 1, output: 3 } })
    expect(pricesOf(config, { embedding: 'e6', language: 'mistral' })).toEqual({
      embedding: null,
      language: null,
    })
    const unnamed = loadConfig({ LLM_PRICE_INPUT: '1', LLM_PRICE_OUTPUT: '3' })
    expect(pricesOf(unnamed, { language: 'mistral' }).language).toEqual({ input: 1, output: 3 })
    expect(pricesOf(unnamed, { language: 'rules' }).language).toEqual({ input: 0, output: 0 })
    expect(pricesOf(unnamed).language).toEqual({ input: 0, output: 0 })
    expect(pricesOf(config, { language: 'rules' }).language).toEqual({ input: 0, output: 0 })
  })

  test('is set by hand for any other, and not known without', () => {
    const own = { ...OPENAI, LLM_MODEL: 'llama', EMBEDDING_MODEL: 'e5' }
    expect(pricesOf(loadConfig(own))).toEqual({ embedding: null, language: null })
    const priced = loadConfig({ ...own, LLM_PRICE_INPUT: '1', LLM_PRICE_OUTPUT: '3' })
    expect(pricesOf(priced).language).toEqual({ input: 1, output: 3 })
  })

  test('half a price is a mistake in the configuration', () => {
    expect(() => loadConfig({ LLM_PRICE_INPUT: '1' })).toThrow('LLM_PRICE_INPUT')
  })

  test('is the sum of what was read and what was written', () => {
    const tokens = { input: 1_000_000, output: 500_000 }
    expect(languageCostOf(tokens, { model: 'gpt-4.1-mini', price: undefined })).toBe(1.2)
    expect(languageCostOf(tokens, { model: null, price: undefined })).toBe(0)
    expect(languageCostOf(tokens, { model: 'llama', price: undefined })).toBeNull()
  })
})

describe('a budget', () => {
  const language = { input: 0.4, output: 1.6 }

  test('is counted in tokens of the embedding model', () => {
    expect(budgetPriceOf({ embedding: 0.02, language })).toBe(0.02)
  })

  test('is counted in what the language model reads where embeddings are free', () => {
    expect(budgetPriceOf({ embedding: 0, language })).toBe(0.4)
  })

  test('has no unit while the price of embeddings is not known', () => {
    expect(budgetPriceOf({ embedding: null, language })).toBeNull()
  })
})
