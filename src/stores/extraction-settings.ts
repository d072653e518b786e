import type { ExtractionSettings } from '../domain/extraction-settings.ts'
import type { Queryable } from './database.ts'

/** What namespaces and their collections want remembered. The collection '' is the namespace itself. */

export interface ExtractionPlace {
  readonly namespaceId: string
  readonly collection: string
}

export interface ExtractionRow {
  /** Where the settings stand: the collection itself, or '' for the namespace. */
  readonly collection: string
  readonly version: number
  readonly settings: ExtractionSettings
  readonly updatedAt: Date
}

/** The settings of a collection, else those of its namespace. @returns null where neither has any */
export async function findExtractionSettings(
  db: Queryable,
  { namespaceId, collection }: ExtractionPlace,
): Promise<ExtractionRow | null> {
  const { rows } = await db.query<ExtractionRow>(
    `select collection, version, settings, updated_at as "updatedAt" from memoir.extraction_setting
      where namespace_id = $1::uuid and collection in ($2, '') and settings is not null
      order by collection desc
      limit 1`,
    [namespaceId, collection],
  )
  return rows[0] ?? null
}

/** Replaces the settings of one place; null resets them. The same settings again keep their version. */
export async function saveExtractionSettings(
  db: Queryable,
  { namespaceId, collection }: ExtractionPlace,
  settings: ExtractionSettings | null,
): Promise<void> {
  await db.query(
    `insert into memoir.extraction_setting as s (namespace_id, collection, settings)
     values ($1::uuid, $2, $3::jsonb)
     on conflict (namespace_id, collection) do update
       set settings = excluded.settings, version = s.version + 1, updated_at = now()
       where s.settings is distinct from excluded.settings`,
    [namespaceId, collection, settings === null ? null : JSON.stringify(settings)],
  )
}

/** Conversations of the namespace's source whose facts were made under other settings. */
export async function countOutdated(
  db: Queryable,
  { namespaceId, version }: { readonly namespaceId: string; readonly version: number },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from memoir.ingested_conversation
      where namespace_id = $1::uuid and trace_id is not null and extraction_version <> $2`,
    [namespaceId, version],
  )
  return rows[0]?.count ?? 0
}
