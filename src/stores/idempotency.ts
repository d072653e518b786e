import type { Queryable } from './database.ts'

/** What was answered to a write that carried a key, so that the same write asked again gets the same answer. */

export interface IdempotencyKey {
  readonly namespaceId: string
  readonly route: string
  readonly key: string
}

export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
}

/** The right to answer for a key: whoever lost it to a later claim cannot answer any more. */
export interface Claim extends IdempotencyKey {
  /** When it was claimed, in Postgres' own words: a time with microseconds does not survive a Date. */
  readonly since: string
}

export type Claimed =
  | { readonly kind: 'ours'; readonly claim: Claim }
  | { readonly kind: 'done'; readonly answer: StoredAnswer }
  | { readonly kind: 'running' }
  | { readonly kind: 'other_body' }

/** How long an answer is kept. */
const KEPT = '24 hours'
/**
 * A claim this old without an answer belongs to a process that died: nothing that is done under a claim takes as long. Taking it
 * over is safe, because answers are committed with their writes: without the one there is not the other either.
 */
const ABANDONED = '2 minutes'

/** Takes the key for this request, or says what became of the one that has it. */
export async function claimKey(
  db: Queryable,
  { namespaceId, route, key }: IdempotencyKey,
  bodyHash: Buffer,
): Promise<Claimed> {
  const { rows: claimed } = await db.query<{ since: string }>(
    `insert into memoir.idempotency_key as i (namespace_id, route, key, body_hash, state, expires_at)
     values ($1::uuid, $2, $3, $4, 'running', now() + interval '${KEPT}')
     on conflict (namespace_id, route, key) do update
       set body_hash = excluded.body_hash, state = 'running', status = null, response = null,
           created_at = now(), expires_at = excluded.expires_at
       where i.expires_at <= now()
          or (i.state = 'running' and i.body_hash = excluded.body_hash and i.created_at < now() - interval '${ABANDONED}')
     returning created_at::text as since`,
    [namespaceId, route, key, bodyHash],
  )
  if (claimed[0]) return { kind: 'ours', claim: { namespaceId, route, key, ...claimed[0] } }
  const { rows } = await db.query<{ same: boolean; state: string; status: number; body: unknown }>(
    `select body_hash = $4 as same, state, status, response as body from memoir.idempotency_key
      where namespace_id = $1::uuid and route = $2 and key = $3`,
    [namespaceId, route, key, bodyHash],
  )
  const [row] = rows
  if (row && !row.same) return { kind: 'other_body' }
  if (row?.state !== 'done') return { kind: 'running' }
  return { kind: 'done', answer: { status: row.status, body: row.body } }
}

/**
 * Belongs into the transaction of the write it answers.
 * @returns false when a later claim has taken the key over: the write must not be committed
 */
export async function keepAnswer(
  db: Queryable,
  { namespaceId, route, key, since }: Claim,
  answer: StoredAnswer,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.idempotency_key set state = 'done', status = $5, response = $6::jsonb
      where namespace_id = $1::uuid and route = $2 and key = $3 and created_at = $4::timestamptz
        and state = 'running'`,
    [namespaceId, route, key, since, answer.status, JSON.stringify(answer.body)],
  )
  return rowCount === 1
}

/** A request that wrote nothing leaves no trace: the same key may be used again. One whose answer was committed keeps it. */
export async function releaseKey(
  db: Queryable,
  { namespaceId, route, key, since }: Claim,
): Promise<void> {
  await db.query(
    `delete from memoir.idempotency_key
      where namespace_id = $1::uuid and route = $2 and key = $3 and created_at = $4::timestamptz
        and state = 'running'`,
    [namespaceId, route, key, since],
  )
}

/** @returns how many went; call again while it is the whole limit */
export async function deleteExpiredKeys(db: Queryable, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from memoir.idempotency_key
      where ctid = any(array(
        select ctid from memoir.idempotency_key where expires_at <= now()
         order by expires_at limit $1 for update skip locked))`,
    [limit],
  )
  return rowCount ?? 0
}
