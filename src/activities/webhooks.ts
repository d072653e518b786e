import { Context } from '@temporalio/activity'
import type { WebhookSteps } from '../events/deliver.ts'
import { beating } from './beating.ts'

export function createWebhookActivities({ webhookSteps }: { readonly webhookSteps: WebhookSteps }) {
  return {
    /** Sends what is due of a webhook, for a minute at most. @returns how long until there is more; null when nothing waits */
    deliverRound: async ({ webhookId }: { readonly webhookId: string }) =>
      await beating(
        async () => await webhookSteps.round(webhookId, Context.current().cancellationSignal),
      ),
  }
}
