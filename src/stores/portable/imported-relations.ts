import type { Queryable } from '../database.ts'

/** What named things have to do with each other, out of a file. */

export interface ImportedRelation {
  readonly fromType: string
  readonly from: string
  readonly toType: string
  readonly to: string
  readonly kind: string
  readonly weight: number
}

/**
 * Of these, those between things that one memory here names both: with that memory they go again. The user's row must be locked.
 * @returns the names, as they are normalised, that now have relations they had not
 */
export async function insertRelations(
  tx: Queryable,
  userId: string,
  relations: readonly ImportedRelation[],
): Promise<readonly { readonly type: string; readonly normalized: string }[]> {
  if (relations.length === 0) return []
  const { rows } = await tx.query<{ type: string; normalized: string }>(
    `with added as (
       insert into memoir.memory_edge (src, dst, type, user_id, weight)
       select distinct on (s.id, d.id, w.kind) s.id, d.id, w.kind, $1::uuid, w.weight
         from json_to_recordset($2::json) as w("fromType" text, "from" text, "toType" text, "to" text, kind text, weight real)
         join memoir.entity s on s.user_id = $1::uuid and s.type = w."fromType" and s.normalized = w."from"
         join memoir.entity d on d.user_id = $1::uuid and d.type = w."toType" and d.normalized = w."to"
        where s.id <> d.id and exists (
          select from memoir.memory_edge a
            join memoir.memory_edge b on b.src = a.src and b.dst = d.id and b.type = 'mentions' and b.user_id = $1::uuid
           where a.dst = s.id and a.type = 'mentions' and a.user_id = $1::uuid)
       on conflict (src, dst, type) do nothing
       returning src),
          told as (
       insert into memoir.graph_removal as g (user_id, trace_id, revision, entity)
       select distinct $1::uuid, src, 0, true from added where (select wanted from memoir.graph_turn)
       on conflict (user_id, trace_id) do update set revision = g.revision + 1)
     select n.type, n.normalized from memoir.entity n where n.user_id = $1::uuid and n.id in (select src from added)`,
    [userId, JSON.stringify(relations)],
  )
  return rows
}
