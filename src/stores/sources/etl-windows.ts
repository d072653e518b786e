import type { Queryable } from '../database.ts'
import type { SourceKey } from '../memories/ingested.ts'

/** How far a source has been taken in, and what each job reads of it. */

export interface EtlWindow {
  /** Null reads everything. */
  readonly changedSince: Date | null
  /** The source's clock before the job's first read. */
  readonly beganAt: Date
}

/** Keeps what a job reads. @returns the window the job has, which is that of its first beginning */
export async function openWindow(
  db: Queryable,
  jobId: string,
  window: EtlWindow,
): Promise<EtlWindow> {
  await db.query(
    `insert into memoir.etl_window (job_id, changed_since, began_at)
     values ($1::uuid, $2::timestamptz, $3::timestamptz)
     on conflict (job_id) do nothing`,
    [jobId, window.changedSince, window.beganAt],
  )
  return (await findWindow(db, jobId)) ?? window
}

export async function findWindow(db: Queryable, jobId: string): Promise<EtlWindow | null> {
  const { rows } = await db.query<EtlWindow>(
    `select changed_since as "changedSince", began_at as "beganAt"
       from memoir.etl_window where job_id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? null
}

export async function findWatermark(
  db: Queryable,
  { namespaceId, source }: SourceKey,
): Promise<Date | null> {
  const { rows } = await db.query<{ at: Date }>(
    `select read_until as at from memoir.etl_watermark
      where namespace_id = $1::uuid and source = $2`,
    [namespaceId, source],
  )
  return rows[0]?.at ?? null
}

/** A source that never had one gets this; one that has keeps its own. */
export async function ensureWatermark(
  db: Queryable,
  { namespaceId, source }: SourceKey,
  at: Date,
): Promise<void> {
  await db.query(
    `insert into memoir.etl_watermark (namespace_id, source, read_until)
     values ($1::uuid, $2, $3::timestamptz)
     on conflict (namespace_id, source) do nothing`,
    [namespaceId, source, at],
  )
}

/** Only ever forwards: an old job that is retried late has read less than the one that came after it. */
export async function raiseWatermark(
  db: Queryable,
  { namespaceId, source }: SourceKey,
  at: Date,
): Promise<void> {
  await db.query(
    `insert into memoir.etl_watermark as w (namespace_id, source, read_until)
     values ($1::uuid, $2, $3::timestamptz)
     on conflict (namespace_id, source) do update
       set read_until = greatest(w.read_until, excluded.read_until), updated_at = now()`,
    [namespaceId, source, at],
  )
}
