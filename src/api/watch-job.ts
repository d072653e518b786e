import type { Context } from 'hono'
import { isTerminal, type Job } from '../domain/job.ts'
import type { FollowRequest } from '../jobs/jobs.ts'
import type { GuardedEnv, Principal } from './environment.ts'

/** How long a caller may wait for work to be done; proxies seldom allow more. */
const MAX_WAIT_SECONDS = 60

/** Seconds of `Prefer: wait=N` (RFC 7240); 0 when it is absent or not understood, as a preference may be ignored. */
export function waitSeconds(prefer: string | undefined): number {
  const [, seconds] = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])/i.exec(prefer ?? '') ?? []
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS)
}

/** The key that asks, when it is one that can end. */
export const keyIdOf = ({ actor, expiresAt }: Principal): Pick<FollowRequest, 'keyId'> =>
  actor === 'admin' || expiresAt !== undefined ? {} : { keyId: actor }

/** Aborted when the token of who asks ends; never for a key, which is looked up instead. */
export function untilTokenEnds({ expiresAt }: Principal): AbortSignal[] {
  if (expiresAt === undefined) return []
  return [AbortSignal.timeout(Math.min(Math.max(0, expiresAt - Date.now()), MAX_TIMER_MS))]
}

/** A timer takes no longer one; a stream is opened anew long before. */
const MAX_TIMER_MS = 2_147_483_647

/**
 * Waits as long as `Prefer: wait=N` says; not at all when too many wait already, as a preference may be ignored.
 * @returns the job as it is then; null when nothing was waited for
 */
export async function awaitJob(
  c: Context<GuardedEnv>,
  { job, prefer }: { readonly job: string; readonly prefer: string | undefined },
): Promise<Job | null> {
  const seconds = waitSeconds(prefer)
  const leave = seconds === 0 ? null : c.var.waits.take(c.var.principal.actor)
  if (leave === null) return null
  c.header('Preference-Applied', `wait=${seconds}`)
  try {
    return await awaitEnd(c, { job, withinMs: seconds * 1000 })
  } finally {
    leave()
  }
}

/** The job as it has ended, or as it is after so long; null when Postgres did not say. */
export async function awaitEnd(
  { var: { services, principal, closing }, req }: Context<GuardedEnv>,
  { job: id, withinMs }: { readonly job: string; readonly withinMs: number },
): Promise<Job | null> {
  const signal = AbortSignal.any([closing, req.raw.signal, AbortSignal.timeout(withinMs)])
  const { namespaceId } = principal
  // Its key was good when the work was accepted: that is what is answered.
  const request = { namespaceId, id, pace: 'waiting' } as const
  let latest: Job | null = null
  for await (const job of services.jobs.follow(request, signal)) {
    latest = job
    if (isTerminal(job.state)) break
  }
  return latest
}
