import { setTimeout as sleep } from 'node:timers/promises'
import { WorkflowNotFoundError } from '@temporalio/client'
import pLimit from 'p-limit'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { TemporalClient } from './client.ts'

/** Removing runs with their histories, which Temporal does in its own time. */

const AT_ONCE = 8
const DEADLINE_MS = 10_000
const LOOK_MS = 500
/** Beyond a minute the step is repeated. */
const GONE_WITHIN_MS = 90_000

/** Deletes every run of these workflows and waits until Temporal has none of them. @returns how many there were */
export async function deleteRuns(
  temporal: TemporalClient,
  workflowIds: readonly string[],
  beat: () => void,
): Promise<number> {
  const limit = pLimit(AT_ONCE)
  const counts = await limit.map([...workflowIds], async (id) => {
    beat()
    return await deleteRunsOf(temporal, id)
  })
  const until = Date.now() + GONE_WITHIN_MS
  await limit.map([...workflowIds], async (id) => {
    while (!(await isGone(temporal, id))) {
      beat()
      if (Date.now() > until) {
        throw new MemoirError('temporal_unavailable', SENTENCE.temporal_unavailable)
      }
      // A run that was starting when it was listed.
      await deleteRunsOf(temporal, id)
      await sleep(LOOK_MS)
    }
  })
  return counts.reduce((total, count) => total + count, 0)
}

async function runsOf(temporal: TemporalClient, workflowId: string): Promise<string[]> {
  const { client, within } = temporal
  return await within(DEADLINE_MS, async () => {
    const runs: string[] = []
    // Our own uuids only: nothing in it needs quoting.
    const query = `WorkflowId = "${workflowId}"`
    for await (const { runId } of client.workflow.list({ query })) runs.push(runId)
    return runs
  })
}

/** Lists lag behind: the latest run is asked for by name too. */
async function deleteRunsOf(temporal: TemporalClient, workflowId: string): Promise<number> {
  const runs = new Set(await runsOf(temporal, workflowId))
  const latest = await latestRun(temporal, workflowId)
  if (latest !== null) runs.add(latest)
  const { client, namespace, within } = temporal
  for (const runId of runs) {
    await within(DEADLINE_MS, async () => {
      await client.workflowService
        .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
        .catch(unlessGone)
    })
  }
  return runs.size
}

async function latestRun(temporal: TemporalClient, workflowId: string): Promise<string | null> {
  const { client, within } = temporal
  try {
    const handle = client.workflow.getHandle(workflowId)
    return (await within(DEADLINE_MS, async () => await handle.describe())).runId
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  }
}

async function isGone(temporal: TemporalClient, workflowId: string): Promise<boolean> {
  if ((await latestRun(temporal, workflowId)) !== null) return false
  return (await runsOf(temporal, workflowId)).length === 0
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const NOT_FOUND = 5

function unlessGone(error: unknown): void {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === NOT_FOUND) {
    return
  }
  throw error
}
