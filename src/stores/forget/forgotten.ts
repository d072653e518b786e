import { randomBytes } from 'node:crypto'
import type { Queryable } from '../database.ts'

/** What ingest leaves out: hashes under a key of the installation, never what was forgotten. */

export type ForgottenKind = 'trace' | 'content'

export interface ForgottenHash {
  readonly kind: ForgottenKind
  readonly hash: Buffer
}

const KEY = 'forgotten_key'
const KEY_BYTES = 32

/** The installation's own key, where none is configured; null when it never needed one. */
export async function findForgetKey(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ value: Buffer }>(
    `select value from memoir.setting where name = $1`,
    [KEY],
  )
  return rows[0]?.value.toString('hex') ?? null
}

export async function ensureForgetKey(db: Queryable): Promise<void> {
  await db.query(
    `insert into memoir.setting (name, value) values ($1, $2) on conflict (name) do nothing`,
    [KEY, randomBytes(KEY_BYTES)],
  )
}

export async function findForgotten(
  db: Queryable,
  namespaceId: string,
  hashes: readonly Buffer[],
): Promise<Set<string>> {
  if (hashes.length === 0) return new Set()
  const { rows } = await db.query<{ hash: Buffer }>(
    `select hash from memoir.forgotten where namespace_id = $1::uuid and hash = any($2::bytea[])`,
    [namespaceId, hashes],
  )
  return new Set(rows.map(({ hash }) => hash.toString('hex')))
}

export async function insertForgotten(
  tx: Queryable,
  { namespaceId, userId }: { namespaceId: string; userId: string },
  hashes: readonly ForgottenHash[],
): Promise<void> {
  await tx.query(
    `insert into memoir.forgotten (namespace_id, user_id, kind, hash)
     select $1::uuid, $2::uuid, w.kind, w.hash from unnest($3::text[], $4::bytea[]) as w(kind, hash)
     on conflict (namespace_id, kind, hash) do nothing`,
    [namespaceId, userId, hashes.map(({ kind }) => kind), hashes.map(({ hash }) => hash)],
  )
}

export async function deleteForgotten(
  tx: Queryable,
  namespaceId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.query(
    `delete from memoir.forgotten where namespace_id = $1::uuid and hash = any($2::bytea[])`,
    [namespaceId, hashes],
  )
}

/** How often things of these users were forgotten: work that finds another number than it began with reads again. */
export async function forgetSeqs(
  db: Queryable,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; seq: number }>(
    `select id, forget_seq as seq from memoir.memory_user where id = any($1::uuid[])`,
    [userIds],
  )
  return new Map(rows.map(({ id, seq }) => [id, seq]))
}

export async function bumpForgetSeq(tx: Queryable, userId: string): Promise<void> {
  await tx.query(
    `update memoir.memory_user set forget_seq = forget_seq + 1, write_seq = write_seq + 1
      where id = $1::uuid`,
    [userId],
  )
}

export async function findSuppressed(
  db: Queryable,
  namespaceId: string,
  hashes: readonly Buffer[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ hash: Buffer }>(
    `select hash from memoir.suppressed_user where namespace_id = $1::uuid and hash = any($2::bytea[])`,
    [namespaceId, hashes],
  )
  return new Set(rows.map(({ hash }) => hash.toString('hex')))
}

export async function insertSuppressed(
  tx: Queryable,
  namespaceId: string,
  hash: Buffer,
): Promise<void> {
  await tx.query(
    `insert into memoir.suppressed_user (namespace_id, hash) values ($1::uuid, $2)
     on conflict (namespace_id, hash) do nothing`,
    [namespaceId, hash],
  )
}

export async function deleteSuppressed(
  tx: Queryable,
  namespaceId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.query(
    `delete from memoir.suppressed_user where namespace_id = $1::uuid and hash = any($2::bytea[])`,
    [namespaceId, hashes],
  )
}
