import protos from '@temporalio/proto'
import { BULK_SUFFIX, MODELS_SUFFIX, WEBHOOKS_SUFFIX } from '../workflows/queues.ts'
import type { TemporalClient } from './client.ts'

const { TASK_QUEUE_TYPE_ACTIVITY, TASK_QUEUE_TYPE_WORKFLOW } =
  protos.temporal.api.enums.v1.TaskQueueType

/** What Memoir's work needs somebody to poll. */
const POLLED = [
  { suffix: '', taskQueueType: TASK_QUEUE_TYPE_WORKFLOW, what: 'workflows' },
  { suffix: '', taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'steps' },
  { suffix: MODELS_SUFFIX, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'live vendor calls' },
  { suffix: BULK_SUFFIX, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'pages' },
  { suffix: WEBHOOKS_SUFFIX, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY, what: 'deliveries' },
] as const

/** A poll lasts a minute; who has not come back after two is gone, though the server names it for five. */
export const GONE_AFTER_MS = 120_000
const DEADLINE_MS = 3_000
/** Whoever watches a queue asks every few seconds. */
const SEEN_WITHIN_MS = 1_000

export interface Pollers {
  /** Processes that poll for workflows. */
  readonly workers: number
  /** Kinds of work that nobody takes. */
  readonly untaken: readonly string[]
}

/** Who takes work from Memoir's queues now. @throws when the server does not answer */
export async function findPollers(temporal: TemporalClient): Promise<Pollers> {
  const counts = await Promise.all(
    POLLED.map(async ({ what, ...queue }) => {
      const alive = await pollersOf(temporal, queue, DEADLINE_MS)
      return { what, workers: new Set(alive.map(({ identity }) => identity)).size }
    }),
  )
  return {
    workers: counts[0]?.workers ?? 0,
    untaken: counts.flatMap(({ what, workers }) => (workers === 0 ? [what] : [])),
  }
}

export interface SeenWorker {
  readonly identity: string
  /** ISO 8601. */
  readonly last_seen: string
}

/** Processes that poll for workflows, seen last first. @throws when the server does not answer */
export async function findWorkers(temporal: TemporalClient): Promise<SeenWorker[]> {
  const alive = await pollersOf(temporal, POLLED[0], SEEN_WITHIN_MS)
  const seen = new Map<string, number>()
  for (const { identity, lastAccessTime } of alive) {
    const name = identity ?? ''
    seen.set(name, Math.max(seen.get(name) ?? 0, secondsOf(lastAccessTime)))
  }
  return [...seen]
    .toSorted(([, a], [, b]) => b - a)
    .map(([identity, at]) => ({ identity, last_seen: new Date(at * 1000).toISOString() }))
}

/** Builds of a deployment that processes run workflows with. @throws when the server does not answer */
export async function findBuilds(
  temporal: TemporalClient,
  { deploymentName, goneAfterMs }: { deploymentName: string; goneAfterMs: number },
): Promise<ReadonlySet<string>> {
  const alive = await pollersOf(temporal, POLLED[0], DEADLINE_MS, goneAfterMs)
  return new Set(
    alive.flatMap(({ deploymentOptions: own }) =>
      own?.deploymentName === deploymentName && own.buildId ? [own.buildId] : [],
    ),
  )
}

async function pollersOf(
  { client, namespace, taskQueue, within }: TemporalClient,
  { suffix, taskQueueType }: Pick<(typeof POLLED)[number], 'suffix' | 'taskQueueType'>,
  deadlineMs: number,
  goneAfterMs = GONE_AFTER_MS,
) {
  const { pollers } = await within(
    deadlineMs,
    async () =>
      await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: `${taskQueue}${suffix}` },
        taskQueueType,
      }),
  )
  return (pollers ?? []).filter(
    ({ lastAccessTime }) => Date.now() - secondsOf(lastAccessTime) * 1000 < goneAfterMs,
  )
}

function secondsOf(time: protos.google.protobuf.ITimestamp | null | undefined): number {
  return Number(time?.seconds ?? 0)
}
