import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Queryable } from './database.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

export interface ServerFacts {
  /** As Postgres numbers itself: 150004 is 15.4. */
  readonly versionNumber: number
  /** Version of pgvector in this database; null when it is not created there. */
  readonly vector: string | null
  /** Whether the server could create pgvector. */
  readonly vectorAvailable: boolean
}

/** What the server is, for `memoir doctor`. @throws MemoirError `store_unavailable` */
export async function readServerFacts(db: Queryable): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts>(
    `select current_setting('server_version_num')::int as "versionNumber",
            (select extversion from pg_catalog.pg_extension where extname = 'vector') as vector,
            exists (select 1 from pg_catalog.pg_available_extensions where name = 'vector') as "vectorAvailable"`,
  )
  return rows[0] ?? { versionNumber: 0, vector: null, vectorAvailable: false }
}

/** Names of the migrations that this version has and the database has not. */
export async function findPendingMigrations(db: Queryable): Promise<string[]> {
  const files = await readdir(MIGRATIONS)
  const names = files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.replace(/\.sql$/, ''))
    .toSorted()
  const { rows: tables } = await db.query<{ there: boolean }>(
    `select to_regclass('memoir.migration') is not null as there`,
  )
  if (tables[0]?.there !== true) return names
  const { rows } = await db.query<{ name: string }>('select name from memoir.migration')
  const applied = new Set(rows.map((row) => row.name))
  return names.filter((name) => !applied.has(name))
}

export interface VectorFacts {
  /** Memories whose vector is still to be written, or is of an older text. */
  readonly pending: number
  /** Memories whose vector could not be written. */
  readonly failed: number
}

/** How far vectors are behind what is remembered, of all users. Reads every memory: for a person who waits. */
export async function countVectorsBehind(db: Queryable): Promise<VectorFacts> {
  const { rows } = await db.query<VectorFacts>(
    `select count(*) filter (where t.vector_state = 'pending' or t.vector_state = 'written' and t.vector_revision < t.revision) as pending,
            count(*) filter (where t.vector_state = 'failed') as failed
       from memoir.memory_trace t
      where t.state = 'active'`,
  )
  return rows[0] ?? { pending: 0, failed: 0 }
}

/** Keys that open everything now. */
export async function countAdminKeys(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from memoir.api_key
      where role = 'admin' and revoked_at is null and (expires_at is null or expires_at > now())`,
  )
  return rows[0]?.n ?? 0
}
