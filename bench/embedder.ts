import { unit } from '../src/domain/vectors.ts'
import type { Embedder } from '../src/providers/embedder.ts'
import { createRandom } from './generator.ts'

const DIMENSIONS = 768
const READY_MADE = 512

/** A vendor that answers at once: vectors made beforehand, handed out by the text's length and ends. */
export function createInstantEmbedder(): Embedder {
  const random = createRandom(42)
  const vectors = Array.from({ length: READY_MADE }, () =>
    unit(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)),
  )
  return {
    identity: { provider: 'bench', model: 'instant', dimensions: DIMENSIONS, precision: 'fp16' },
    embed: async (texts) => await Promise.resolve(texts.map((text) => vectorFor(text, vectors))),
  }
}

function vectorFor(text: string, vectors: readonly Float32Array[]): Float32Array {
  const place = text.length * 31 + text.charCodeAt(0) * 7 + text.charCodeAt(text.length - 1)
  return vectors[place % vectors.length] ?? new Float32Array(DIMENSIONS)
}
