import type { MemoirError } from '../errors.ts'

/**
 * Turns texts into vectors. One interface, three makers: an OpenAI-compatible endpoint, a model on this machine, and the built-in
 * hashing embedder.
 */

/** What a vector can be compared with: two vectors belong together only when all four are equal. */
export interface SpaceIdentity {
  readonly provider: string
  readonly model: string
  readonly dimensions: number
  readonly precision: 'fp16' | 'fp32'
}

/** Who pays: asked before each request to a vendor, and told when one came to nothing. */
export interface Purse {
  /**
   * @param input tokens that the vendor will read
   * @param output tokens that it may write; 0 unless it is a language model
   * @throws MemoirError `budget_reached` when that many are not left
   */
  reserve(input: number, output: number): Promise<void>
  refund(input: number, output: number): Promise<void>
}

export interface EmbedOptions {
  /** Live questions go before bulk work when the vendor's rate is the limit. */
  readonly priority: 'live' | 'bulk'
  /** A question, or what questions are compared with (the default): some models want to be told. */
  readonly input?: 'query' | 'passage'
  readonly signal?: AbortSignal
  readonly purse?: Purse
}

export interface Embedder {
  readonly identity: SpaceIdentity
  /** Loads what the first question would have to wait for. */
  readonly warm?: () => Promise<void>
  /** Where settings can change it: brings `identity` up to date. */
  readonly ready?: () => Promise<void>
  /** The same without trusting what was looked up a moment ago. */
  readonly refresh?: () => Promise<void>
  /** The space that the configuration asks for, which `identity` is not while an earlier one serves on. */
  readonly wanted?: SpaceIdentity
  /** Whoever makes vectors of this space, configured or not; null when nobody can. */
  readonly makerOf?: (space: SpaceIdentity) => Promise<Embedder | null>
  /**
   * Embeds texts, in order; any number, the vendor's batch limits are the embedder's business.
   * @returns one unit vector of `identity.dimensions` numbers a text
   * @throws MemoirError `vendor_busy`, `vendor_unavailable` (a retry can help), `vendor_refused`, `vendor_unauthorized`, `vendor_bad_answer`, `dimension_mismatch`
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>
  /**
   * The same, text by text, where an endpoint may have no vector for some of them: an error says why there is none and will be none.
   * @throws MemoirError what it fails with for every text
   */
  readonly embedEach?: (
    texts: readonly string[],
    options: EmbedOptions,
  ) => Promise<(Float32Array | MemoirError)[]>
}

/** Embeds texts one by one as far as the embedder can tell them apart. */
export async function embedEach(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<(Float32Array | MemoirError)[]> {
  return await (embedder.embedEach?.(texts, options) ?? embedder.embed(texts, options))
}

/** Who makes vectors of this space and no other; null when this embedder cannot. */
export async function makerOf(embedder: Embedder, space: SpaceIdentity): Promise<Embedder | null> {
  if (embedder.makerOf) return await embedder.makerOf(space)
  return isSpace(embedder.identity, space) ? embedder : null
}

export function isSpace(a: SpaceIdentity, b: SpaceIdentity): boolean {
  return (
    a.provider === b.provider &&
    a.model === b.model &&
    a.dimensions === b.dimensions &&
    a.precision === b.precision
  )
}

/**
 * Whether the vectors of this space go on serving although another embedder is configured: the built-in ones beside a model of this
 * machine, which nobody has to have chosen. A store keeps what it has until somebody embeds it anew; nothing is missing meanwhile.
 */
export function servesOn(space: SpaceIdentity, wanted: SpaceIdentity): boolean {
  return space.provider === 'builtin' && wanted.provider === 'local'
}
