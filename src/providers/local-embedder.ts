import { unit } from '../domain/vectors.ts'
import type { Embedder, SpaceIdentity } from './embedder.ts'
import { atLength, type Fit } from './fit.ts'
import type { LocalModel } from './local-model.ts'
import { localRuntimeOf } from './local-runtime.ts'

export interface LocalEmbedderOptions extends Fit {
  readonly model: LocalModel
  readonly precision: SpaceIdentity['precision']
}

/**
 * More of a text is not even handed over: a token has at most some letters, and whoever embeds a book need not copy and cut all of it
 * to read its first page.
 */
const CHARS_A_TOKEN = 32

/** Embeds with a model of this machine, in a thread of its own. The model is loaded when first asked, or by `warm`. */
export function createLocalEmbedder({
  model,
  dimensions,
  precision,
  fit,
}: LocalEmbedderOptions): Embedder {
  const runtime = localRuntimeOf(model)
  const most = model.maxTokens * CHARS_A_TOKEN
  return {
    identity: { provider: 'local', model: model.name, dimensions, precision },
    warm: async () => await runtime.warm(),
    async embed(texts, { priority, input = 'passage', signal }) {
      const prefix = model.prefixes[input]
      const vectors = await runtime.embed(
        texts.map((text) => `${prefix}${text.slice(0, most).toWellFormed()}`),
        { live: priority === 'live', ...(signal ? { signal } : {}) },
      )
      return vectors.map((vector) =>
        vector.length === dimensions ? vector : unit(atLength(vector, { dimensions, fit })),
      )
    },
  }
}
