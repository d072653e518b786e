import type { WorkflowExecutionDescription, WorkflowStartOptions } from '@temporalio/client'
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type TypedSearchAttributes,
} from '@temporalio/common'
import { v7 as uuidv7 } from 'uuid'
import type { JobControl, JobStart, MemoryJobs } from '../domain/job.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { isUnknownSearchAttribute } from '../temporal/away.ts'
import type { TemporalClient } from '../temporal/client.ts'
import type { RunSubject } from '../temporal/search-attributes.ts'
import { CONFLICT_POLICY, REUSE_POLICY, SHARED_WRITES, WORKFLOWS } from '../temporal/ids.ts'
import { pause, resume } from '../workflows/messages.ts'
import { argumentOf } from './arguments.ts'

/** Temporal's runs as the jobs they belong to. Every call fails after its deadline; none waits for a server that is away. */
export interface Runs {
  /**
   * Starts the run of a row, or finds that it was started before. The chain that a retry replaces is ended first.
   * @returns the first run id of the chain; null while a run of other work that has the same id is still closing
   */
  start(row: JobRow, deadlineMs: number): Promise<string | null>
  /** Starts one run for these writes of a namespace; whose it is, their rows learn when it has finished them. */
  startTogether(rows: readonly JobRow[], deadlineMs: number): Promise<void>
  /** Tells the run what was asked of it. A run that is stuck cannot hear: cancelling terminates it. */
  deliver(row: JobRow, control: JobControl, deadlineMs: number): Promise<void>
  /** The latest run of the row's attempt; null when Temporal knows none. */
  describe(row: JobRow, deadlineMs: number): Promise<WorkflowExecutionDescription | null>
}

/** Travels with every run, so that it can be told whose it is. */
interface RunMemo {
  readonly jobId: string
  readonly attempt: number
}

export function createRuns(temporal: TemporalClient, heartbeatSeconds: number): Runs {
  const { client, within } = temporal
  const describe = async (row: JobRow) => {
    try {
      const run = await client.workflow.getHandle(row.workflowId).describe()
      return isRunOf(run, row) ? run : null
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null
      throw error
    }
  }
  const start = async (row: JobRow) => {
    if (row.previousRunId !== null) await endChain(temporal, row.workflowId, row.previousRunId)
    try {
      return await startAnew(temporal, row, argumentOf(row, heartbeatSeconds))
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      const run = await describe(row)
      return run === null ? null : firstRunId(run)
    }
  }
  return {
    start: async (row, deadlineMs) => await within(deadlineMs, async () => await start(row)),
    startTogether: async (rows, deadlineMs) =>
      await within(deadlineMs, async () => await startTogether(temporal, rows, heartbeatSeconds)),
    describe: async (row, deadlineMs) => await within(deadlineMs, async () => await describe(row)),
    deliver: async (row, control, deadlineMs) =>
      await within(deadlineMs, async () => {
        const run = await describe(row)
        if (run !== null) await deliver(temporal, { row, run }, control)
      }),
  }
}

function isRunOf({ memo }: WorkflowExecutionDescription, row: JobRow): boolean {
  return memo?.['jobId'] === row.id && memo['attempt'] === row.attempts
}

function firstRunId(run: WorkflowExecutionDescription): string {
  // Servers before 1.24 leave it empty; then the run in hand is the best guess.
  return run.raw.workflowExecutionInfo?.firstRunId || run.runId
}

async function startAnew(temporal: TemporalClient, row: JobRow, job: JobStart): Promise<string> {
  const { type, priority } = WORKFLOWS[row.kind]
  const memo: RunMemo = { jobId: row.id, attempt: row.attempts }
  return await startWorkflow(temporal, {
    type,
    subject: row,
    options: {
      workflowId: row.workflowId,
      priority: { priorityKey: priority, fairnessKey: row.namespaceId },
      memo: { ...memo },
      args: [job],
    },
  })
}

async function startTogether(
  temporal: TemporalClient,
  rows: readonly JobRow[],
  heartbeatSeconds: number,
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const { namespaceId, kind } = first
  const { type, priority, workflowId } = SHARED_WRITES
  const shared: MemoryJobs = { jobs: rows.map(({ id }) => id), heartbeatSeconds }
  await startWorkflow(temporal, {
    type,
    subject: { namespaceId, kind, userId: null },
    options: {
      workflowId: workflowId(uuidv7()),
      priority: { priorityKey: priority, fairnessKey: namespaceId },
      memo: { jobs: rows.length },
      args: [shared],
    },
  })
}

interface Start {
  readonly type: string
  readonly subject: RunSubject
  readonly options: Pick<WorkflowStartOptions, 'workflowId' | 'priority' | 'memo' | 'args'>
}

/** @returns the first run id of the chain */
async function startWorkflow(
  { client, searchAttributes, taskQueue }: TemporalClient,
  { type, subject, options: given }: Start,
): Promise<string> {
  const options = (attributes?: TypedSearchAttributes): WorkflowStartOptions => ({
    ...given,
    workflowIdConflictPolicy: CONFLICT_POLICY,
    workflowIdReusePolicy: REUSE_POLICY,
    taskQueue,
    ...(attributes === undefined ? {} : { typedSearchAttributes: attributes }),
  })
  try {
    const attributes = await searchAttributes.of(subject)
    return (await client.workflow.start(type, options(attributes))).firstExecutionRunId
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error
    searchAttributes.refused()
    return (await client.workflow.start(type, options())).firstExecutionRunId
  }
}

/** Ends whatever is left of a chain; one that is closed or forgotten is fine. */
async function endChain(temporal: TemporalClient, workflowId: string, firstExecutionRunId: string) {
  try {
    await temporal.client.workflow
      .getHandle(workflowId, undefined, { firstExecutionRunId })
      .terminate('replaced by a retry')
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}

interface Addressee {
  readonly row: JobRow
  /** The row's own: another job may have the same workflow id by now. */
  readonly run: WorkflowExecutionDescription
}

async function deliver(
  { client }: TemporalClient,
  { row, run }: Addressee,
  control: JobControl,
): Promise<void> {
  const { workflow } = client
  try {
    if (control !== 'cancel') {
      // A signal reaches the run it names; what that has continued as by then hears of it with the next sweep.
      await workflow
        .getHandle(row.workflowId, run.runId)
        .signal(control === 'pause' ? pause : resume)
      return
    }
    const firstExecutionRunId = firstRunId(run)
    const chain = workflow.getHandle(row.workflowId, undefined, { firstExecutionRunId })
    if (row.error?.code === 'stuck') await chain.terminate('cancelled while stuck')
    else await chain.cancel()
  } catch (error) {
    // Closed or lost: the row learns of that when it is looked at.
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}
