import type { EntityMention } from '../../domain/entity.ts'
import type { Memory, TraceKind, WriteState } from '../../domain/recall.ts'
import type { Database, Queryable } from '../database.ts'
import { filterConditions, isOpen, type RecallFilter } from '../recall/recall-filter.ts'
import { tracesThen } from '../recall/traces-then.ts'

/** The last read: whatever derived data said, only what this returns may be shown. */

export interface MemoryRow {
  readonly seq: number
  readonly id: string
  readonly user_id: string
  readonly kind: TraceKind
  readonly role: string | null
  readonly scope: string
  readonly collection: string | null
  readonly content: string
  readonly summary: string | null
  readonly tags: string[]
  readonly importance: number | null
  readonly salience: number
  readonly state: string
  readonly session_id: string | null
  readonly conversation_id: string | null
  readonly source: string | null
  readonly meta: Readonly<Record<string, unknown>>
  readonly category: string | null
  readonly occurred_at: Date
  readonly known_at: Date
  readonly created_at: Date
  readonly updated_at: Date
  readonly expires_at: Date | null
  readonly searchable_at: Date | null
  readonly revision: number
  readonly superseded_by: string | null
  readonly vector_state: WriteState
  readonly graph_state: WriteState
  readonly entities: readonly EntityMention[] | null
}

/** The columns of `memory_trace t` and `memory_user u` that a memory is shown by. */
export const MEMORY_COLUMNS = `t.seq, t.id, u.external_id as user_id, t.kind, t.role, t.scope, t.collection, t.content, t.summary, t.tags,
  t.category, t.importance, t.salience, t.state, t.session_id, t.conversation_id, t.source, t.meta, t.occurred_at, t.known_at,
  t.created_at, t.updated_at, t.expires_at, t.searchable_at, t.revision, t.superseded_by, t.vector_state, t.graph_state,
  (select json_agg(json_build_object('type', n.type, 'value', n.value, 'normalized', n.normalized,
            'confidence', round(e.weight::numeric, 3), 'source', coalesce(e.source, 'rules'))
            order by e.weight desc, n.normalized)
     from memoir.memory_edge e join memoir.entity n on n.id = e.dst and n.user_id = e.user_id
    where e.src = t.id and e.type = 'mentions' and e.user_id = t.user_id and e.ended_at is null) as entities`

export interface VisibleQuery {
  readonly userId: string
  readonly seqs: readonly number[]
  readonly ids?: readonly string[]
  readonly filter: RecallFilter
}

/** What may be shown, and the messages it was taken from, as the source names them; a message names itself. */
export interface VisibleMemory {
  readonly memory: Memory
  readonly messageIds: readonly string[]
}

/** More reasons for one fact than anybody looks up. */
const SOURCES = 20

const MESSAGE_IDS = `case when t.kind = 'fact' then array(
  select s.message_id from memoir.memory_source s
   where s.trace_id = t.id and s.user_id = t.user_id and s.message_id <> ''
   order by s.created_at, s.message_id limit ${SOURCES}) end as message_ids`

/** Of these traces, by number or id, those of the user that may be shown, are not expired and inside the filter, by seq; as they were at `filter.asOf`. */
export async function readVisible(
  db: Pick<Database, 'query' | 'prepared'>,
  { userId, seqs, ids = [], filter }: VisibleQuery,
): Promise<Map<number, VisibleMemory>> {
  const conditions = filterConditions(filter, 3)
  const values: unknown[] = [seqs, userId, ...conditions.values]
  const bind = (value: unknown) => `$${values.push(value)}`
  const traces =
    filter.asOf === undefined
      ? { row: 't', from: 'memoir.memory_trace t', also: '' }
      : tracesThen(filter, bind)
  const byId = ids.length === 0 ? '' : ` or ${traces.row}.id = any(${bind(ids)}::uuid[])`
  const query = isOpen(filter) ? db.prepared : db.query
  const { rows } = await query<MemoryRow & { message_ids: readonly string[] | null }>(
    `select ${MEMORY_COLUMNS}, ${MESSAGE_IDS}
       from ${traces.from} join memoir.memory_user u on u.id = t.user_id
      where (${traces.row}.seq = any($1::bigint[])${byId}) and ${traces.row}.user_id = $2::uuid and u.erased_at is null
        and (t.expires_at is null or t.expires_at > now()) and ${conditions.sql}${traces.also}`,
    values,
  )
  return new Map(
    rows.map(({ message_ids: messageIds, ...row }) => [
      row.seq,
      { memory: presentMemory(row), messageIds: messageIds ?? [] },
    ]),
  )
}

/** So many of one session are shown with it; `GET …/hierarchy` pages through all. */
const OF_SESSION = 1_000

/** Facts that rest on turns of a session, in the order of what they tell. */
export async function readSessionFacts(
  db: Queryable,
  { session, sessionId, userId }: { session: string; sessionId: string; userId: string },
): Promise<Memory[]> {
  const { rows } = await db.query<MemoryRow>(
    `select ${MEMORY_COLUMNS}
       from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where t.user_id = $2::uuid and u.erased_at is null and t.kind = 'fact' and t.state = 'active'
        and (t.expires_at is null or t.expires_at > now())
        and t.id in (select m.trace_id from memoir.memory_source m
                      where m.user_id = $2::uuid and m.session_id = $3 and starts_with(m.message_id, $1::text))
      order by t.occurred_at, t.seq
      limit ${OF_SESSION}`,
    [session, userId, sessionId],
  )
  return rows.map(presentMemory)
}

export function presentMemory({
  seq: _seq,
  meta,
  category,
  vector_state,
  graph_state,
  entities,
  ...row
}: MemoryRow): Memory {
  return {
    ...row,
    salience: Math.round(row.salience * 1000) / 1000,
    metadata: meta,
    category: category ?? (typeof meta['category'] === 'string' ? meta['category'] : null),
    entities: entities ?? [],
    occurred_at: row.occurred_at.toISOString(),
    known_at: row.known_at.toISOString(),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    searchable_at: row.searchable_at?.toISOString() ?? null,
    writes: { vector: vector_state, graph: graph_state },
  }
}
