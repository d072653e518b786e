import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Embedder } from './embedder.ts'
import { createHashingEmbedder } from './hashing-embedder.ts'

export function createEmbedder(config: Config, _metrics: Metrics): Embedder {
  if (config.EMBEDDING_MODEL !== undefined) {
    throw new MemoirError('configuration_invalid', 'EMBEDDING_MODEL: not yet')
  }
  return createHashingEmbedder({ dimensions: config.EMBEDDING_DIM, precision: config.EMBEDDING_PRECISION })
}
