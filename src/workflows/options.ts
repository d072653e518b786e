import { proxyActivities, workflowInfo, type ActivityInterfaceFor } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import { BULK_SUFFIX, MODELS_SUFFIX, WEBHOOKS_SUFFIX } from './queues.ts'

/** Activities by class of work. Made inside a workflow, because queue and heartbeat come with the run. */

/** Short statements in Postgres: tried until it answers, soon after it does. */
export function databaseActivities(): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    startToCloseTimeout: '10s',
    retry: { initialInterval: '500ms', maximumInterval: '15s' },
  })
}

/**
 * Steps that ask a model while somebody waits for the outcome: silent for too long means the worker is gone. What was answered is
 * kept, so a try that is cut off is not paid for twice.
 */
export function modelActivities(heartbeatSeconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    taskQueue: `${workflowInfo().taskQueue}${MODELS_SUFFIX}`,
    startToCloseTimeout: '30m',
    heartbeatTimeout: `${heartbeatSeconds}s`,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  })
}

/** The same while the caller already has an answer: after about half a minute it stands as failed, for whoever looks to see. */
export function narrativeActivities(heartbeatSeconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    taskQueue: `${workflowInfo().taskQueue}${MODELS_SUFFIX}`,
    startToCloseTimeout: '10m',
    heartbeatTimeout: `${heartbeatSeconds}s`,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '16s',
      maximumAttempts: 6,
    },
  })
}

/**
 * Pages and what surrounds them: silent for too long means the worker is gone, and another goes on. The long limit is for a page
 * that is alive and never ends; what it did until then is skipped the next time.
 */
export function bulkActivities(heartbeatSeconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    taskQueue: `${workflowInfo().taskQueue}${BULK_SUFFIX}`,
    startToCloseTimeout: '30m',
    heartbeatTimeout: `${heartbeatSeconds}s`,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  })
}

/** Rounds of deliveries to a webhook, some of a minute. Whatever fails, it goes on when that is mended. */
export function webhookActivities(heartbeatSeconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    taskQueue: `${workflowInfo().taskQueue}${WEBHOOKS_SUFFIX}`,
    startToCloseTimeout: '10m',
    heartbeatTimeout: `${heartbeatSeconds}s`,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  })
}

/** Writes into the graph store while somebody waits for them: as often as the policy says, or until it answers. */
export function graphActivities(
  retry: { readonly attempts: number; readonly delayMs: number } | null,
): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    startToCloseTimeout: '1m',
    retry:
      retry === null
        ? { initialInterval: '1s', maximumInterval: '1m' }
        : { initialInterval: retry.delayMs, maximumAttempts: retry.attempts },
  })
}
