import type { Config } from '../config.ts'
import type { BackfillEstimate } from '../domain/job.ts'
import type { Embedder } from '../providers/embedder.ts'
import { pricedEmbedding } from '../providers/configured-prices.ts'
import { costOf } from '../providers/prices.ts'
import type { ConversationSource } from './conversation.ts'

/** Byte-pair vocabularies average four bytes of text a token. */
const BYTES_A_TOKEN = 4
/** A message is embedded alone, and again in its conversation. */
const TIMES_EMBEDDED = 2

/** Who said it, and what rounding up adds, twice. */
const TOKENS_AROUND_A_MESSAGE = 6

/** What taking in the whole source would cost at most: what is unchanged is only known by reading it, and costs nothing. */
export function createEstimate(
  config: Config,
  {
    sourceOf,
    embedder,
  }: { sourceOf: (namespaceId: string) => Promise<ConversationSource>; embedder: Embedder },
) {
  return async function estimate(namespaceId: string): Promise<BackfillEstimate> {
    const { conversations, messages, bytes } = await (await sourceOf(namespaceId)).measure()
    const tokens =
      Math.ceil((bytes * TIMES_EMBEDDED) / BYTES_A_TOKEN) + messages * TOKENS_AROUND_A_MESSAGE
    await embedder.ready?.()
    const { model } = embedder.identity
    return {
      conversations,
      tokens,
      cost: costOf(tokens, pricedEmbedding(config, model)),
      model,
    }
  }
}
