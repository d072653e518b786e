import type { EventData, EventType, MemoirEvent } from '../../domain/event.ts'
import type { Page } from '../../domain/job.ts'
import { MemoirError } from '../../errors.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'

/** Events as readers see them, in the order of their positions. Triggers write them (migration 0060). */

export interface EventReach {
  readonly namespaceId: string
  /** Only those about this user. */
  readonly userId?: string
  /** Only those about memories of these scopes. */
  readonly scopes?: readonly string[]
}

export interface EventQuery extends EventReach {
  /** The position after which to begin. */
  readonly after: number
  readonly types?: readonly EventType[]
  readonly limit: number
}

export interface EventRow {
  readonly id: string
  readonly type: EventType
  readonly position: number
  readonly createdAt: Date
  readonly userId: string | null
  readonly userName: string | null
  readonly subject: string | null
  readonly kind: string | null
  readonly detail: Pick<EventData, 'code' | 'version'> | null
}

/** Of an event `e` and its user `u`. The name of a user is gone once an erasure has ended. */
export const EVENT_ROW = `e.id, e.type, e.position, e.created_at as "createdAt", e.user_id as "userId",
  nullif(u.external_id, 'erased:' || u.id) as "userName", e.subject, e.kind, e.detail`

/** Of a user who is being erased only the erasure is visible. */
export const IS_VISIBLE = `(u.erased_at is null or e.type = 'user.erased')`

/** At most `limit` events after a position, oldest first. */
export async function listEvents(db: Queryable, query: EventQuery): Promise<EventRow[]> {
  const { namespaceId, after, types = null, userId = null, scopes = null, limit } = query
  const { rows } = await db.query<EventRow>(
    `select ${EVENT_ROW}
       from memoir.memory_event e left join memoir.memory_user u on u.id = e.user_id
      where e.namespace_id = $1::uuid and e.position > $2::bigint
        and ($3::text[] is null or e.type = any($3::text[]))
        and ($4::uuid is null or e.user_id = $4::uuid)
        and ($5::text[] is null or e.scope = any($5::text[]))
        and ${IS_VISIBLE}
      order by e.position
      limit $6`,
    [namespaceId, after, types, userId, scopes, limit],
  )
  return rows
}

const SUBJECT = {
  'memory.created': 'memory_id',
  'memory.updated': 'memory_id',
  'memory.superseded': 'memory_id',
  'memory.restored': 'memory_id',
  'memory.forgotten': 'memory_id',
  'user.erased': 'erasure_id',
  'narrative.updated': undefined,
  'job.succeeded': 'job_id',
  'job.failed': 'job_id',
} satisfies Record<EventType, keyof EventData | undefined>

export function presentEvent(row: EventRow): MemoirEvent {
  const { id, type, position, createdAt, userName, subject, kind, detail } = row
  const name = SUBJECT[type]
  return {
    id,
    type,
    timestamp: createdAt.toISOString(),
    user_id: userName,
    data: {
      ...(name === undefined || subject === null ? {} : { [name]: subject }),
      ...(kind === null ? {} : { kind }),
      ...detail,
    },
    cursor: eventCursor(position),
  }
}

export const eventCursor = (position: number): string => encodeCursor([String(position)])

/** @throws MemoirError `invalid_request` naming `cursor` */
export function positionOf(cursor: string): number {
  const [key = ''] = decodeCursor(cursor, 1)
  if (/^\d{1,15}$/.test(key)) return Number(key)
  throw new MemoirError('invalid_request', 'cursor: not a cursor of this list', {
    details: { field: 'cursor' },
  })
}

/** What a page of the list is, of one row more than it holds. */
export function eventPage(rows: readonly EventRow[], limit: number): Page<MemoirEvent> {
  const items = rows.slice(0, limit).map(presentEvent)
  return { items, next_cursor: rows.length > limit ? (items.at(-1)?.cursor ?? null) : null }
}

/** Deletes events that are so many days old, with their deliveries. */
export async function deleteOldEvents(
  db: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from memoir.memory_event where seq = any(array(
       select seq from memoir.memory_event
        where created_at < now() - make_interval(days => $1::int) limit $2))`,
    [days, limit],
  )
  return rowCount ?? 0
}
