import type { Page } from '../../domain/job.ts'
import type { NarrativeCitation } from '../../domain/narrative.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'
import { citationsOf } from './narratives.ts'

/** A narrative as it was before it was written anew. */
export interface NarrativeVersion {
  readonly version: number
  readonly narrative: string
  readonly generated_at: string
  readonly model: string
  readonly citations: readonly NarrativeCitation[]
}

interface VersionFilter {
  readonly namespaceId: string
  readonly externalId: string
  readonly limit: number
  readonly cursor?: string
}

/** The latest first; empty for a user who is not there. */
export async function listNarrativeVersions(
  db: Queryable,
  { namespaceId, externalId, limit, cursor }: VersionFilter,
): Promise<Page<NarrativeVersion>> {
  const [before = null] = cursor === undefined ? [] : decodeCursor(cursor, 1)
  const { rows } = await db.query<Omit<NarrativeVersion, 'generated_at'> & { at: Date }>(
    `select v.version, v.narrative_content as narrative, v.generated_at as at, v.model, ${citationsOf('v.sources')} as citations
       from memoir.memory_user u
       join memoir.user_narrative_version v on v.user_id = u.id
      where u.namespace_id = $1::uuid and u.external_id = $2 and u.erased_at is null
        and ($3::int is null or v.version < $3::int)
      order by v.version desc
      limit $4`,
    [namespaceId, externalId, before, limit + 1],
  )
  const items = rows
    .slice(0, limit)
    .map(({ at, ...version }) => ({ ...version, generated_at: at.toISOString() }))
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, next_cursor: last ? encodeCursor([String(last.version)]) : null }
}
