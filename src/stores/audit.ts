import { createHash } from 'node:crypto'
import type { Queryable } from './database.ts'

/** What operators did. Each entry's hash covers the entry before it, so one that is changed or removed from within shows. */
export interface AuditEntry {
  readonly namespaceId: string | null
  /** Id of the key that acted, or `admin` for the configured one. */
  readonly actor: string
  readonly action: string
  readonly subject: string | null
  /** Ids, roles and counts; never a secret or what a user said. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>
}

/** Serialises writers of the chain until their transactions end; any number that nothing else locks. */
const CHAIN_LOCK = 7_116_302

/** Appends to the chain. Takes a lock, so it comes last in its transaction. */
export async function appendAudit(tx: Queryable, entry: AuditEntry): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [CHAIN_LOCK])
  // A statement of its own: what it sees begins after the lock was given.
  const { rows } = await tx.query<{ hash: Buffer }>(
    `select hash from memoir.audit_log order by seq desc limit 1`,
  )
  const previous = rows[0]?.hash ?? null
  const at = new Date()
  await tx.query(
    `insert into memoir.audit_log (at, namespace_id, actor, action, subject, details, previous_hash, hash)
     values ($1::timestamptz, $2::uuid, $3, $4, $5::uuid, $6::jsonb, $7, $8)`,
    [
      at,
      entry.namespaceId,
      entry.actor,
      entry.action,
      entry.subject,
      JSON.stringify(entry.details),
      previous,
      hashOf({ ...entry, at }, previous),
    ],
  )
}

/** What says up to where the log was cut off: the hash is that of the last entry that went. */
const CUT = 'audit.cut'

/**
 * Deletes entries that are older than so many days, from the beginning on, and appends one that says so: the chain goes on from the
 * hash it names. @returns how many went
 */
export async function cutAudit(tx: Queryable, days: number): Promise<number> {
  await tx.query('select pg_advisory_xact_lock($1)', [CHAIN_LOCK])
  const { rows } = await tx.query<{ seq: number; hash: Buffer; entries: number }>(
    `select a.seq, a.hash, (select count(*) from memoir.audit_log o where o.seq <= a.seq) as entries
       from memoir.audit_log a
      where a.seq < coalesce(
        (select min(n.seq) from memoir.audit_log n where n.at >= now() - make_interval(days => $1::int)), a.seq + 1)
      order by a.seq desc limit 1`,
    [days],
  )
  const [last] = rows
  if (last === undefined) return 0
  const details = { entries: last.entries, through: last.seq, hash: last.hash.toString('hex') }
  await appendAudit(tx, {
    namespaceId: null,
    actor: 'retention',
    action: CUT,
    subject: null,
    details,
  })
  await tx.query('delete from memoir.audit_log where seq <= $1::bigint', [last.seq])
  return last.entries
}

interface StoredEntry extends AuditEntry {
  readonly at: Date
}

function hashOf(entry: StoredEntry, previous: Buffer | null): Buffer {
  const { at, namespaceId, actor, action, subject, details } = entry
  // Postgres keeps the fields of an object in an order of its own.
  const fields = Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([at.toISOString(), namespaceId, actor, action, subject, fields]))
    .update(previous ?? '')
    .digest()
}

/** How many entries are read at once. */
const WALK = 1_000

interface ChainRow extends StoredEntry {
  readonly seq: number
  readonly previous: Buffer | null
  readonly hash: Buffer
}

/**
 * Walks the chain. One that does not begin at its beginning was cut off, which a later entry has to say.
 * @returns the number of the first entry that does not fit, null when all do
 */
export async function findBrokenAudit(db: Queryable): Promise<number | null> {
  let before: Buffer | null = null
  let after = 0
  let cut: { readonly seq: number; readonly hash: string } | null = null
  for (;;) {
    const { rows }: { rows: ChainRow[] } = await db.query<ChainRow>(
      `select seq, at, namespace_id as "namespaceId", actor, action, subject, details, previous_hash as previous, hash
         from memoir.audit_log where seq > $1 order by seq limit $2`,
      [after, WALK],
    )
    for (const { seq, previous, hash, ...entry } of rows) {
      if (after === 0 && previous !== null) cut = { seq, hash: previous.toString('hex') }
      const chained: boolean =
        after === 0 || (previous !== null && before?.equals(previous) === true)
      if (!chained || !hash.equals(hashOf(entry, previous))) return seq
      if (entry.action === CUT && entry.details['hash'] === cut?.hash) cut = null
      before = hash
      after = seq
    }
    if (rows.length < WALK) return cut?.seq ?? null
  }
}
