import { createHash } from 'node:crypto'
import type { Database, Queryable } from './database.ts'

/** What operators did. Each entry's hash covers the entry before it, so one that is changed or removed shows. */
export interface AuditEntry {
  readonly namespaceId: string | null
  /** Id of the key that acted, or `admin` for the configured one. */
  readonly actor: string
  readonly action: string
  readonly subject: string | null
  /** Ids, roles and counts; never a secret or what a user said. */
  readonly details: Readonly<Record<string, unknown>>
}

/** Serialises writers of the chain for the length of a transaction. */
const CHAIN_LOCK = 7_116_302

export async function appendAudit(tx: Queryable, entry: AuditEntry): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [CHAIN_LOCK])
  const { rows } = await tx.query<{ hash: Buffer; at: Date }>(
    `select hash, now() as at from memoir.audit_log order by seq desc limit 1`,
  )
  const previous = rows[0]?.hash ?? null
  const details = JSON.stringify(entry.details)
  await tx.query(
    `insert into memoir.audit_log (namespace_id, actor, action, subject, details, previous_hash, hash)
     values ($1::uuid, $2, $3, $4::uuid, $5::jsonb, $6, $7)`,
    [
      entry.namespaceId,
      entry.actor,
      entry.action,
      entry.subject,
      details,
      previous,
      hashOf(entry, previous),
    ],
  )
}

function hashOf(entry: AuditEntry, previous: Buffer | null): Buffer {
  const { namespaceId, actor, action, subject, details } = entry
  return createHash('sha256')
    .update(JSON.stringify([namespaceId, actor, action, subject, sorted(details)]))
    .update(previous ?? '')
    .digest()
}

/** Postgres keeps the fields of an object in an order of its own. */
const sorted = (details: AuditEntry['details']) =>
  Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1))

/** Walks the chain. @returns the number of the first entry that does not fit, null when all do */
export async function findBrokenAudit(db: Database): Promise<number | null> {
  const { rows } = await db.query<
    AuditEntry & { seq: number; previous: Buffer | null; hash: Buffer }
  >(
    `select seq, namespace_id as "namespaceId", actor, action, subject, details, previous_hash as previous, hash
       from memoir.audit_log order by seq`,
  )
  let before: Buffer | null = null
  for (const { seq, previous, hash, ...entry } of rows) {
    const chained = previous === null ? before === null : before?.equals(previous) === true
    if (!chained || !hash.equals(hashOf(entry, previous))) return seq
    before = hash
  }
  return null
}
