import type { EntityMention } from '../../domain/entity.ts'
import type { Queryable } from '../database.ts'

/** Named things of users. One is known by its normalised name; every other way it was written is kept as an alias. */

export interface EntityWrite {
  readonly userId: string
  readonly mention: EntityMention
}

/** Aliases of one entity: enough for spellings, too few to bind memory. */
const MAX_ALIASES = 20

const keyOf = (userId: string, { type, normalized }: Pick<EntityMention, 'type' | 'normalized'>) =>
  `${userId} ${type} ${normalized}`

/** Upserts what was mentioned, in one statement. @returns the entity's id by mention */
export async function upsertEntities(
  tx: Queryable,
  writes: readonly EntityWrite[],
): Promise<(userId: string, mention: EntityMention) => string | undefined> {
  const first = new Map(writes.map((write) => [keyOf(write.userId, write.mention), write]))
  if (first.size === 0) return () => undefined
  const some = [...first.values()].toSorted((one, other) =>
    keyOf(one.userId, one.mention) < keyOf(other.userId, other.mention) ? -1 : 1,
  )
  const { rows } = await tx.query<{
    id: string
    user_id: string
    type: string
    normalized: string
  }>(
    `insert into memoir.entity as e (id, user_id, type, value, normalized)
     select gen_random_uuid(), w.user_id, w.type, w.value, w.normalized
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as w(user_id, type, value, normalized)
     on conflict (user_id, type, normalized) do update
       set aliases = case
             when excluded.value = e.value or excluded.value = any(e.aliases) or cardinality(e.aliases) >= $5 then e.aliases
             else e.aliases || excluded.value end,
           updated_at = now()
     returning id, user_id, type, normalized`,
    [
      some.map((w) => w.userId),
      some.map((w) => w.mention.type),
      some.map((w) => w.mention.value),
      some.map((w) => w.mention.normalized),
      MAX_ALIASES,
    ],
  )
  const ids = new Map(rows.map((row) => [`${row.user_id} ${row.type} ${row.normalized}`, row.id]))
  return (userId, mention) => ids.get(keyOf(userId, mention))
}

/** Of these entities, or of all of a user, those that no memory names any more go, with their links to each other. @returns how many went */
export async function removeUnnamedEntities(
  tx: Queryable,
  { userId, entityIds }: { userId: string; entityIds: readonly string[] | 'all' },
): Promise<number> {
  if (entityIds.length === 0) return 0
  const { rows } = await tx.query<{ id: string }>(
    `delete from memoir.entity n
      where n.user_id = $1::uuid and ($2::uuid[] is null or n.id = any($2::uuid[])) and not exists (
        select from memoir.memory_edge e
         where e.dst = n.id and e.user_id = n.user_id and e.type = 'mentions')
     returning n.id`,
    [userId, entityIds === 'all' ? null : entityIds],
  )
  await tx.query(
    `delete from memoir.memory_edge
      where user_id = $1::uuid and (src = any($2::uuid[]) or dst = any($2::uuid[]))`,
    [userId, rows.map(({ id }) => id)],
  )
  return rows.length
}

/**
 * Of these entities, or of all of a user, the spellings go that no memory gives any more; what is then not called anything is called by
 * its normalised name, which every memory gives. Links from before spellings were noted may have given any of them, but of entities
 * that were `named` by what went only those that stand in their memory's text.
 */
export async function removeUngivenSpellings(
  tx: Queryable,
  {
    userId,
    entityIds,
    named,
  }: { userId: string; entityIds: readonly string[] | 'all'; named: readonly string[] },
): Promise<void> {
  if (entityIds.length === 0) return
  await tx.query(
    `with called as (
       select n.id, n.value, n.aliases, n.normalized, array(
                select distinct s.word
                  from memoir.memory_edge e
                  join memoir.memory_trace t on t.id = e.src and t.user_id = e.user_id
                 cross join lateral (
                   select e.spelling as word where e.spelling is not null
                   union all
                   select w from unnest(n.aliases || n.value) as w
                    where e.spelling is null
                      and (n.id <> all($3::uuid[]) or position(lower(w) in lower(t.content)) > 0)) as s
                 where e.user_id = n.user_id and e.dst = n.id and e.type = 'mentions'
                 order by 1) as given
         from memoir.entity n
        where n.user_id = $1::uuid and ($2::uuid[] is null or n.id = any($2::uuid[]))),
          kept as (
       select id, given, case when value = any(given) then value else coalesce(given[1], normalized) end as value
         from called where not (aliases || value) <@ given),
          changed as (
       update memoir.entity n
          set value = k.value, updated_at = now(),
              aliases = array(select a from unnest(n.aliases) as a where a = any(k.given) and a <> k.value)
         from kept k
        where n.id = k.id and n.user_id = $1::uuid
          and (n.value <> k.value or not n.aliases <@ k.given)
       returning n.id)
     insert into memoir.graph_removal as g (user_id, trace_id, revision, entity)
     select $1::uuid, id, 0, true from changed where (select wanted from memoir.graph_turn)
     on conflict (user_id, trace_id) do update set revision = g.revision + 1`,
    [userId, entityIds === 'all' ? null : entityIds, named],
  )
}
