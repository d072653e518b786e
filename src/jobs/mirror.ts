import { WorkflowFailedError, type WorkflowExecutionDescription } from '@temporalio/client'
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common'
import type { temporal as proto } from '@temporalio/proto'
import type { JobError, TerminalState } from '../domain/job.ts'
import { SENTENCE, isErrorCode, type ErrorCode } from '../errors.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { missingBuild } from '../temporal/deployment.ts'
import { WORKFLOWS } from '../temporal/ids.ts'

/** What a run that stopped speaking is: told by Temporal, in the words of a job row. */
export type RunView =
  | { readonly kind: 'open'; readonly failing: boolean }
  | { readonly kind: 'stuck'; readonly error: JobError }
  | { readonly kind: 'closed'; readonly state: TerminalState; readonly error: JobError | null }

export interface ViewOptions {
  /** Failed tries of one workflow task before the run counts as stuck. */
  readonly stuckAttempts: number
  /** A worker that has not polled for so long is gone. */
  readonly goneAfterMs: number
  readonly deadlineMs: number
}

/** How much of the server's message is kept, as for a vendor's. */
const DETAIL_CHARS = 500
/** The failed workflow task stands among the last events: nothing moves after it. */
const LAST_EVENTS = 20

/** @param run the row's run, null when Temporal does not know it */
export async function viewRun(
  temporal: TemporalClient,
  { row, run }: { row: JobRow; run: WorkflowExecutionDescription | null },
  options: ViewOptions,
): Promise<RunView> {
  if (run === null) return failed(row, 'workflow_lost')
  switch (run.status.name) {
    case 'CANCELLED':
      return { kind: 'closed', state: 'cancelled', error: null }
    case 'TERMINATED':
      // A run that was stuck could not be cancelled in any other way.
      if (row.control === 'cancel') return { kind: 'closed', state: 'cancelled', error: null }
      return failed(row, 'terminated')
    case 'TIMED_OUT':
      return failed(row, 'timed_out')
    case 'FAILED':
      return failed(row, await failureCode(temporal, run, options.deadlineMs))
    case 'COMPLETED':
      // Its last report was acknowledged by a Postgres that no longer knows of it (restored from a backup, say): what it wrote
      // may be gone too. A retry skips what is there.
      return failed(row, 'workflow_lost')
    case 'RUNNING':
    case 'CONTINUED_AS_NEW':
    case 'PAUSED':
    case 'UNSPECIFIED':
    case 'UNKNOWN':
      return await viewOpen(temporal, { row, run }, options)
  }
}

function failed(row: JobRow, code: ErrorCode): RunView {
  return { kind: 'closed', state: 'failed', error: errorOf(row, code) }
}

function errorOf(row: JobRow, code: ErrorCode): JobError {
  return { code, message: SENTENCE[code], step: WORKFLOWS[row.kind].type }
}

async function viewOpen(
  temporal: TemporalClient,
  { row, run }: { row: JobRow; run: WorkflowExecutionDescription },
  { stuckAttempts, deadlineMs, goneAfterMs }: ViewOptions,
): Promise<RunView> {
  const build = await missingBuild(temporal, run, goneAfterMs)
  if (build !== null) {
    const detail = `No worker runs the build ${build}, which the run needs.`
    return { kind: 'stuck', error: { ...errorOf(row, 'stuck'), detail } }
  }
  const attempt = run.raw.pendingWorkflowTask?.attempt ?? 0
  if (attempt < stuckAttempts) return { kind: 'open', failing: attempt > 1 }
  const detail = await lastTaskFailure(temporal, run, deadlineMs)
  return {
    kind: 'stuck',
    error: { ...errorOf(row, 'stuck'), ...(detail === undefined ? {} : { detail }) },
  }
}

async function failureCode(
  { client, within }: TemporalClient,
  run: WorkflowExecutionDescription,
  deadlineMs: number,
): Promise<ErrorCode> {
  try {
    await within(deadlineMs, async () => {
      await client.workflow.result(run.workflowId, run.runId, { followRuns: false })
    })
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error
    const type = error.cause instanceof ApplicationFailure ? error.cause.type : undefined
    if (isErrorCode(type)) return type
  }
  return 'internal'
}

/** The server's own words for why a workflow task failed; the SDK's, about commands and names. */
async function lastTaskFailure(
  { client, namespace, within, dataConverter }: TemporalClient,
  run: WorkflowExecutionDescription,
  deadlineMs: number,
): Promise<string | undefined> {
  const { history } = await within(
    deadlineMs,
    async () =>
      await client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution: { workflowId: run.workflowId, runId: run.runId },
        maximumPageSize: LAST_EVENTS,
      }),
  )
  const event = history?.events?.find((each) => each.workflowTaskFailedEventAttributes)
  const failure = event?.workflowTaskFailedEventAttributes?.failure
  const message = failure ? await messageOf(failure, dataConverter) : undefined
  return message?.slice(0, DETAIL_CHARS)
}

/** With the codec on, the message stands in an encrypted payload. */
async function messageOf(
  failure: proto.api.failure.v1.IFailure,
  dataConverter: TemporalClient['dataConverter'],
): Promise<string | undefined> {
  const { encodedAttributes, message } = failure
  if (!encodedAttributes) return message ?? undefined
  let payloads = [encodedAttributes]
  for (const codec of dataConverter?.payloadCodecs?.toReversed() ?? []) {
    payloads = await codec.decode(payloads)
  }
  const [payload] = payloads
  const attributes: unknown = payload ? defaultPayloadConverter.fromPayload(payload) : undefined
  if (typeof attributes !== 'object' || attributes === null) return undefined
  return 'message' in attributes && typeof attributes.message === 'string'
    ? attributes.message
    : undefined
}
