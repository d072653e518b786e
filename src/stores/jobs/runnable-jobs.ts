import type { Queryable } from '../database.ts'

/** Jobs of all namespaces that a worker could go on with now: paused and stuck ones wait for a person, as do those that cannot start. */
export async function countRunnableJobs(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from memoir.job
      where state in ('queued', 'running') and coalesce(error->>'code', '') not in ('stuck', 'workflow_taken')`,
  )
  return rows[0]?.n ?? 0
}
