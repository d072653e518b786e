import { z } from 'zod'
import { MemoirError, type ErrorCode } from '../errors.ts'
import { estimateTokens } from '../text/chunks.ts'
import type { Embedder, EmbedOptions, SpaceIdentity } from './embedder.ts'
import { embedAll, type Fault, type Outcome, type Sent } from './embed-all.ts'
import { vectorsIn } from './embedding-answers.ts'
import { createState, stateOf } from './endpoint-state.ts'
import type { Fit } from './fit.ts'
import { isLate, type VendorFailure } from './openai-failures.ts'
import { createVendorRequests, noteOf, type Endpoint, type Tokens } from './vendor-requests.ts'

/** OpenAI refuses more than 300,000 tokens a request; ours are an estimate, so a third is kept free. */
const MAX_BATCH_TOKENS = 200_000
/** Parameters that not every vendor takes. */
const OPTIONAL_PARAMETERS = ['dimensions', 'encoding_format'] as const

export interface OpenAiEmbedderOptions extends Endpoint, Fit {
  readonly model: string
  readonly precision: SpaceIdentity['precision']
}

/**
 * Embeds through any OpenAI-compatible endpoint. Asks again only to find out what it takes and which text it fails for; when to come back to
 * one that fails for all of them is the caller's to know.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { model, dimensions, precision, fit, limiter, baseUrl, note } = options
  const request = createRequests(options)
  const learnt = noteOf(options, 'embedding')
  // A test of settings learns for itself: what it tells must not depend on what was learnt before.
  const state = note ? createState() : stateOf(`${baseUrl} ${model} ${dimensions} ${fit}`)
  const maxTokens = Math.min(MAX_BATCH_TOKENS, limiter.burstTokens)
  async function embedEach(
    texts: readonly string[],
    { priority, signal, purse }: EmbedOptions,
  ): Promise<Outcome[]> {
    const before = state.limit()
    const outcomes = await embedAll(texts.map(acceptable), {
      ask: async (some, signal) => {
        const call = { priority, signal, ...(purse ? { purse } : {}) }
        return await request(some, call)
      },
      state,
      maxTokens,
      signal,
    })
    if (state.limit() < before) learnt('smaller_batches')
    return outcomes
  }
  return {
    // Not the address: the same model elsewhere makes the same vectors.
    identity: { provider: 'openai', model, dimensions, precision },
    embedEach,
    async embed(texts, call) {
      return (await embedEach(texts, call)).map((outcome) => {
        if (outcome instanceof MemoirError) throw outcome
        return outcome
      })
    },
  }
}

/** Vendors refuse an empty input, and half of a surrogate pair is not UTF-8. */
function acceptable(text: string): string {
  return text === '' ? ' ' : text.toWellFormed()
}

/** One request, and again without a parameter that the vendor turns out not to know; that is remembered once it helped. */
function createRequests(options: OpenAiEmbedderOptions) {
  const send = createSender(options)
  const note = noteOf(options, 'embedding')
  const unknown = new Set<string>()
  return async (texts: readonly string[], call: EmbedOptions): Promise<Sent> => {
    const without = new Set(unknown)
    for (;;) {
      const outcome = await send(texts, { without, call })
      if ('value' in outcome) {
        for (const parameter of without) unknown.add(parameter)
        return { vectors: outcome.value }
      }
      const { failure } = outcome
      const parameter = failure.refused?.parameters.find((name) => !without.has(name))
      if (parameter === undefined) return faultOf(failure)
      without.add(parameter)
      note('parameter')
    }
  }
}

/** What fewer texts, or others, may do better with. */
const FAULTS: Readonly<Partial<Record<ErrorCode, Fault>>> = {
  vendor_bad_answer: 'bad',
  dimension_mismatch: 'bad',
  vendor_unavailable: 'away',
}

/** @throws MemoirError what any text would meet */
function faultOf({ error, refused }: VendorFailure): Sent {
  if (refused) return { fault: refused.tooLong ? 'too_long' : 'refused', error }
  const fault = FAULTS[error.code]
  if (fault === undefined) throw error
  return { fault: isLate(error) ? 'late' : fault, error }
}

function createSender(options: OpenAiEmbedderOptions) {
  const { model, dimensions, apiKey: key } = options
  const note = noteOf(options, 'embedding')
  const request = createVendorRequests(options, {
    purpose: 'embedding',
    parameters: OPTIONAL_PARAMETERS,
  })
  return async (
    texts: readonly string[],
    { without, call }: { without: ReadonlySet<string>; call: EmbedOptions },
  ) =>
    await request({
      tokens: { input: tokensOf(texts), output: 0 },
      call,
      async send(client, requestOptions) {
        const answer: unknown = await client.embeddings.create(
          {
            model,
            input: [...texts],
            // Named, because the client would decode by itself, and fail on vendors that answer with the other one.
            encoding_format: without.has('encoding_format') ? 'float' : 'base64',
            ...(without.has('dimensions') ? {} : { dimensions }),
          },
          requestOptions,
        )
        const value = vectorsIn(answer, { count: texts.length, fit: options, key, note })
        return { value, used: tokensSaid(answer), outcome: 'ok' }
      },
    })
}

const usageSchema = z.object({ usage: z.object({ total_tokens: z.int().positive() }) })

/** What the vendor says it read; some say nothing, or 0. */
function tokensSaid(answer: unknown): Tokens | undefined {
  const input = usageSchema.safeParse(answer).data?.usage.total_tokens
  return input === undefined ? undefined : { input, output: 0 }
}

function tokensOf(texts: readonly string[]): number {
  let tokens = 0
  for (const text of texts) tokens += estimateTokens(text)
  return tokens
}
