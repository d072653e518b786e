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

export type Claim =
  | { readonly kind: 'ours' }
  | { readonly kind: 'done'; readonly answer: StoredAnswer }
  | { readonly kind: 'running' }
  | { readonly kind: 'other_body' }

/** How long an answer is kept. */
const KEPT = '24 hours'
/**
 * A claim without an answer this old belongs to a process that died before it answered: requests end within a minute. What it
 * wrote is found again by its own rules, so working on it once more is safe.
 */
const ABANDONED = '2 minutes'

/** Takes the key for this request, or says what became of the one that has it. */
export async function claimKey(
  db: Queryable,
  { namespaceId, route, key }: IdempotencyKey,
  bodyHash: Buffer,
): Promise<Claim> {
  const { rows: claimed } = await db.query(
    `insert into memoir.idempotency_key as i (namespace_id, route, key, body_hash, state, expires_at)
     values ($1::uuid, $2, $3, $4, 'running', now() + interval '${KEPT}')
     on conflict (namespace_id, route, key) do update
       set body_hash = excluded.body_hash, state = 'running', status = null, response = null,
           created_at = now(), expires_at = excluded.expires_at
       where i.expires_at < now()
          or (i.state = 'running' and i.body_hash = excluded.body_hash and i.created_at < now() - interval '${ABANDONED}')
     returning 1`,
    [namespaceId, route, key, bodyHash],
  )
  if (claimed.length > 0) return { kind: 'ours' }
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

export async function keepAnswer(
  db: Queryable,
  { namespaceId, route, key }: IdempotencyKey,
  answer: StoredAnswer,
): Promise<void> {
  await db.query(
    `update memoir.idempotency_key set state = 'done', status = $4, response = $5::jsonb
      where namespace_id = $1::uuid and route = $2 and key = $3`,
    [namespaceId, route, key, answer.status, JSON.stringify(answer.body)],
  )
}

/** A request that failed leaves no trace: the same key may be used again. */
export async function releaseKey(
  db: Queryable,
  { namespaceId, route, key }: IdempotencyKey,
): Promise<void> {
  await db.query(
    `delete from memoir.idempotency_key
      where namespace_id = $1::uuid and route = $2 and key = $3 and state = 'running'`,
    [namespaceId, route, key],
  )
}
