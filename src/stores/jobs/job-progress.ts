import type { Queryable } from '../database.ts'

/** How far a job's work has come: what its row shows, and where a retry goes on. */
export interface JobPosition {
  readonly cursor: string | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly startedAt: Date | null
}

export async function findPosition(db: Queryable, jobId: string): Promise<JobPosition | null> {
  const { rows } = await db.query<JobPosition>(
    `select cursor, progress, started_at as "startedAt" from memoir.job where id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? null
}

/** After a page: the position, and the counts when they were taken anew. Clears the note of a step that has since worked. */
export async function savePosition(
  db: Queryable,
  {
    jobId,
    cursor,
    progress,
  }: { jobId: string; cursor: string | null; progress: Readonly<Record<string, unknown>> | null },
): Promise<void> {
  await db.query(
    `update memoir.job
        set cursor = coalesce($2, cursor), progress = progress || coalesce($3::jsonb, '{}'::jsonb), reported_at = now(),
            error = case when state in ('queued', 'running', 'paused') then null else error end
      where id = $1::uuid`,
    [jobId, cursor, progress === null ? null : JSON.stringify(progress)],
  )
}
