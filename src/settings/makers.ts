import type { Config } from '../config.ts'
import { cosine } from '../domain/vectors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import { isSpace, type Embedder, type SpaceIdentity } from '../providers/embedder.ts'
import { createHashingEmbedder } from '../providers/hashing-embedder.ts'
import type { SharedRates } from '../providers/shared-rate-limit.ts'
import type { Database } from '../stores/database.ts'
import { findProof } from '../stores/spaces/space-compare.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { configOf, type AiSettings } from './ai.ts'
import { openPrevious } from './previous.ts'

/** Makers of vectors that the configuration no longer names: of the space that serves on while another is filled. */

export interface MakersDependencies {
  readonly config: Config
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
  readonly rates?: SharedRates | null
}

/** Equal texts differ by rounding, and by what a server's batches do to its sums. */
const SAME_TEXT = 0.99
const PROOF_MS = 10_000
/** A vendor that is away may be back by then. */
const LOOK_AGAIN_MS = 30_000

export interface Makers {
  /** @returns null when no known endpoint makes the vectors that this space holds */
  of(space: Space, settings: AiSettings): Promise<Embedder | null>
}

export function createMakers(dependencies: MakersDependencies): Makers {
  const known = new Map<number, { readonly maker: Promise<Embedder | null>; readonly at: number }>()
  return {
    async of(space, settings) {
      const before = known.get(space.id)
      const now = performance.now()
      if (before && ((await before.maker) !== null || now - before.at < LOOK_AGAIN_MS)) {
        return await before.maker
      }
      const maker = find(dependencies, space, settings).catch((error: unknown) => {
        dependencies.log.warn({ error }, 'no maker of the stored vectors could be found')
        return null
      })
      known.set(space.id, { maker, at: now })
      return await maker
    },
  }
}

async function find(
  dependencies: MakersDependencies,
  space: Space,
  settings: AiSettings,
): Promise<Embedder | null> {
  const { config, db } = dependencies
  const builtin = createHashingEmbedder(space)
  if (isSpace(builtin.identity, space)) return builtin
  const previous = await openPrevious(db, config)
  const candidates = [
    ...(previous === null ? [] : [configOf(config, previous, 'embedding')]),
    // Of the environment, when settings name another.
    config,
    named(configOf(config, settings, 'embedding'), space),
  ]
  for (const candidate of candidates) {
    const embedder = createEmbedder(candidate, dependencies.metrics, dependencies.rates ?? null)
    if (!isSpace(embedder.identity, space)) continue
    if (await proves(dependencies, embedder, space)) return embedder
  }
  return null
}

/** The configured endpoint, asked for the space's model. */
function named(config: Config, { model, dimensions, precision }: SpaceIdentity): Config {
  return {
    ...config,
    EMBEDDING_MODEL: model,
    EMBEDDING_DIM: dimensions,
    given: new Set([...config.given, 'EMBEDDING_DIM']),
    EMBEDDING_PRECISION: precision,
  }
}

/**
 * Whether it makes the vectors that are there: an endpoint may answer with whatever model it has, by any name. A stored text has to
 * come out as it is stored.
 */
async function proves({ db, log }: MakersDependencies, embedder: Embedder, space: Space) {
  const stored = await findProof(db, space)
  if (stored === null) return true
  try {
    const [vec] = await embedder.embed([stored.content], {
      priority: 'live',
      signal: AbortSignal.timeout(PROOF_MS),
    })
    return vec !== undefined && cosine(vec, Float32Array.from(stored.vec)) >= SAME_TEXT
  } catch (error) {
    log.warn({ error }, 'an earlier embedding model does not answer')
    return false
  }
}
