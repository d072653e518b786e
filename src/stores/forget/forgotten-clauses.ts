import type { Queryable } from '../database.ts'

/** Clauses that were forgotten, as keyed hashes. */

export interface ForgottenClause {
  readonly hash: Buffer
  readonly anchor: Buffer
  /** Place of the word that the anchor is of. */
  readonly anchorAt: number
  readonly words: number
  readonly origin: Buffer
  readonly deletedOnly: boolean
}

export async function findForgottenClauses(
  db: Queryable,
  { namespaceId, userId }: { namespaceId: string; userId: string },
): Promise<ForgottenClause[]> {
  const { rows } = await db.query<ForgottenClause>(
    `select hash, anchor, anchor_at as "anchorAt", words, origin, deleted_only as "deletedOnly" from memoir.forgotten_clause
      where namespace_id = $1::uuid and user_id = $2::uuid`,
    [namespaceId, userId],
  )
  return rows
}

/** What was forgotten stays so when it is deleted as well. */
export async function insertForgottenClauses(
  tx: Queryable,
  { namespaceId, userId }: { namespaceId: string; userId: string },
  clauses: readonly ForgottenClause[],
): Promise<void> {
  if (clauses.length === 0) return
  await tx.query(
    `insert into memoir.forgotten_clause as c (namespace_id, user_id, hash, anchor, anchor_at, words, origin, deleted_only)
     select $1::uuid, $2::uuid, w.hash, (array_agg(w.anchor))[1], min(w.anchor_at), min(w.words), w.origin, bool_and(w.deleted_only)
       from unnest($3::bytea[], $4::bytea[], $5::int[], $6::int[], $7::bytea[], $8::boolean[])
              as w(hash, anchor, anchor_at, words, origin, deleted_only)
      group by w.hash, w.origin
     on conflict (user_id, hash, origin) do update set deleted_only = c.deleted_only and excluded.deleted_only`,
    [
      namespaceId,
      userId,
      clauses.map(({ hash }) => hash),
      clauses.map(({ anchor }) => anchor),
      clauses.map(({ anchorAt }) => anchorAt),
      clauses.map(({ words }) => words),
      clauses.map(({ origin }) => origin),
      clauses.map(({ deletedOnly }) => deletedOnly),
    ],
  )
}

/** Lifts clauses by their words, and with them all that the same facts were found in. @returns the origins of those facts */
export async function liftForgottenClauses(
  tx: Queryable,
  { namespaceId, userId }: { namespaceId: string; userId: string },
  hashes: readonly Buffer[],
): Promise<Buffer[]> {
  const { rows } = await tx.query<{ origin: Buffer }>(
    `with origins as (
       select distinct origin from memoir.forgotten_clause
        where namespace_id = $1::uuid and user_id = $2::uuid and hash = any($3::bytea[]))
     delete from memoir.forgotten_clause c
      where c.namespace_id = $1::uuid and c.user_id = $2::uuid
        and (c.hash = any($3::bytea[]) or (c.origin <> '' and c.origin in (select origin from origins)))
     returning c.origin`,
    [namespaceId, userId, hashes],
  )
  return rows.map(({ origin }) => origin).filter(({ length }) => length > 0)
}

/** Lifts all that these facts were found in. */
export async function liftClausesOf(
  tx: Queryable,
  namespaceId: string,
  origins: readonly Buffer[],
): Promise<void> {
  await tx.query(
    `delete from memoir.forgotten_clause
      where namespace_id = $1::uuid and origin <> '' and origin = any($2::bytea[])`,
    [namespaceId, origins],
  )
}
