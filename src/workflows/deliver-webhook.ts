import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow'
import type { WebhookStart } from '../domain/webhook.ts'
import { deliver } from './messages.ts'
import { webhookActivities } from './options.ts'

/**
 * Delivers the events of one webhook for as long as something waits, at the times at which it is due.
 * Promises: what one user is told arrives in order; what was delivered stands in Postgres, so a run that begins anew sends nothing twice
 * but what was in hand.
 * On failure: an endpoint that fails is no failure of the run; a step that fails is repeated, and a run that has ended is begun anew by
 * the next look of a worker.
 */
export async function deliverWebhook(start: WebhookStart): Promise<void> {
  let told = false
  setHandler(deliver, () => {
    told = true
  })
  const { webhookId, heartbeatSeconds } = start
  for (;;) {
    told = false
    const { waitMs } = await webhookActivities(heartbeatSeconds).deliverRound({ webhookId })
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverWebhook>(start)
    if (waitMs === null && !told) return
    if (waitMs !== null && waitMs > 0) await condition(() => told, waitMs)
  }
}
