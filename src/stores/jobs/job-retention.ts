import type { Queryable } from '../database.ts'

export interface DeletedJobs {
  readonly jobs: number
  readonly answers: number
  readonly failures: number
}

/**
 * Deletes jobs that ended so many days ago, with what models answered to them and what went wrong in their steps. One whose
 * transcript is still kept stays with it, and so do erasures: their receipts are asked for by the job.
 */
export async function deleteOldJobs(
  db: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<DeletedJobs> {
  const { rows } = await db.query<DeletedJobs>(
    `with old as (
       select j.id from memoir.job j
        where j.state in ('succeeded', 'failed', 'cancelled') and j.finished_at < now() - make_interval(days => $1::int)
          and j.kind <> 'erase'
          and not exists (select from memoir.raw_session r where r.job_id = j.id)
        order by j.finished_at
        limit $2
        for update skip locked
     ), answers as (
       delete from memoir.model_answer a using old where a.job_id = old.id returning 1
     ), failures as (
       delete from memoir.job_step_failure f using old where f.job_id = old.id returning 1
     ), gone as (
       delete from memoir.job j using old where j.id = old.id returning 1
     )
     select (select count(*) from gone) as jobs, (select count(*) from answers) as answers,
            (select count(*) from failures) as failures`,
    [days, limit],
  )
  return rows[0] ?? { jobs: 0, answers: 0, failures: 0 }
}
