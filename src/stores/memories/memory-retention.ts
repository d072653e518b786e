import type { Queryable } from '../database.ts'
import type { StandingMemory } from './memory-writes.ts'

/** Memories whose time has come. */
export type DueKind = 'expired' | 'purgeable'

const DUE = {
  expired: `t.expires_at <= now() and t.state = 'active'`,
  purgeable: `t.state = 'deleted' and t.deleted_at < now() - make_interval(days => $2)`,
} as const satisfies Record<DueKind, string>

export interface DueMemory {
  readonly id: string
  readonly userId: string
  readonly namespaceId: string
}

/** Those of all users, some at a time. Of users who were erased nothing is left to retire. */
export async function findDue(
  db: Queryable,
  { kind, days, limit }: { kind: DueKind; days: number; limit: number },
): Promise<DueMemory[]> {
  const { rows } = await db.query<DueMemory>(
    `select t.id, t.user_id as "userId", u.namespace_id as "namespaceId" from memoir.memory_trace t
       join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
      where ${DUE[kind]} and $2::int is not null
      limit $1`,
    [limit, days],
  )
  return rows
}

const DAY_MS = 86_400_000

/** The same of a row that is locked. */
export function isDue(
  { state, expiresAt, deletedAt }: StandingMemory,
  { kind, days, now }: { kind: DueKind; days: number; now: Date },
): boolean {
  if (kind === 'expired') return state === 'active' && expiresAt !== null && expiresAt <= now
  return (
    state === 'deleted' && deletedAt !== null && deletedAt.getTime() < now.getTime() - days * DAY_MS
  )
}
