import type { Queryable } from '../database.ts'

/** What this database knows of the erasure ledger, which is a file outside of it. */

export const LEDGER_KINDS = ['trace', 'content', 'session', 'user', 'clause'] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

/** One thing that went: hashes and uuids of Memoir's own, never what was said. */
export interface LedgerEntry {
  readonly id: string
  readonly seq: number
  readonly at: string
  readonly namespace: string
  readonly kind: LedgerKind
  /** Surrogate uuid; null when the user is what went. */
  readonly user: string | null
  /** Which key made the hash. */
  readonly key: string
  /** Hexadecimal. */
  readonly hash: string
  /** Of a clause: how it is found inside other texts. */
  readonly clause?: LedgerClause
}

/** As in `forgotten_clause`; bytes are hexadecimal. */
export interface LedgerClause {
  readonly anchor: string
  readonly anchor_at: number
  readonly words: number
  readonly origin: string
}

const ENTRY = `id, seq, noted_at as at, namespace_id as namespace, kind, user_id as "user", key_id as key, encode(hash, 'hex') as hash, clause`

interface Row extends Omit<LedgerEntry, 'at' | 'clause'> {
  readonly at: Date
  readonly clause: LedgerClause | null
}

const entryOf = ({ at, clause, ...rest }: Row): LedgerEntry => ({
  ...rest,
  at: at.toISOString(),
  ...(clause === null ? {} : { clause }),
})

/** Of transactions that note something in the ledger file: shared by those, taken alone to wait until all of them have ended. */
const NOTING = 4_270_052

/** Until the transaction ends, nobody takes what it writes into the file for something that never happened. */
export async function holdLedger(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared($1)', [NOTING])
}

/** Settles once every transaction that noted something before has committed or failed. */
export async function waitForNoting(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [NOTING])
}

/** @returns the entries with their places in the order; those that are known already are left out */
export async function insertLedgerEntries(
  tx: Queryable,
  entries: readonly Omit<LedgerEntry, 'seq' | 'at'>[],
): Promise<LedgerEntry[]> {
  const { rows } = await tx.query<Row>(
    `insert into memoir.erasure_ledger (id, namespace_id, kind, user_id, key_id, hash, clause)
     select w.id, w.namespace, w.kind, w."user", w.key, decode(w.hash, 'hex'), w.clause
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[])
              as w(id, namespace, kind, "user", key, hash, clause)
     on conflict (id) do nothing
     returning ${ENTRY}`,
    [
      entries.map(({ id }) => id),
      entries.map(({ namespace }) => namespace),
      entries.map(({ kind }) => kind),
      entries.map(({ user }) => user),
      entries.map(({ key }) => key),
      entries.map(({ hash }) => hash),
      entries.map(({ clause }) => (clause === undefined ? null : JSON.stringify(clause))),
    ],
  )
  return rows.map(entryOf).toSorted((a, b) => a.seq - b.seq)
}

export interface LedgerList {
  /** In the order of their places. */
  readonly entries: readonly LedgerEntry[]
  /** The database's clock before they were read. */
  readonly at: Date
}

/** Those of transactions that began after that; null for all. Places are given before a commit, so they do not say what is new. */
export async function listLedgerEntries(
  db: Queryable,
  { since }: { readonly since: Date | null },
): Promise<LedgerList> {
  const { rows: now } = await db.query<{ at: Date }>('select clock_timestamp() as at')
  const { rows } = await db.query<Row>(
    `select ${ENTRY} from memoir.erasure_ledger where $1::timestamptz is null or noted_at > $1 order by seq`,
    [since],
  )
  return { entries: rows.map(entryOf), at: now[0]?.at ?? new Date(0) }
}

/** False in a database that was restored from before it. */
export async function hasLedgerEntry(
  db: Queryable,
  { seq, id }: Pick<LedgerEntry, 'seq' | 'id'>,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from memoir.erasure_ledger where seq = $1 and id = $2::uuid`,
    [seq, id],
  )
  return rows.length === 1
}

/** The ledger may outlive a database: what it says of a namespace that is not there concerns nobody here. */
export async function listNamespaceIds(db: Queryable): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(`select id from memoir.namespace`)
  return new Set(rows.map(({ id }) => id))
}

export interface LedgerMemory {
  readonly id: string
  readonly userId: string
  readonly content: string
}

/** A page of the memories of users who are not erased, whatever their state, in the order of their ids. */
export async function pageOfMemories(
  db: Queryable,
  { namespaceId, after, limit }: { namespaceId: string; after: string | null; limit: number },
): Promise<LedgerMemory[]> {
  const { rows } = await db.query<LedgerMemory>(
    `select t.id, t.user_id as "userId", t.content from memoir.memory_trace t
       join memoir.memory_user u on u.id = t.user_id and u.namespace_id = $1::uuid and u.erased_at is null
      where $2::uuid is null or t.id > $2::uuid order by t.id limit $3`,
    [namespaceId, after, limit],
  )
  return rows
}

export interface LedgerSession {
  readonly userId: string
  /** The caller's own id. */
  readonly user: string
  readonly sessionId: string
}

export async function listSessionsOf(db: Queryable, namespaceId: string): Promise<LedgerSession[]> {
  const { rows } = await db.query<LedgerSession>(
    `select distinct u.id as "userId", u.external_id as "user", s.session_id as "sessionId" from memoir.session s
       join memoir.memory_user u on u.id = s.user_id and u.erased_at is null where s.namespace_id = $1::uuid`,
    [namespaceId],
  )
  return rows
}

/** Those who are being erased too: their names go last. */
export async function listUserNames(db: Queryable, namespaceId: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select external_id as name from memoir.memory_user where namespace_id = $1::uuid`,
    [namespaceId],
  )
  return rows.map(({ name }) => name)
}

/** Those of these erasures that have no receipt yet. */
export async function countOpenReceipts(db: Queryable, ids: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from memoir.erasure_receipt where id = any($1::uuid[]) and finished_at is null`,
    [ids],
  )
  return rows[0]?.n ?? 0
}
