import { int } from 'neo4j-driver'
import type { GraphEntity, GraphMemory } from './graph-store.ts'

/** Nodes as parameters of a statement. Every value is one: none of them becomes a part of it. */

export interface EntityOf extends GraphEntity {
  readonly userId: string
}

export const memoryRows = (memories: readonly GraphMemory[]) =>
  memories.map((m) => ({
    id: m.id,
    user_id: m.userId,
    revision: int(m.revision),
    marks: int(m.marks),
    content_hash: m.contentHash,
    kind: m.kind,
    occurred_ms: int(m.occurredAt.getTime()),
    salience: m.salience,
  }))

/** The same column by column: no name is sent a thousand times, nor made into a map there. */
export const memoryColumns = (memories: readonly GraphMemory[]) => ({
  id: memories.map(({ id }) => id),
  revision: memories.map(({ revision }) => int(revision)),
  marks: memories.map(({ marks }) => int(marks)),
  content_hash: memories.map(({ contentHash }) => contentHash),
  kind: memories.map(({ kind }) => kind),
  occurred_ms: memories.map(({ occurredAt }) => int(occurredAt.getTime())),
  salience: memories.map(({ salience }) => salience),
})

export const MERGE_ENTITIES = `
  unwind $rows as row
  merge (e:Entity { user_id: row.user_id, id: row.id })
  set e = row`

/** Each once, in the order of their ids: locks are then taken in one order. */
export function entityRows(entities: readonly EntityOf[]) {
  const rows = new Map(
    entities.map(({ userId, id, type, value, normalized }) => [
      `${userId} ${id}`,
      { user_id: userId, id, type, value, normalized },
    ]),
  )
  return [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

export const entitiesOf = (memories: readonly GraphMemory[]): EntityOf[] =>
  memories.flatMap(({ userId, entities }) => entities.map((entity) => ({ ...entity, userId })))
