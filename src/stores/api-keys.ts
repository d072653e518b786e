import { createHash } from 'node:crypto'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Queryable } from './database.ts'
import type { Page } from '../domain/job.ts'

/** Keys of the HTTP API. Only a hash of the secret is stored: 32 random bytes need no slow hash. */

export const ROLES = ['reader', 'service', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const secretHash = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** A key as it is checked on every request. */
export interface KeyGrant {
  readonly id: string
  readonly role: Role
  /** Null for an administrator of every namespace. */
  readonly namespaceId: string | null
  readonly namespace: string | null
  readonly userId: string | null
  readonly externalUserId: string | null
  /** Further users it may read, by the caller's own ids. */
  readonly readableUsers: readonly string[]
  readonly scopes: readonly string[] | null
  /** True when its last use was noted more than a minute ago. */
  readonly untouched: boolean
}

/** Its use is noted not more than once a minute, so that reading does not become writing. */
const TOUCH_EVERY = '1 minute'

/** Names of the users that a key may read beside its own. Erased ones are no longer among them. */
const READABLE_USERS = `array(
  select r.external_id from memoir.memory_user r
   where r.id = any(k.readable_users) and r.namespace_id = k.namespace_id and r.erased_at is null
   order by r.external_id)`

/** The grant of a secret; null when it is unknown, revoked, expired or bound to an erased user. */
export async function findGrant(db: Queryable, hash: Buffer): Promise<KeyGrant | null> {
  const { rows } = await db.query<KeyGrant>(
    `select k.id, k.role, k.namespace_id as "namespaceId", n.name as namespace, k.user_id as "userId",
            u.external_id as "externalUserId", ${READABLE_USERS} as "readableUsers", k.scopes,
            coalesce(k.last_used_at < now() - interval '${TOUCH_EVERY}', true) as untouched
       from memoir.api_key k
       left join memoir.namespace n on n.id = k.namespace_id
       left join memoir.memory_user u on u.id = k.user_id
      where k.secret_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
        and (k.user_id is null or u.erased_at is null)`,
    [hash],
  )
  return rows[0] ?? null
}

/** Those of the keys that no longer open anything. */
export async function findEndedKeys(db: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id
       from unnest($1::uuid[]) as w(id)
      where not exists (
        select from memoir.api_key k left join memoir.memory_user u on u.id = k.user_id
         where k.id = w.id and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
           and (k.user_id is null or u.erased_at is null))`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

export async function touchKey(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update memoir.api_key set last_used_at = now()
      where id = $1::uuid and (last_used_at is null or last_used_at < now() - interval '${TOUCH_EVERY}')`,
    [id],
  )
}

export interface NewApiKey {
  readonly id: string
  readonly namespaceId: string | null
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
  readonly prefix: string
  readonly userId: string | null
  /** Surrogate uuids of further users it may read. */
  readonly readableUserIds: readonly string[]
  readonly scopes: readonly string[] | null
  readonly expiresAt: Date | null
}

export async function insertKey(db: Queryable, key: NewApiKey): Promise<void> {
  await db.query(
    `insert into memoir.api_key (id, namespace_id, name, role, secret_hash, prefix, user_id, scopes, expires_at, readable_users)
     values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7::uuid, $8::text[], $9::timestamptz, $10::uuid[])`,
    [
      key.id,
      key.namespaceId,
      key.name,
      key.role,
      key.hash,
      key.prefix,
      key.userId,
      key.scopes,
      key.expiresAt,
      key.readableUserIds,
    ],
  )
}

/** Keys of a namespace, and those of administrators of all of them. */
export interface KeyReach {
  readonly namespaceId: string
  readonly everywhere: boolean
}

/** @returns false when the namespace has no such key that is still valid */
export async function revokeKey(
  db: Queryable,
  { namespaceId, id, everywhere }: KeyReach & { readonly id: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update memoir.api_key set revoked_at = now()
      where id = $1::uuid and (namespace_id = $2::uuid or (namespace_id is null and $3::boolean)) and revoked_at is null`,
    [id, namespaceId, everywhere],
  )
  return rowCount === 1
}

export interface KeyInfo {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly prefix: string
  readonly namespace: string | null
  readonly user_id: string | null
  readonly readable_users: readonly string[]
  readonly scopes: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

interface KeyRow extends Omit<KeyInfo, 'created_at' | 'expires_at' | 'last_used_at'> {
  readonly at: string
  readonly created_at: Date
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
}

/** Keys within reach that are not revoked, newest first. */
export async function listKeys(
  db: Queryable,
  { namespaceId, everywhere, limit, cursor }: KeyReach & { limit: number; cursor?: string },
): Promise<Page<KeyInfo>> {
  const [at, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, 2)
  const { rows } = await db.query<KeyRow>(
    `select k.id, k.name, k.role, k.prefix, n.name as namespace, u.external_id as user_id, ${READABLE_USERS} as readable_users, k.scopes,
            k.created_at, k.expires_at, k.last_used_at, k.created_at::text as at
       from memoir.api_key k
       left join memoir.namespace n on n.id = k.namespace_id
       left join memoir.memory_user u on u.id = k.user_id
      where (k.namespace_id = $1::uuid or (k.namespace_id is null and $5::boolean)) and k.revoked_at is null
        and ($2::timestamptz is null or (k.created_at, k.id) < ($2::timestamptz, $3::uuid))
      order by k.created_at desc, k.id desc
      limit $4`,
    [namespaceId, at, id, limit + 1, everywhere],
  )
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(({ at: _at, ...row }) => ({
      ...row,
      created_at: row.created_at.toISOString(),
      expires_at: row.expires_at?.toISOString() ?? null,
      last_used_at: row.last_used_at?.toISOString() ?? null,
    })),
    next_cursor: last ? encodeCursor([last.at, last.id]) : null,
  }
}
