import { expect } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { cosine } from '../../src/domain/vectors.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createEmbedder } from '../../src/providers/create-embedder.ts'
import { hashingVector } from '../../src/providers/hashing-embedder.ts'
import { KEY, useFakeVendor } from './vendor.ts'

export const DIMENSIONS = 16
/** A fake vendor for the tests of a file, calm before each, and embedders that ask it. */
export function useVendor() {
  const vendor = useFakeVendor({ dimensions: DIMENSIONS })
  let models = 0

  /** As the configuration makes it; a model of its own each time, so that no pause reaches another test. */
  function setUp(env: Record<string, string> = {}) {
    models += 1
    const model = `model-${models}`
    const metrics = createMetrics()
    const config = loadConfig({
      EMBEDDING_MODEL: model,
      EMBEDDING_BASE_URL: vendor().url,
      EMBEDDING_DIM: String(DIMENSIONS),
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
      OPENAI_API_KEY: KEY,
      ...env,
    })
    const embedder = createEmbedder(config, metrics)
    return {
      model,
      embedder,
      embed: async (texts: readonly string[], signal?: AbortSignal) =>
        await embedder.embed(texts, { priority: 'bulk', ...(signal ? { signal } : {}) }),
      /** Requests counted, by outcome. */
      outcomes: async () => {
        const { values } = await metrics.vendorRequests.get()
        return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
      },
      /** Requests that were timed, and tokens counted. */
      metered: async () => {
        const seconds = await metrics.vendorSeconds.get()
        const tokens = await metrics.vendorTokens.get()
        return {
          timed: seconds.values.find(({ metricName }) => metricName?.endsWith('_count'))?.value,
          tokens: tokens.values[0]?.value,
        }
      },
    }
  }
  return { vendor, setUp }
}

export const numbered = (count: number) => Array.from({ length: count }, (_, at) => `text ${at}`)

/** Each text has the fake vendor's vector for it, in order. */
export function expectVectors(vectors: readonly Float32Array[], texts: readonly string[]): void {
  expect(vectors).toHaveLength(texts.length)
  for (const [index, text] of texts.entries()) {
    const [vector = new Float32Array(), own] = [vectors[index], hashingVector(text, DIMENSIONS)]
    expect(cosine(vector, own)).toBeCloseTo(1, 5)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  }
}
