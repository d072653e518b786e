import { setTimeout as pause } from 'node:timers/promises'
import type { z } from '@hono/zod-openapi'
import { isTerminal, type Job } from '../domain/job.ts'
import { MemoirError } from '../errors.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import type { jobSchema } from './schemas.ts'

/** Jobs as a key may see them. */

export function presentJob(
  { workflow_id, run_id, ...job }: Job,
  { role }: Principal,
  { temporalUi, config }: ApiServices,
): z.infer<typeof jobSchema> {
  if (role !== 'admin' || temporalUi === undefined) return job
  const namespace = encodeURIComponent(config.TEMPORAL_NAMESPACE)
  const run = run_id === null ? '' : `/${run_id}`
  return {
    ...job,
    temporal_url: `${temporalUi}/namespaces/${namespace}/workflows/${encodeURIComponent(workflow_id)}${run}`,
  }
}

/** To a key that is bound to a user only that user's jobs exist; to one bound to scopes none do. */
export function isVisible(job: Job, principal: Principal): boolean {
  if (principal.scopes !== null) return false
  return principal.user === null || job.user_id === principal.user.externalId
}

/** @throws MemoirError `not_found` when there is none, or none the key may see */
export async function visibleJob(
  services: ApiServices,
  principal: Principal,
  id: string,
): Promise<Job> {
  const job = await services.jobs.get({ namespaceId: principal.namespaceId, id })
  if (!job || !isVisible(job, principal))
    throw new MemoirError('not_found', 'There is no such job.')
  return job
}

/** How often a job that is waited for is looked at. */
const LOOK_EVERY_MS = 250

/** The job once it has ended, or as it is when the time is up. */
export async function waitForEnd(
  services: ApiServices,
  { namespaceId, id, seconds }: { namespaceId: string; id: string; seconds: number },
): Promise<Job | null> {
  const until = performance.now() + seconds * 1000
  for (;;) {
    const job = await services.jobs.get({ namespaceId, id })
    if (!job || isTerminal(job.state) || performance.now() >= until) return job
    await pause(LOOK_EVERY_MS)
  }
}
