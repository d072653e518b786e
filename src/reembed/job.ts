import type { SpaceIdentity } from '../providers/embedder.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { MemoirError } from '../errors.ts'
import type { Place } from '../stores/spaces/reembed.ts'

/** What a job of embedding anew is to do, and where it is. */
export interface ReembedRequest {
  /** Numbers of spaces. */
  readonly from: number
  readonly to: number
  /** Goes back to the space before. */
  readonly undo: boolean
}

/** At most one of the installation. */
export const REEMBED_LOCK = 'reembed'

/** @throws MemoirError `internal` when the row holds something else */
export function readReembedRequest({ request }: Pick<JobRow, 'request'>): ReembedRequest {
  const { from, to, undo } = request
  if (typeof from === 'number' && typeof to === 'number' && typeof undo === 'boolean') {
    return { from, to, undo }
  }
  throw new MemoirError('internal', 'the row of a re-embedding does not hold its request')
}

/** Where the walk stands, as the job's row keeps it; `done` once all of the space was seen. */
export type Walked = Place | 'done' | null

export function readCursor(cursor: string | null | undefined): Walked {
  if (cursor === null || cursor === undefined) return null
  const value: unknown = JSON.parse(cursor)
  if (value === 'done') return value
  if (Array.isArray(value)) {
    const [userId, head, seq]: unknown[] = value
    if (typeof userId === 'string' && typeof head === 'string' && typeof seq === 'number') {
      return [userId, head, seq]
    }
  }
  throw new MemoirError('internal', 'the cursor of a re-embedding cannot be read')
}

/** How a space is named to people. */
export const spaceName = ({ model, dimensions }: SpaceIdentity) => ({ model, dim: dimensions })
