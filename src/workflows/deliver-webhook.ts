import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow'
import type { WebhookStart } from '../domain/webhook.ts'
import { deliver } from './messages.ts'
import { webhookActivities } from './options.ts'

/**
 * Delivers the events of one webhook for as long as some wait, when they are due.
 * Promises: events of one user arrive in order; progress is stored in Postgres, so a run that starts again repeats at most the delivery
 * in flight.
 * On failure: an endpoint that fails does not fail the run. A step that fails is repeated. A run that has ended is started again by the
 * next check of a worker.
 */
export async function deliverWebhook(start: WebhookStart): Promise<void> {
  let signalled = false
  setHandler(deliver, () => {
    signalled = true
  })
  const { webhookId, heartbeatSeconds } = start
  for (;;) {
    signalled = false
    const { waitMs } = await webhookActivities(heartbeatSeconds).deliverRound({ webhookId })
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverWebhook>(start)
    if (waitMs === null && !signalled) return
    if (waitMs !== null && waitMs > 0) await condition(() => signalled, waitMs)
  }
}
