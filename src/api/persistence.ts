import type { Context } from 'hono'
import type { Job } from '../domain/job.ts'
import type { StatusReach, StoresStatus } from '../graph/status.ts'
import { readStatus } from '../graph/status.ts'
import { inconsistencies } from '../jobs/sync.ts'
import type { DriftReport } from '../stores/graph/drift-reports.ts'
import type { ApiServices } from './context.ts'
import type { GuardedEnv, Principal } from './environment.ts'
import { present } from './fields.ts'
import { requireJob } from './reach.ts'
import { awaitEnd } from './watch-job.ts'

/** What both faces of persistence, `/v1` and the paths that clients already call, have in common. */

/** The stores as far as a key sees them. */
export async function statusWithin(
  { db, graph }: ApiServices,
  { namespaceId, user, scopes }: Principal,
): Promise<StoresStatus> {
  const reach: StatusReach = present({
    namespaceId,
    userId: user?.id,
    scopes: scopes ?? undefined,
  })
  return await readStatus({ db, graph }, reach)
}

export interface SyncOutcome {
  readonly job: Job
  /** Null until its run has begun. */
  readonly report: DriftReport | null
}

/** The comparison after so long, ended or not. */
export async function awaitSync(
  c: Context<GuardedEnv>,
  { id, withinMs }: { readonly id: string; readonly withinMs: number },
): Promise<SyncOutcome> {
  const { services, principal } = c.var
  const { namespaceId } = principal
  const seen = await awaitEnd(c, { job: id, withinMs })
  const job = seen ?? (await requireJob(services, principal, id))
  return { job, report: await services.syncs.report({ namespaceId, jobId: id }) }
}

/** What a comparison came to, in numbers. Milliseconds. */
export function sumOf(report: DriftReport | null) {
  const end = report?.finishedAt ?? new Date()
  return {
    totalChecked: report?.checked ?? 0,
    inconsistencies: report === null ? 0 : inconsistencies(report),
    repaired: report?.repaired ?? 0,
    failed: report?.failed ?? 0,
    duration: report === null ? 0 : end.getTime() - report.startedAt.getTime(),
  }
}

export const SYNC_STATES = ['running', 'completed', 'failed', 'cancelled'] as const

/** One word for callers that know no jobs. */
export function stateOf({ state }: Pick<Job, 'state'>): (typeof SYNC_STATES)[number] {
  if (state === 'succeeded') return 'completed'
  return state === 'failed' || state === 'cancelled' ? state : 'running'
}
