import type { Queryable } from '../database.ts'

/** Narratives that come out of a file. One that was written here stands, and so do the versions before it. */

export interface ImportedNarrative {
  readonly version: number
  readonly content: string
  readonly generatedAt: string
  readonly model: string
  readonly promptVersion: string
  readonly sources: readonly string[]
  readonly material: readonly string[]
}

/**
 * The latest of them stands, as one that is to be written anew; those before it are its versions. The user's row must be locked.
 * @returns false when nothing had to be written
 */
export async function insertNarrative(
  tx: Queryable,
  { namespaceId, userId }: { readonly namespaceId: string; readonly userId: string },
  narrative: ImportedNarrative,
): Promise<boolean> {
  const { version, content, generatedAt, model, promptVersion, sources, material } = narrative
  const said = [content, generatedAt, model, promptVersion, sources, material]
  await tx.query(
    `insert into memoir.user_narratives (namespace_id, user_id) values ($1::uuid, $2::uuid) on conflict (user_id) do nothing`,
    [namespaceId, userId],
  )
  await tx.query(
    `insert into memoir.user_narrative_version (user_id, version, narrative_content, generated_at, model, prompt_version, sources, material)
     select user_id, version, narrative_content, generated_at, model, prompt_version, sources, material
       from memoir.user_narratives
      where user_id = $1::uuid and narrative_content is not null and made_by is null and version < $2::int
     on conflict (user_id, version) do nothing`,
    [userId, version],
  )
  const { rowCount: stands } = await tx.query(
    `update memoir.user_narratives
        set version = $2::int, narrative_content = $3, generated_at = $4::timestamptz, model = $5, prompt_version = $6,
            sources = $7::uuid[], material = $8::uuid[], source_seq = null, fresh_until = now(), updated_at = now(),
            state = case when state = 'none' then 'fresh' else state end
      where user_id = $1::uuid and made_by is null and version < $2::int`,
    [userId, version, ...said],
  )
  if (stands === 1) return true
  const { rowCount: before } = await tx.query(
    `insert into memoir.user_narrative_version (user_id, version, narrative_content, generated_at, model, prompt_version, sources, material)
     select $1::uuid, $2::int, $3, $4::timestamptz, $5, $6, $7::uuid[], $8::uuid[]
       from memoir.user_narratives where user_id = $1::uuid and version > $2::int
     on conflict (user_id, version) do nothing`,
    [userId, version, ...said],
  )
  return before === 1
}
