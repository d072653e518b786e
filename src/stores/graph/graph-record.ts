import type { TraceKind } from '../../domain/recall.ts'
import type { Queryable } from '../database.ts'
import type {
  GraphEdge,
  GraphEntities,
  GraphEntity,
  GraphHash,
  GraphMemory,
  GraphNode,
  GraphRange,
  GraphRow,
} from './graph-store.ts'

/** What the graph should hold, read from the record. The hashes are those of graph-hash.ts, computed by Postgres. */

interface MemoryRow {
  readonly id: string
  readonly userId: string
  readonly revision: number
  readonly marks: number
  readonly contentHash: string
  readonly kind: TraceKind
  readonly occurredMs: number
  readonly salience: number
}

/** Those of these memories that are there and whose users were not erased. */
export async function loadGraphMemories(
  db: Queryable,
  ids: readonly string[],
): Promise<GraphMemory[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<MemoryRow>(
    `select t.id, t.user_id as "userId", t.revision, t.graph_marks as marks, encode(t.content_hash, 'hex') as "contentHash",
            t.kind, ${OCCURRED_MS} as "occurredMs", t.salience::float8 as salience
       from memoir.memory_trace t
       join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
      where t.id = any($1::uuid[]) and t.state in ('active', 'pending')`,
    [ids],
  )
  const scope = {
    users: [...new Set(rows.map(({ userId }) => userId))],
    ids: rows.map(({ id }) => id),
  }
  const named = groupBy(await loadNamed(db, scope), ({ memoryId }) => memoryId)
  const edges = await loadEdges(db, scope)
  const [from, to] = [groupBy(edges, ({ src }) => src), groupBy(edges, ({ dst }) => dst)]
  const entityIds = [...new Set([...named.values()].flat().map(({ entity }) => entity.id))]
  const relations = groupBy(
    await loadRelations(db, { ...scope, ids: entityIds }),
    ({ edge }) => edge.src,
  )
  return rows.map(({ occurredMs, ...row }) => {
    const own = named.get(row.id) ?? []
    const led = own.flatMap(({ entity }) => relations.get(entity.id) ?? [])
    return {
      ...row,
      occurredAt: new Date(occurredMs),
      entities: [...own.map(({ entity }) => entity), ...led.map(({ end }) => end)],
      edges: [
        ...(from.get(row.id) ?? []),
        ...(to.get(row.id) ?? []),
        ...led.map(({ edge }) => edge),
      ],
    }
  })
}

const groupBy = <Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> =>
  Map.groupBy(items, key)

interface Scope {
  readonly users: readonly string[]
  readonly ids: readonly string[]
}

async function loadNamed(
  db: Queryable,
  { users, ids }: Scope,
): Promise<{ readonly memoryId: string; readonly entity: GraphEntity }[]> {
  const { rows } = await db.query<GraphEntity & { memoryId: string }>(
    `select e.src as "memoryId", n.id, n.type, n.value, n.normalized
       from memoir.memory_edge e
       join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
      where e.user_id = any($1::uuid[]) and e.src = any($2::uuid[]) and e.type = 'mentions' and e.ended_at is null`,
    [users, ids],
  )
  return rows.map(({ memoryId, ...entity }) => ({ memoryId, entity }))
}

/** Every link of these memories, whichever end they are. */
async function loadEdges(db: Queryable, { users, ids }: Scope): Promise<GraphEdge[]> {
  const { rows } = await db.query<GraphEdge>(
    `select e.src, e.dst, e.type, e.weight::float8 as weight,
            case when s.id is null then 'memory' else 'entity' end as "srcIs",
            case when d.id is null then 'memory' else 'entity' end as "dstIs",
            (select jsonb_build_object('revision', t.revision, 'marks', t.graph_marks) from memoir.memory_trace t
              where s.id is null and t.id = e.src and t.user_id = e.user_id) as "srcAt"
       from (select * from memoir.memory_edge where user_id = any($1::uuid[]) and src = any($2::uuid[])
             union
             select * from memoir.memory_edge where user_id = any($1::uuid[]) and dst = any($2::uuid[])) e
       left join memoir.entity s on s.id = e.src and s.user_id = e.user_id
       left join memoir.entity d on d.id = e.dst and d.user_id = e.user_id
      where e.ended_at is null`,
    [users, ids],
  )
  return rows
}

interface Relation {
  readonly edge: GraphEdge
  readonly end: GraphEntity
}

/** Links from these entities to others, with those: no memory of the batch need name both. */
async function loadRelations(db: Queryable, { users, ids }: Scope): Promise<Relation[]> {
  const { rows } = await db.query<GraphEntity & { src: string; link: string; weight: number }>(
    `select e.src, e.type as link, e.weight::float8 as weight, n.id, n.type, n.value, n.normalized
       from memoir.memory_edge e
       join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
      where e.user_id = any($1::uuid[]) and e.src = any($2::uuid[]) and e.ended_at is null`,
    [users, ids],
  )
  return rows.map(({ src, link, weight, ...end }) => ({
    edge: { src, dst: end.id, srcIs: 'entity', dstIs: 'entity', type: link, weight },
    end,
  }))
}

