import { z } from 'zod'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { createProviderFetch, type ProviderFetch } from './provider-guard.ts'

/** A model that reads a question and a text together and says how well the one answers the other. */
export interface Reranker {
  /**
   * @returns a score for each document, in their order; only their order among each other means something
   * @throws MemoirError `vendor_unavailable`, `vendor_bad_answer`; the signal's reason when it is aborted
   */
  rerank(query: string, documents: readonly string[], signal: AbortSignal): Promise<number[]>
}

/** What Cohere, Jina and vLLM answer alike. */
const answerSchema = z.object({
  results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })),
})

export interface RerankerOptions {
  readonly baseUrl: string
  readonly model: string
  readonly key?: string
  readonly fetch: ProviderFetch
}

export function createReranker({ baseUrl, model, key, fetch }: RerankerOptions): Reranker {
  const url = `${baseUrl.replace(/\/+$/, '')}/rerank`
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  return {
    async rerank(query, documents, signal) {
      const body = JSON.stringify({ model, query, documents, top_n: documents.length })
      const answer = await fetch(url, { method: 'POST', headers, body, signal })
      if (!answer.ok) throw new MemoirError('vendor_unavailable', SENTENCE.vendor_unavailable)
      return scoresIn(await answer.text(), documents.length)
    },
  }
}

/** A score for every document, or none is believed: half an order is none. */
function scoresIn(text: string, count: number): number[] {
  const parsed = answerSchema.safeParse(jsonOf(text))
  const results = new Map(
    parsed.data?.results.map(({ index, relevance_score: score }) => [index, score]),
  )
  const scores = Array.from({ length: count }, (_, index) => results.get(index))
  if (scores.some((score) => score === undefined)) {
    throw new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer)
  }
  return scores.filter((score) => score !== undefined)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @returns undefined when none is configured */
export function configuredReranker(config: Config): Reranker | undefined {
  const { RERANK_BASE_URL: baseUrl, RERANK_MODEL: model, RERANK_API_KEY: key } = config
  if (baseUrl === undefined || model === undefined) return undefined
  const fetch = createProviderFetch({ allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS })
  return createReranker({ baseUrl, model, fetch, ...(key === undefined ? {} : { key }) })
}
