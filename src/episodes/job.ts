import { HEADS, type Head } from '../domain/recall.ts'
import { MemoirError } from '../errors.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'

/** What a migration of episodes is to do, and where it is. */
export interface EpisodesRequest {
  /** `semantic` is always among them. */
  readonly heads: readonly Head[]
  /** Rows to look at; null is all. */
  readonly limit: number | null
}

export const lockOf = (namespaceId: string): string => `episodes:${namespaceId}`

/** @throws MemoirError `internal` when the row holds something else */
export function readEpisodesRequest({ request }: Pick<JobRow, 'request'>): EpisodesRequest {
  const { heads, limit } = request
  if (Array.isArray(heads) && (limit === null || typeof limit === 'number')) {
    return { heads: HEADS.filter((head) => heads.includes(head)), limit }
  }
  throw new MemoirError('internal', 'the row of a migration does not hold its request')
}

/** First the rows by their ids, then the links by user. */
export interface EpisodesPlace {
  readonly part: 'rows' | 'links'
  readonly after: string | null
}

export function readPlace(cursor: string | null | undefined): EpisodesPlace {
  if (cursor === null || cursor === undefined) return { part: 'rows', after: null }
  const value: unknown = JSON.parse(cursor)
  if (typeof value === 'object' && value !== null && 'part' in value && 'after' in value) {
    const { part, after } = value
    if ((part === 'rows' || part === 'links') && (after === null || typeof after === 'string')) {
      return { part, after }
    }
  }
  throw new MemoirError('internal', 'the cursor of a migration cannot be read')
}
