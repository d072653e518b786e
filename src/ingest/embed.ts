import { weightedMean } from '../domain/vectors.ts'
import { MemoirError } from '../errors.ts'
import type { EmbedOptions, Embedder, Purse } from '../providers/embedder.ts'
import { chunkText } from '../text/chunks.ts'
import type { ConversationPlan } from './plan.ts'

/** Vectors of a plan's new and changed traces, by trace id. */
export type PlanVectors = ReadonlyMap<string, Float32Array>

export interface EmbedDependencies {
  readonly embedder: Embedder
  readonly chunkChars: number
  readonly signal: AbortSignal
  readonly purse?: Purse
}

/**
 * Embeds what these plans write and is to have a vector, all texts of all plans as one batch.
 * @throws MemoirError of the embedder
 */
export async function embedPlans(
  plans: readonly ConversationPlan[],
  dependencies: EmbedDependencies,
): Promise<PlanVectors> {
  return await embedTexts(
    plans
      .flatMap((plan) => plan.writes.map(({ write }) => write))
      .filter(({ vectorState }) => vectorState === 'written'),
    { ...dependencies, priority: 'bulk' },
  )
}

/**
 * Embeds texts. A long one is cut into chunks and gets their mean, weighted by length; equal ones are embedded once.
 * @throws MemoirError of the embedder
 */
export async function embedTexts(
  texts: readonly { readonly id: string; readonly content: string }[],
  {
    embedder,
    chunkChars,
    signal,
    purse,
    priority,
  }: EmbedDependencies & Pick<EmbedOptions, 'priority'>,
): Promise<PlanVectors> {
  const indexOf = new Map<string, number>()
  const traces = texts.map(({ id, content }) => ({
    id,
    chunks: chunkText(content, chunkChars).map((text) => {
      const index = indexOf.get(text) ?? indexOf.size
      indexOf.set(text, index)
      return { index, weight: text.length }
    }),
  }))
  const vectors =
    indexOf.size === 0
      ? []
      : await embedder.embed([...indexOf.keys()], {
          priority,
          signal,
          ...(purse ? { purse } : {}),
        })
  return new Map(traces.map(({ id, chunks }) => [id, meanOf(chunks, vectors)]))
}

function meanOf(
  chunks: readonly { readonly index: number; readonly weight: number }[],
  vectors: readonly Float32Array[],
): Float32Array {
  const parts = chunks.map(({ index }) => {
    const vector = vectors[index]
    if (!vector) throw new MemoirError('vendor_bad_answer', 'fewer vectors than texts came back')
    return vector
  })
  const [first] = parts
  if (first && parts.length === 1) return first
  return weightedMean(
    parts,
    chunks.map(({ weight }) => weight),
  )
}
