import type { Database } from '../database.ts'

/**
 * Positions of events. Numbers that are drawn when a row is written come out of order: a reader that has seen 7 would miss the 6 of a
 * transaction that ends later. So a position is given once the row can be seen, under the lock of the namespace's head: whoever has
 * seen a position has seen all before it.
 */

/** Rows a transaction: nobody waits long for its lock. */
export const POSITIONS_AT_ONCE = 5_000

/** Gives positions to events that have none, in the order in which they were written. @returns whether there may be more */
export async function givePositions(db: Database, namespaceId: string): Promise<boolean> {
  const { rows } = await db.query<{ waiting: boolean }>(
    `select exists (select from memoir.memory_event where namespace_id = $1::uuid and position is null) as waiting`,
    [namespaceId],
  )
  if (rows[0]?.waiting !== true) return false
  return await db.transaction(async (tx) => {
    await tx.query(
      `insert into memoir.memory_event_head (namespace_id) values ($1::uuid) on conflict do nothing`,
      [namespaceId],
    )
    await tx.query(
      `select from memoir.memory_event_head where namespace_id = $1::uuid for no key update`,
      [namespaceId],
    )
    // A statement of its own, so that it sees what the holder of the lock before has numbered.
    const { rows: given } = await tx.query<{ n: number }>(
      `with fresh as materialized (
         select e.seq, row_number() over (order by e.seq) as n
           from (select seq from memoir.memory_event
                  where namespace_id = $1::uuid and position is null order by seq limit $2) e),
       numbered as (
         update memoir.memory_event e set position = h.position + f.n
           from fresh f, memoir.memory_event_head h
          where e.seq = f.seq and h.namespace_id = $1::uuid)
       -- What is deleted meanwhile leaves a gap.
       update memoir.memory_event_head h set position = h.position + c.n
         from (select count(*) as n from fresh) c
        where h.namespace_id = $1::uuid
       returning c.n`,
      [namespaceId, POSITIONS_AT_ONCE],
    )
    return given[0]?.n === POSITIONS_AT_ONCE
  })
}

/** The last position given. */
export async function findHead(db: Pick<Database, 'query'>, namespaceId: string): Promise<number> {
  const { rows } = await db.query<{ position: number }>(
    `select position from memoir.memory_event_head where namespace_id = $1::uuid`,
    [namespaceId],
  )
  return rows[0]?.position ?? 0
}
