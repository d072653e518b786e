import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { WebhookStart } from '../domain/webhook.ts'
import type { Logger } from '../logger.ts'
import { isStoreAway, type Queryable } from '../stores/database.ts'
import { takeDueWebhooks, type DueWebhook } from '../stores/events/deliveries.ts'
import { isTemporalAway } from '../temporal/away.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { webhookRunId } from '../temporal/ids.ts'
import { deliver } from '../workflows/messages.ts'

/** Signals the runs of webhooks that there is something to deliver, and starts those that are missing. */

export interface KeepWebhooks {
  readonly config: Pick<Config, 'BACKFILL_HEARTBEAT_SECONDS'>
  readonly db: Queryable
  readonly temporal: TemporalClient
  readonly log: Logger
}

/** An event waits that long at most until its delivery begins. */
const LOOK_MS = 1_000
const A_LOOK = 100
const START_DEADLINE_MS = 2_000
/** Above backfills, below what somebody waits for. */
const PRIORITY = 3

export async function keepWebhooks(services: KeepWebhooks, signal: AbortSignal): Promise<void> {
  const { db, log } = services
  while (!signal.aborted) {
    try {
      for (const webhook of await takeDueWebhooks(db, A_LOOK)) await notify(services, webhook)
    } catch (error) {
      // It is signalled again in some seconds; other parts report whether Temporal and Postgres answer.
      if (!isTemporalAway(error) && !isStoreAway(error))
        log.warn({ error }, 'webhooks could not be looked after')
    }
    // Only an abort rejects it, and that is what ends the waiting.
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function notify(
  { config, temporal }: KeepWebhooks,
  { id, namespaceId }: DueWebhook,
): Promise<void> {
  const { client, within, taskQueue } = temporal
  const start: WebhookStart = {
    webhookId: id,
    heartbeatSeconds: config.BACKFILL_HEARTBEAT_SECONDS,
  }
  await within(
    START_DEADLINE_MS,
    async () =>
      await client.workflow.signalWithStart('deliverWebhook', {
        workflowId: webhookRunId(id),
        taskQueue,
        args: [start],
        signal: deliver,
        priority: { priorityKey: PRIORITY, fairnessKey: namespaceId },
      }),
  )
}
