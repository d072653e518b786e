import type { Queryable } from '../database.ts'
import type { GraphRemoved, GraphStore } from './graph-store.ts'

/** Memories and links stand in Postgres anyway: there is nothing to write twice, and nothing that could disagree. */
export function createPostgresGraph(db: Queryable): GraphStore {
  return {
    backend: 'postgres',
    prepare: async () => await Promise.resolve(),
    writeMemories: async (batch) =>
      await Promise.resolve(batch.map(({ id, revision, marks }) => ({ id, revision, marks }))),
    removeMemories: async () => await Promise.resolve(NOTHING),
    removeUser: async () => await Promise.resolve(NOTHING),
    writeEntities: async () => await Promise.resolve(),
    removeEntities: async () => await Promise.resolve(NOTHING),
    counts: async (userIds) => {
      const { rows } = await db.query<{ memories: number; entities: number }>(
        `select (select coalesce(sum(trace_count), 0)::bigint from memoir.memory_user
                  where erased_at is null and id = any($1::uuid[])) as memories,
                (select count(*) from memoir.entity where user_id = any($1::uuid[])) as entities`,
        [userIds],
      )
      return rows[0] ?? { memories: 0, entities: 0 }
    },
    hashes: async () => await Promise.resolve([]),
    rows: async () => await Promise.resolve([]),
    userIds: async () => await Promise.resolve([]),
    removeStrays: async () => await Promise.resolve(0),
    check: async () => {
      await db.query('select 1')
    },
    close: async () => await Promise.resolve(),
  }
}

const NOTHING: GraphRemoved = { memories: 0, entities: 0, edges: 0 }
