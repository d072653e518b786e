import protos from '@temporalio/proto'
import { BULK_SUFFIX, MODELS_SUFFIX } from '../workflows/queues.ts'
import type { TemporalClient } from './client.ts'

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } =
  protos.temporal.api.enums.v1.TaskQueueType

/** What Memoir's work needs somebody to poll. */
const POLLED = [
  { suffix: '', taskQueueType: TASK_QUEUE_TYPE_WORKFLOW, what: 'workflows' },
  { suffix: '', taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'steps' },
  { suffix: MODELS_SUFFIX, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'live vendor calls' },
  { suffix: BULK_SUFFIX, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'pages' },
] as const

/** A poll lasts a minute; who has not come back after two is gone, though the server names it for five. */
const GONE_AFTER_MS = 120_000
const DEADLINE_MS = 3_000

export interface Pollers {
  /** Processes that poll for workflows. */
  readonly workers: number
  /** Kinds of work that nobody takes. */
  readonly untaken: readonly string[]
}

/** Who takes work from Memoir's queues now. @throws when the server does not answer */
export async function findPollers(temporal: TemporalClient): Promise<Pollers> {
  const { client, namespace, taskQueue, within } = temporal
  const counts = await Promise.all(
    POLLED.map(async ({ suffix, taskQueueType, what }) => {
      const name = `${taskQueue}${suffix}`
      const { pollers } = await within(
        DEADLINE_MS,
        async () =>
          await client.workflowService.describeTaskQueue({
            namespace,
            taskQueue: { name },
            taskQueueType,
          }),
      )
      const alive = (pollers ?? []).filter(
        ({ lastAccessTime }) => Date.now() - secondsOf(lastAccessTime) * 1000 < GONE_AFTER_MS,
      )
      return { what, workers: new Set(alive.map(({ identity }) => identity)).size }
    }),
  )
  return {
    workers: counts[0]?.workers ?? 0,
    untaken: counts.flatMap(({ what, workers }) => (workers === 0 ? [what] : [])),
  }
}

function secondsOf(time: protos.google.protobuf.ITimestamp | null | undefined): number {
  return Number(time?.seconds ?? 0)
}
