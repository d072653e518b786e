import { weightedMean } from '../domain/vectors.ts'
import type { MemoirError } from '../errors.ts'
import { chunkText, estimateTokens } from '../text/chunks.ts'

/** How texts are put into requests, and what is done when a vendor refuses one. */

/** Vendors take from 256 (small local servers, less) to 2,048 inputs a request; more only makes a refusal dearer. */
export const MAX_BATCH_INPUTS = 256
/** OpenAI refuses more than 300,000 tokens a request; ours are an estimate, so a third is kept free. */
export const MAX_BATCH_TOKENS = 200_000
/** A piece this short fits every model: what refuses it does not refuse its length. */
const SHORTEST_PIECE_CHARS = 64

export interface Batch {
  readonly texts: readonly string[]
  /** Estimated, all texts together. */
  readonly tokens: number
}

/** Cuts a list into requests, in order. A text beyond `maxTokens` goes alone. */
export function batchesOf(
  texts: readonly string[],
  { maxInputs = MAX_BATCH_INPUTS, maxTokens = MAX_BATCH_TOKENS } = {},
): Batch[] {
  const batches: Batch[] = []
  let batch: string[] = []
  let tokens = 0
  for (const text of texts) {
    const more = estimateTokens(text)
    const full = batch.length === maxInputs || tokens + more > maxTokens
    if (batch.length > 0 && full) {
      batches.push({ texts: batch, tokens })
      batch = []
      tokens = 0
    }
    batch.push(text)
    tokens += more
  }
  if (batch.length > 0) batches.push({ texts: batch, tokens })
  return batches
}

/** What a vendor says to a request whose content it does not take. */
export interface Refusal {
  readonly error: MemoirError
  /** It is the length that is refused. */
  readonly tooLong: boolean
}

/** One request: vectors in order of the texts, or the refusal. Whatever halving cannot mend is thrown. */
export type Attempt = (
  texts: readonly string[],
) => Promise<{ readonly vectors: readonly Float32Array[] } | { readonly refusal: Refusal }>

/**
 * Embeds one batch. A refused one is halved, down to the one input; that one, when too long, is split, and the mean of its pieces,
 * weighted by length, stands for it.
 * @returns one unit vector a text, in order
 * @throws MemoirError `vendor_refused` for an input that is refused for anything but its length
 */
export async function embedBatch(
  texts: readonly string[],
  attempt: Attempt,
): Promise<readonly Float32Array[]> {
  const [first] = texts
  if (first === undefined) return []
  if (texts.length === 1) return [meanOf(await piecesOf(first, attempt))]
  const outcome = await attempt(texts)
  if ('vectors' in outcome) return outcome.vectors
  // One after the other: when every input is refused, it is known after as many requests as there are halvings.
  const half = Math.ceil(texts.length / 2)
  const left = await embedBatch(texts.slice(0, half), attempt)
  const right = await embedBatch(texts.slice(half), attempt)
  return [...left, ...right]
}

interface Piece {
  readonly vector: Float32Array
  readonly weight: number
}

async function piecesOf(text: string, attempt: Attempt): Promise<Piece[]> {
  const outcome = await attempt([text])
  if ('vectors' in outcome) {
    return outcome.vectors.map((vector) => ({ vector, weight: text.length }))
  }
  const { error, tooLong } = outcome.refusal
  if (!tooLong || text.length <= SHORTEST_PIECE_CHARS) throw error
  const pieces: Piece[] = []
  for (const part of chunkText(text, Math.ceil(text.length / 2))) {
    pieces.push(...(await piecesOf(part, attempt)))
  }
  return pieces
}

function meanOf(pieces: readonly Piece[]): Float32Array {
  const [first] = pieces
  if (first && pieces.length === 1) return first.vector
  return weightedMean(
    pieces.map(({ vector }) => vector),
    pieces.map(({ weight }) => weight),
  )
}
