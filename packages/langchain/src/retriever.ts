import { Document } from '@langchain/core/documents'
import { BaseRetriever, type BaseRetrieverInput } from '@langchain/core/retrievers'
import type { Hit, Memoir, RecallQuestion } from '@memoir/client'

export interface MemoirRetrieverOptions extends BaseRetrieverInput {
  readonly memoir: Memoir
  /** Whose memories; may be left out with a key that is bound to a user. */
  readonly user_id?: string
  /** How many at most. */
  readonly k?: number
  /** Whatever else recall takes: filter, kinds, threshold, as_of … */
  readonly question?: Omit<RecallQuestion, 'q' | 'user_id' | 'k'>
}

/** Recall as a retriever: each document is a memory, best first, with its score and times as metadata. */
export class MemoirRetriever extends BaseRetriever {
  static override lc_name() {
    return 'MemoirRetriever'
  }

  override lc_namespace = ['memoir', 'retrievers']
  readonly #memoir: Memoir
  readonly #question: Omit<RecallQuestion, 'q'>

  constructor({ memoir, user_id, k, question, ...rest }: MemoirRetrieverOptions) {
    super(rest)
    this.#memoir = memoir
    this.#question = {
      ...(user_id === undefined ? {} : { user_id }),
      ...(k === undefined ? {} : { k }),
      ...question,
    }
  }

  override async _getRelevantDocuments(q: string): Promise<Document[]> {
    const { hits } = await this.#memoir.recall({ ...this.#question, q })
    return hits.map(documentOf)
  }
}

function documentOf({ id, content, metadata, ...hit }: Hit): Document {
  const { kind, role, scope, tags, user_id, session_id, occurred_at, score, scores } = hit
  const own = { kind, role, scope, tags, user_id, session_id, occurred_at, score }
  return new Document({
    id,
    pageContent: content,
    // What the application stored with the memory stays apart from what Memoir says of it.
    metadata: { ...own, relevance: scores.relevance, metadata },
  })
}