/** Entities of a user as the graph is told of them by themselves, with the links between them and others. */
export async function loadGraphEntities(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<GraphEntities> {
  if (ids.length === 0) return { entities: [], edges: [] }
  const { rows: entities } = await db.query<GraphEntity>(
    `select n.id, n.type, n.value, n.normalized
       from memoir.entity n
       join memoir.memory_user u on u.id = n.user_id and u.erased_at is null
      where n.user_id = $1::uuid and n.id = any($2::uuid[])`,
    [userId, ids],
  )
  const links = await loadEdges(db, { users: [userId], ids: entities.map(({ id }) => id) })
  return { entities, edges: links.filter(({ srcIs, dstIs }) => srcIs === dstIs) }
}

const OCCURRED_MS = `floor(extract(epoch from t.occurred_at) * 1000)::bigint`
const SEPARATOR = `E'\\x1f'`
const line = (...fields: string[]): string =>
  `substr(md5(concat_ws(${SEPARATOR}, ${fields.join(', ')})), 1, 16)`
const thousandths = (column: string): string => `floor(${column}::float8 * 1000 + 0.5)::bigint`
const bits = (hash: string): string => `('x' || ${hash})::bit(64)::bigint`
const folded = (hash: string): string =>
  `coalesce(lpad(to_hex(bit_xor(${bits(hash)})), 16, '0'), repeat('0', 16))`

/** Links that begin at `n` and whose other end the graph should hold as well. */
const EDGES = `(
  select ${folded(line('e.type', 'e.dst', thousandths('e.weight')))}
    from memoir.memory_edge e
   where e.src = n.id and e.user_id = n.user_id and e.ended_at is null
     and (exists (select from memoir.memory_trace d where d.id = e.dst and d.user_id = e.user_id and d.state = 'active')
       or exists (select from memoir.entity d where d.id = e.dst and d.user_id = e.user_id)))`

/** One row a node: of the users in $1, after and up to an id. Erased users should have none. */
const NODES = {
  memory: `
    select t.user_id, t.id, t.revision,
           ${line(`encode(t.content_hash, 'hex')`, 't.kind', OCCURRED_MS, thousandths('t.salience'))} as facts
      from memoir.memory_trace t
      join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
     where t.user_id = any($1::uuid[]) and t.state = 'active'
       and ($2::uuid is null or t.id > $2::uuid) and ($3::uuid is null or t.id <= $3::uuid)`,
  entity: `
    select t.user_id, t.id, 0 as revision, ${line('t.type', 't.value', 't.normalized')} as facts
      from memoir.entity t
      join memoir.memory_user u on u.id = t.user_id and u.erased_at is null
     where t.user_id = any($1::uuid[])
       and ($2::uuid is null or t.id > $2::uuid) and ($3::uuid is null or t.id <= $3::uuid)`,
} as const satisfies Record<GraphNode, string>

export type ExpectedBucket = GraphRange & GraphHash

/**
 * What the graph should hold of these users, in buckets of `size` nodes in the order of their ids; the last of each user is without
 * end, so that what lies beyond is found too.
 */
export async function expectedBuckets(
  db: Queryable,
  wanted: {
    readonly node: GraphNode
    readonly userIds: readonly string[]
    readonly after: string | null
    readonly size: number
    /** False where nothing is compared: the hashes are then those of nothing. */
    readonly hashed?: boolean
  },
): Promise<ExpectedBucket[]> {
  const { hashed = true } = wanted
  const { rows } = await db.query<{ userId: string; upTo: string; nodes: number; hash: string }>(
    `with n as (${NODES[wanted.node]}),
          numbered as (
            select n.*, ${hashed ? EDGES : 'null'} as edges,
                   (row_number() over (partition by n.user_id order by n.id) - 1) / $4::int as bucket
              from n)
     select user_id as "userId", max(id::text collate "C") as "upTo", count(*) as nodes,
            ${hashed ? folded(line('id', 'revision', 'facts', 'edges')) : `repeat('0', 16)`} as hash
       from numbered
      group by user_id, bucket
      order by user_id, bucket`,
    [wanted.userIds, wanted.after, null, wanted.size],
  )
  return wanted.userIds.flatMap((userId) => {
    const own = rows.filter((row) => row.userId === userId)
    const buckets = own.length === 0 ? [{ nodes: 0, hash: '0'.repeat(16), upTo: null }] : own
    return buckets.map(({ nodes, hash }, index): ExpectedBucket => {
      const after = index === 0 ? wanted.after : (own[index - 1]?.upTo ?? null)
      const upTo = index === buckets.length - 1 ? null : (own[index]?.upTo ?? null)
      return { node: wanted.node, userId, after, upTo, nodes, hash }
    })
  })
}

/** The nodes that should be in one range, in the order of their ids. */
export async function expectedRows(db: Queryable, range: GraphRange): Promise<GraphRow[]> {
  const { rows } = await db.query<GraphRow>(
    `with n as (${NODES[range.node]})
     select n.id, n.revision, n.facts, ${EDGES} as edges from n order by n.id`,
    [[range.userId], range.after, range.upTo],
  )
  return rows
}

/** Their ids alone. */
export async function idsIn(db: Queryable, range: GraphRange): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with n as (${NODES[range.node]}) select n.id from n order by n.id`,
    [[range.userId], range.after, range.upTo],
  )
  return rows.map(({ id }) => id)
}
