import type { SpaceIdentity } from '../../providers/embedder.ts'
import { LONG_CHARS } from '../../text/passages.ts'
import type { Queryable } from '../database.ts'

/** An embedding space: only vectors of the same one may be compared; exactly one is active. */
export interface Space extends SpaceIdentity {
  readonly id: number
  /** When its HNSW index was finished; null while there is none. */
  readonly indexedAt: Date | null
  /** How many vectors there are of all users, by the planner's last count. */
  readonly storeVectors: number
  /** The space that is being filled to take its place. */
  readonly successor: number | null
  /** The space it took the place of, as long as that can be gone back to. */
  readonly predecessor: number | null
  /** Was gone back to: it serves on, whatever model is configured. */
  readonly pinned: boolean
}

export const SPACE_COLUMNS = `id, provider, model, dimensions, precision, indexed_at as "indexedAt", successor, predecessor, pinned,
  (select greatest(c.reltuples, 0)::bigint from pg_catalog.pg_class c where c.oid = 'memoir.memory_embedding'::regclass) as "storeVectors"`

export async function findActiveSpace(db: Queryable): Promise<Space | null> {
  const { rows } = await db.query<Space>(
    `select ${SPACE_COLUMNS} from memoir.embedding_space where state = 'active'`,
  )
  return rows[0] ?? null
}

/** The active space; the first model that is ever configured makes it. Two at once agree on one. */
export async function ensureActiveSpace(db: Queryable, identity: SpaceIdentity): Promise<Space> {
  const active = await findActiveSpace(db)
  if (active) return active
  await db.query(
    `insert into memoir.embedding_space (provider, model, dimensions, precision, state)
     values ($1, $2, $3, $4, 'active')
     on conflict do nothing`,
    [identity.provider, identity.model, identity.dimensions, identity.precision],
  )
  const made = await findActiveSpace(db)
  if (!made) throw new Error('no embedding space is active')
  return made
}

/** The active space, so that none else becomes it before the transaction ends. */
export async function lockActiveSpace(tx: Queryable): Promise<Space | null> {
  const { rows } = await tx.query<Space>(
    `select ${SPACE_COLUMNS} from memoir.embedding_space where state = 'active' for update`,
  )
  return rows[0] ?? null
}

/** When a space stopped serving; null while it serves or is filled. */
export async function findRetiredAt(db: Queryable, id: number): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date | null }>(
    `select retired_at as at from memoir.embedding_space where id = $1 and state = 'retired'`,
    [id],
  )
  return rows[0]?.at ?? null
}

/** A space by its number, whatever its state; null when it was dropped. */
export async function findSpace(db: Queryable, id: number): Promise<Space | null> {
  const { rows } = await db.query<Space>(
    `select ${SPACE_COLUMNS} from memoir.embedding_space where id = $1`,
    [id],
  )
  return rows[0] ?? null
}

export { isSpace as sameSpace } from '../../providers/embedder.ts'

/**
 * Builds the HNSW index of a space while writes go on. One index a space: of the cosine of its hot vectors, partial, so that no
 * other space or tier is in it. Interrupted builds leave an invalid index behind, which is dropped first.
 * Not inside a transaction.
 */
export async function buildSpaceIndex(db: Queryable, space: Space): Promise<void> {
  const { column, type } = indexed(space)
  await buildIndex(
    db,
    `memory_embedding_hnsw_${space.id}`,
    `using hnsw ((${column}::${type}(${space.dimensions})) ${type}_cosine_ops)
      where space_id = ${space.id} and tier = 'hot' and head = 'semantic'`,
  )
  await db.query(
    `update memoir.embedding_space set indexed_at = coalesce(indexed_at, now()) where id = $1`,
    [space.id],
  )
}

/** Fewer warm vectors of a space are found without an index. */
const MANY_WARM = 20_000
const WARM_A_LIST = 1_000

/** The same of its warm vectors, in lists: smaller than the other and slower, and only once there are many. */
export async function buildWarmIndex(db: Queryable, space: Space): Promise<void> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from memoir.memory_embedding where space_id = $1 and tier = 'warm' and head = 'semantic'`,
    [space.id],
  )
  const warm = rows[0]?.n ?? 0
  if (warm < MANY_WARM) return
  const { column, type } = indexed(space)
  await buildIndex(
    db,
    `memory_embedding_warm_${space.id}`,
    `using ivfflat ((${column}::${type}(${space.dimensions})) ${type}_cosine_ops) with (lists = ${Math.ceil(warm / WARM_A_LIST)})
      where space_id = ${space.id} and tier = 'warm' and head = 'semantic'`,
  )
}

/** Fewer passages of a space are found without an index, by whose they are. */
const MANY_PASSAGES = 20_000

/** The same of the passages of its long texts. */
export async function buildPassageIndex(db: Queryable, space: Space): Promise<void> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from (select from memoir.memory_passage where space_id = $1 limit ${MANY_PASSAGES}) p`,
    [space.id],
  )
  if ((rows[0]?.n ?? 0) < MANY_PASSAGES) return
  const { column, type } = indexed(space)
  await buildIndex(
    db,
    `memory_passage_hnsw_${space.id}`,
    `using hnsw ((${column}::${type}(${space.dimensions})) ${type}_cosine_ops) where space_id = ${space.id}`,
    'memory_passage',
  )
}

const indexed = ({ precision }: Space) =>
  precision === 'fp32' ? { column: 'vec_full', type: 'vector' } : { column: 'vec', type: 'halfvec' }

async function buildIndex(
  db: Queryable,
  name: string,
  how: string,
  table = 'memory_embedding',
): Promise<void> {
  const { rows } = await db.query<{ valid: boolean }>(
    `select i.indisvalid as valid from pg_catalog.pg_index i where i.indexrelid = to_regclass($1)`,
    [`memoir.${name}`],
  )
  if (rows[0]?.valid === false) await db.query(`drop index concurrently if exists memoir.${name}`)
  if (rows[0]?.valid === true) return
  await db.query(`create index concurrently if not exists ${name} on memoir.${table} ${how}`)
}

/** What another embedding model would have to embed anew. */
export interface StoredVectors {
  readonly memories: number
  readonly bytes: number
}

/** @returns null when a space holds no vectors */
export async function measureSpace(db: Queryable, space: Space): Promise<StoredVectors | null> {
  const { rows } = await db.query<StoredVectors>(
    `select count(*) as memories,
            coalesce(sum(octet_length(t.content) * case when length(t.content) > ${LONG_CHARS} and t.kind <> 'episode' then 2 else 1 end), 0)::bigint as bytes
       from memoir.memory_trace t
      where exists (select 1 from memoir.memory_embedding e where e.trace_id = t.id and e.space_id = $1)`,
    [space.id],
  )
  const [measured] = rows
  return measured && measured.memories > 0 ? measured : null
}

/** Leaves an installation without vectors free to begin with another model. A space that holds vectors stays. */
export async function dropEmptySpace(tx: Queryable, space: Space): Promise<void> {
  await tx.query(
    `delete from memoir.consolidation_vector v
      where v.space_id = $1 and not exists (select from memoir.memory_embedding e where e.space_id = v.space_id)`,
    [space.id],
  )
  await tx.query(
    `delete from memoir.embedding_space s
      where s.id = $1 and not exists (select 1 from memoir.memory_embedding e where e.space_id = s.id)`,
    [space.id],
  )
}
