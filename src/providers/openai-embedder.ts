import pLimit from 'p-limit'
import { z } from 'zod'
import { unit } from '../domain/vectors.ts'
import { MemoirError } from '../errors.ts'
import { estimateTokens } from '../text/chunks.ts'
import { batchesOf, embedBatch, MAX_BATCH_TOKENS, type Attempt, type Batch } from './batches.ts'
import type { Embedder, EmbedOptions, SpaceIdentity } from './embedder.ts'
import { atLength, type Fit } from './fit.ts'
import { createVendorRequests, type Endpoint, type Sent, type Tokens } from './vendor-requests.ts'

/** Requests of one call in flight: hides the round trips of a page, and leaves a local server's few slots to others too. */
const IN_FLIGHT = 4
/** Parameters that not every vendor takes. */
const OPTIONAL_PARAMETERS = ['dimensions', 'encoding_format'] as const

export interface OpenAiEmbedderOptions extends Endpoint, Fit {
  readonly model: string
  readonly precision: SpaceIdentity['precision']
}

/** Embeds through any OpenAI-compatible endpoint. Retries nothing: who calls knows when to come back. */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions): Embedder {
  const { model, dimensions, precision, limiter } = options
  const attempt = createAttempts(options)
  const maxTokens = Math.min(MAX_BATCH_TOKENS, limiter.burstTokens)
  return {
    // Not the address: the same model elsewhere makes the same vectors.
    identity: { provider: 'openai', model, dimensions, precision },
    async embed(texts, { priority, signal, purse }) {
      const stop = new AbortController()
      const call: EmbedOptions = {
        priority,
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        ...(purse ? { purse } : {}),
      }
      const inFlight = pLimit(IN_FLIGHT)
      const one = async ({ texts }: Batch) => {
        try {
          return await embedBatch(texts, async (some) => await attempt(some, call))
        } catch (error) {
          // At once, before the next request takes the free place: the others' answers would go nowhere.
          stop.abort(error)
          throw error
        }
      }
      try {
        const batches = batchesOf(texts.map(acceptable), { maxTokens })
        const parts = await Promise.all(
          batches.map(async (batch) => await inFlight(async () => await one(batch))),
        )
        return parts.flat()
      } catch (error) {
        throw stop.signal.aborted ? stop.signal.reason : error
      }
    },
  }
}

/** Vendors refuse an empty input, and half of a surrogate pair is not UTF-8. */
function acceptable(text: string): string {
  return text === '' ? ' ' : text.toWellFormed()
}

type Attempts = (texts: readonly string[], call: EmbedOptions) => ReturnType<Attempt>

/** One request, and again without a parameter that the vendor turns out not to know; that is remembered once it helped. */
function createAttempts(options: OpenAiEmbedderOptions): Attempts {
  const send = createSender(options)
  const unknown = new Set<string>()
  return async (texts, call) => {
    const without = new Set(unknown)
    for (;;) {
      const outcome = await send(texts, { without, call })
      if ('value' in outcome) {
        for (const parameter of without) unknown.add(parameter)
        return { vectors: outcome.value }
      }
      const { error, refused } = outcome.failure
      if (!refused) throw error
      const { parameters, tooLong } = refused
      const parameter = parameters.find((name) => !without.has(name))
      if (parameter === undefined) return { refusal: { error, tooLong } }
      without.add(parameter)
    }
  }
}

function createSender(options: OpenAiEmbedderOptions) {
  const { model, dimensions } = options
  const request = createVendorRequests(options, {
    purpose: 'embedding',
    parameters: OPTIONAL_PARAMETERS,
  })
  return async function send(
    texts: readonly string[],
    { without, call }: { without: ReadonlySet<string>; call: EmbedOptions },
  ): Promise<Sent<readonly Float32Array[]>> {
    return await request({
      tokens: { input: tokensOf(texts), output: 0 },
      call,
      async send(client, requestOptions) {
        const answer = await client.embeddings.create(
          {
            model,
            input: [...texts],
            // Named, because the client would decode by itself, and fail on vendors that answer with the other one.
            encoding_format: without.has('encoding_format') ? 'float' : 'base64',
            ...(without.has('dimensions') ? {} : { dimensions }),
          },
          requestOptions,
        )
        const value = vectorsIn(answer, texts.length, options)
        return { value, used: tokensSaid(answer), outcome: 'ok' }
      },
    })
  }
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

/** Numbers or base64 of them: vendors answer either, whatever was asked. Arrays are checked where they are copied. */
const answerSchema = z.object({
  data: z.array(
    z.object({
      index: z.int().nonnegative(),
      embedding: z.union([z.string(), z.custom<readonly unknown[]>(Array.isArray)]),
    }),
  ),
})

function vectorsIn(answer: unknown, count: number, fit: Fit): Float32Array[] {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) throw badAnswer('is not a list of embeddings')
  const { data } = parsed.data
  if (data.length !== count) throw badAnswer(`holds ${data.length} vectors for ${count} inputs`)
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count })
  for (const { index, embedding } of data) {
    if (index >= count || vectors[index]) throw badAnswer('names an index twice or beyond the last')
    vectors[index] = fitted(numbersIn(embedding), fit)
  }
  return vectors.filter((vector) => vector !== undefined)
}

function badAnswer(what: string): MemoirError {
  return new MemoirError('vendor_bad_answer', `the embedding answer ${what}`)
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const FLOAT_BYTES = 4

function numbersIn(embedding: string | readonly unknown[]): Float32Array {
  if (typeof embedding !== 'string') {
    return Float32Array.from(embedding, (value) => (typeof value === 'number' ? value : Number.NaN))
  }
  const bytes = Buffer.from(embedding, 'base64')
  if (!BASE64.test(embedding) || bytes.length % FLOAT_BYTES !== 0) {
    throw badAnswer('holds a text that is not base64 of numbers')
  }
  // Copied: a buffer from Node's pool need not lie on a multiple of four.
  const numbers = new Float32Array(bytes.length / FLOAT_BYTES)
  bytes.copy(new Uint8Array(numbers.buffer))
  return numbers
}

/** @returns the vector at the configured length, unit length */
function fitted(numbers: Float32Array, { dimensions, fit }: Fit): Float32Array {
  const mended = atLength(numbers, { dimensions, fit })
  let sum = 0
  for (const value of mended) sum += value * value
  if (!Number.isFinite(sum)) throw badAnswer('holds something that is not a finite number')
  if (sum === 0) throw badAnswer('holds a vector of zeros')
  return unit(mended)
}
