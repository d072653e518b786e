import type { Queryable } from './database.ts'

/** Ids by how they begin: for people, who copy the first few characters. */

export const PREFIXED_KINDS = ['job', 'memory', 'session'] as const
export type PrefixedKind = (typeof PREFIXED_KINDS)[number]

export interface PrefixQuery {
  readonly namespaceId: string
  /** Only what belongs to this user, by surrogate uuid. */
  readonly userId?: string
  /** Only memories in these scopes. */
  readonly scopes?: readonly string[]
  readonly of: PrefixedKind
  readonly prefix: string
  readonly limit: number
}

/** In order; none for what no id of that kind can begin with. */
export async function findIds(db: Queryable, query: PrefixQuery): Promise<string[]> {
  const { namespaceId, userId = null, scopes = null, of, prefix, limit } = query
  if (of === 'session') {
    return idsOf(await db.query(SESSIONS, [namespaceId, userId, prefix, limit]))
  }
  const range = rangeOf(prefix)
  if (range === null) return []
  const bounds = [namespaceId, userId, ...range, limit]
  return of === 'job'
    ? idsOf(await db.query(JOBS, bounds))
    : idsOf(await db.query(MEMORIES, [...bounds, scopes]))
}

const idsOf = ({ rows }: { readonly rows: readonly Record<string, unknown>[] }) =>
  rows.map(({ id }) => String(id))

const HEX_DIGITS = 32

/** The first and the last uuid that begin so: a range that the primary key answers. */
function rangeOf(prefix: string): [string, string] | null {
  const digits = prefix.toLowerCase().replaceAll('-', '')
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return null
  return [digits.padEnd(HEX_DIGITS, '0'), digits.padEnd(HEX_DIGITS, 'f')]
}

const JOBS = `
  select id from memoir.job
   where namespace_id = $1::uuid and ($2::uuid is null or user_id = $2::uuid)
     and id between $3::uuid and $4::uuid
   order by id
   limit $5`

const MEMORIES = `
  select t.id from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
   where u.namespace_id = $1::uuid and u.erased_at is null and ($2::uuid is null or t.user_id = $2::uuid)
     and t.id between $3::uuid and $4::uuid
     and ($6::text[] is null or t.scope = any($6::text[]))
   order by t.id
   limit $5`

/** Several users and collections may have a session of that name. */
const SESSIONS = `
  select distinct s.session_id as id from memoir.session s join memoir.memory_user u on u.id = s.user_id
   where s.namespace_id = $1::uuid and u.erased_at is null and ($2::uuid is null or s.user_id = $2::uuid)
     and starts_with(s.session_id, $3)
   order by s.session_id
   limit $4`
