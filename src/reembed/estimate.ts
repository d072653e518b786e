import type { Config } from '../config.ts'
import type { SpaceIdentity } from '../providers/embedder.ts'
import { costOf } from '../providers/prices.ts'
import type { Queryable } from '../stores/database.ts'
import { measureSpace, type Space } from '../stores/spaces/spaces.ts'

/** What embedding all memories anew would take at most. */
export interface ReembedEstimate {
  readonly memories: number
  readonly tokens: number
  /** US dollars; null when the model's price is not known. */
  readonly cost: number | null
}

/** Byte-pair vocabularies average four bytes of text a token. */
const BYTES_A_TOKEN = 4

/** @returns null when the space holds no vectors */
export async function estimateReembed(
  db: Queryable,
  {
    active,
    wanted,
    price,
  }: {
    readonly active: Space
    readonly wanted: SpaceIdentity
    readonly price: Config['EMBEDDING_PRICE']
  },
): Promise<ReembedEstimate | null> {
  const stored = await measureSpace(db, active)
  if (stored === null) return null
  const tokens = Math.ceil(stored.bytes / BYTES_A_TOKEN)
  return { memories: stored.memories, tokens, cost: costOf(tokens, { model: wanted.model, price }) }
}
