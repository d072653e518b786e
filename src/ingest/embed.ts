import { weightedMean } from '../domain/vectors.ts'
import { MemoirError } from '../errors.ts'
import { embedEach, type EmbedOptions, type Embedder, type Purse } from '../providers/embedder.ts'
import { chunkText } from '../text/chunks.ts'
import { passagesOf } from '../text/passages.ts'
import type { ConversationPlan } from './plan.ts'

/** What is embedded of one text. */
export interface TextVectors {
  /** Of the whole. */
  readonly vec: Float32Array
  /** Of its passages in order, where it is long. */
  readonly passages: readonly Float32Array[]
}

/** Vectors of a plan's new and changed traces, by trace id. */
export type PlanVectors = ReadonlyMap<string, TextVectors>

export interface EmbedDependencies {
  readonly embedder: Embedder
  readonly chunkChars: number
  readonly signal: AbortSignal
  readonly purse?: Purse
  /** Gets why a text has no vector and will have none, by its id; without it such a text fails all of them. */
  readonly failed?: Map<string, MemoirError>
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
      .filter(({ vectorState }) => vectorState === 'written')
      // Whatever stands in a conversation stands in its messages.
      .map(({ id, content, kind }) => ({ id, content, whole: kind === 'episode' })),
    { ...dependencies, priority: 'bulk' },
  )
}

export interface EmbeddedText {
  readonly id: string
  readonly content: string
  /** Not by passages, however long. */
  readonly whole?: boolean
}

/**
 * Embeds texts. What is longer than the model takes is cut into chunks and gets their mean, weighted by length; a long text gets a
 * vector for each passage besides, unless the model is built in: it reads words, which are found anyway. Equal ones are embedded once.
 * @throws MemoirError of the embedder
 */
export async function embedTexts(
  texts: readonly EmbeddedText[],
  {
    embedder,
    chunkChars,
    signal,
    purse,
    priority,
    failed,
  }: EmbedDependencies & Pick<EmbedOptions, 'priority'>,
): Promise<PlanVectors> {
  const indexOf = new Map<string, number>()
  const chunkOf = (text: string) => {
    const index = indexOf.get(text) ?? indexOf.size
    indexOf.set(text, index)
    return { index, weight: text.length }
  }
  const byPassage = embedder.identity.provider !== 'builtin'
  const traces = texts.map(({ id, content, whole = false }) => ({
    id,
    chunks: chunkText(content, chunkChars).map(chunkOf),
    passages: byPassage && !whole ? passagesOf(content).map(chunkOf) : [],
  }))
  const vectors =
    indexOf.size === 0
      ? []
      : await embedEach(embedder, [...indexOf.keys()], {
          priority,
          signal,
          ...(purse ? { purse } : {}),
        })
  return new Map(
    traces.flatMap(({ id, chunks, passages }) => {
      const failure = [...chunks, ...passages]
        .map(({ index }) => vectors[index])
        .find((vector) => vector instanceof MemoirError)
      if (failure && failed === undefined) throw failure
      if (failure) failed?.set(id, failure)
      const made = () => ({
        vec: meanOf(chunks, vectors),
        passages: passages.map((one) => meanOf([one], vectors)),
      })
      return failure ? [] : [[id, made()] as const]
    }),
  )
}

function meanOf(
  chunks: readonly { readonly index: number; readonly weight: number }[],
  vectors: readonly (Float32Array | MemoirError)[],
): Float32Array {
  const parts = chunks.map(({ index }) => {
    const vector = vectors[index]
    if (!(vector instanceof Float32Array))
      throw new MemoirError('vendor_bad_answer', 'fewer vectors than texts came back')
    return vector
  })
  const [first] = parts
  if (first && parts.length === 1) return first
  return weightedMean(
    parts,
    chunks.map(({ weight }) => weight),
  )
}
