import type { Job } from '../domain/job.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'

type Shown = Omit<Job, 'workflow_id' | 'run_id'> & { temporal_url?: string }

/** A job as callers see it; the way into Temporal and what vendors said are for administrators. */
export function presentJob(
  { config, temporalUi }: Pick<ApiServices, 'config' | 'temporalUi'>,
  principal: Principal,
  { workflow_id, run_id, ...job }: Job,
): Shown {
  if (principal.role !== 'admin') return { ...job, error: withoutWords(job.error) }
  if (temporalUi === undefined) return job
  const parts = ['namespaces', config.TEMPORAL_NAMESPACE, 'workflows', workflow_id]
  if (run_id !== null) parts.push(run_id)
  const path = parts.map(encodeURIComponent).join('/')
  return { ...job, temporal_url: `${temporalUi.replace(/\/$/, '')}/${path}` }
}

/** A failure as anybody may see it: what a vendor said may quote what was sent to it. */
export function withoutWords<Failure extends { readonly detail?: string } | null>(
  failure: Failure,
): Failure | Omit<NonNullable<Failure>, 'detail'> {
  if (failure === null) return failure
  const { detail: _, ...shown } = failure
  return shown
}
