import type { Config } from '../config.ts'
import type { ConversationSource } from '../ingest/conversation.ts'
import type { Database } from '../stores/database.ts'
import { findNamespaceName } from '../stores/tenants.ts'
import { createPostgresSource } from './postgres-source.ts'

/** A namespace's source. */
export type SourceOf = (namespaceId: string) => Promise<ConversationSource>

/**
 * Another database belongs to the namespace it is configured for. Memoir's own tables hold conversations of every namespace, so
 * there each has a source of the configured name.
 */
export function sourceByNamespace(
  config: Config,
  db: Database,
  configured: ConversationSource,
): SourceOf {
  const known = new Map<string, ConversationSource>()
  return async (namespaceId) => {
    if (config.SOURCE_DATABASE_URL !== undefined) return configured
    const seen = known.get(namespaceId)
    if (seen) return seen
    const name = await findNamespaceName(db, namespaceId)
    const source =
      name === null || name === config.SOURCE_NAMESPACE
        ? configured
        : createPostgresSource({ ...config, SOURCE_NAMESPACE: name }, db, () => undefined)
    known.set(namespaceId, source)
    return source
  }
}
