import { randomUUID } from 'node:crypto'
import type { Hit } from '../../src/domain/recall.ts'

/** What the recall of the fixture finds. */

export interface Remembered {
  readonly namespaceId: string
  readonly userId: string
  readonly scope: string
  readonly content: string
}

const AT = '2026-03-01T09:00:00.000Z'

export function hitOf({ userId, scope, content }: Remembered): Hit {
  const [relevance, vector, text, graph, recency, salience, focus] = [0.9, 0.8, 0.7, 0, 0, 1, 0]
  return {
    id: randomUUID(),
    user_id: userId,
    kind: 'message',
    role: 'user',
    scope,
    collection: null,
    content,
    summary: null,
    tags: [],
    category: null,
    importance: null,
    salience,
    state: 'active',
    session_id: null,
    conversation_id: null,
    source: 'main',
    metadata: {},
    entities: [],
    occurred_at: AT,
    known_at: AT,
    created_at: AT,
    updated_at: AT,
    expires_at: null,
    searchable_at: AT,
    revision: 1,
    superseded_by: null,
    writes: { vector: 'written', graph: 'off' },
    score: 0.5,
    scores: { relevance, vector, text, graph, recency, salience, importance: 0.5, focus },
    heads: { semantic: 0.8 },
    via: [],
    message_ids: ['m-1'],
  }
}
