import { loadConfig } from '../../src/config.ts'
import type { Turn } from '../../src/domain/transcript.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createLanguageModel } from '../../src/providers/create-language-model.ts'
import { KEY, calmVendor } from './vendor.ts'

/** A fake vendor for the tests of a file, calm before each, and language models that ask it. */
export function useModelVendor() {
  const vendor = calmVendor()
  let models = 0

  /** As the configuration makes it; a model of its own each time, so that no pause reaches another test. */
  function setUp(env: Record<string, string> = {}) {
    models += 1
    const name = `chat-${models}`
    const metrics = createMetrics()
    const config = loadConfig({
      LLM_MODEL: name,
      OPENAI_BASE_URL: vendor().url,
      OPENAI_API_KEY: KEY,
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
      ...env,
    })
    const model = createLanguageModel(config, metrics, () => {
      throw new Error('a vendor is configured')
    })
    return {
      name,
      model,
      /** Requests counted, by outcome. */
      outcomes: async () => {
        const { values } = await metrics.vendorRequests.get()
        return Object.fromEntries(
          values
            .filter(({ labels }) => labels.purpose === 'language')
            .map(({ labels, value }) => [labels.outcome, value]),
        )
      },
      /** What was put up with, counted. */
      worked: async () => {
        const { values } = await metrics.vendorWorkarounds.get()
        return Object.fromEntries(values.map(({ labels, value }) => [labels.what, value]))
      },
      tokens: async () => (await metrics.vendorTokens.get()).values[0]?.value,
    }
  }
  return { vendor, setUp }
}

export const BULK = { priority: 'bulk' } as const

export function turnsOf(...said: readonly string[]): Turn[] {
  return said.map((content, position) => ({
    position,
    role: position % 2 === 0 ? 'user' : 'assistant',
    name: null,
    content,
    at: null,
  }))
}

export const REFERENCE = '2026-05-04T10:00:00.000Z'

export function extractOf(...said: readonly string[]) {
  return { turns: turnsOf(...said), before: [], referenceTime: REFERENCE, language: 'en' }
}
