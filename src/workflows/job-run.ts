import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  condition,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { JobError, JobStart, JobState } from '../domain/job.ts'
import { SENTENCE, isErrorCode } from '../errors.ts'
import { pause, resume } from './messages.ts'
import { databaseActivities } from './options.ts'

export interface JobRun {
  paused(): boolean
  /** Between steps: says what changed, and waits while the job is paused. */
  turn(): Promise<void>
  /** Pauses for a reason that an operator has to mend, says it, and waits to be resumed. */
  hold(error: JobError): Promise<void>
  /** For the arguments of the run that continues this one. */
  carried(): Pick<JobStart, 'paused' | 'seq'>
}

export interface JobOptions {
  /** Waits for whatever has to come first; the row goes on saying `queued` meanwhile. */
  readonly queue?: () => Promise<void>
}

/**
 * The protocol between a run and its job row.
 * Promises: the row says `running` or `paused` before the first step, and the terminal state before the run closes; a run whose row
 * has moved on to another does nothing.
 * On failure: the row gets the code, its sentence and the step, then the run fails with the same code. A cancellation is reported
 * once the step in hand has stopped.
 */
export async function runJob(
  start: Pick<JobStart, 'jobId' | 'paused' | 'seq'>,
  body: (run: JobRun) => Promise<void>,
  { queue }: JobOptions = {},
): Promise<void> {
  let { paused, seq } = start
  let owned = true
  let asked = seq === 0
  setHandler(pause, () => {
    paused = true
    asked = true
  })
  setHandler(resume, () => {
    paused = false
    asked = true
  })
  const database = databaseActivities()
  const runId = workflowInfo().firstExecutionRunId
  const report = async (state: JobState, error: JobError | null = null) => {
    seq += 1
    owned &&= await database.reportJob({ jobId: start.jobId, runId, seq, state, error })
    if (!owned) throw ApplicationFailure.nonRetryable(SENTENCE.conflict, 'conflict')
  }
  const turn = async () => {
    for (;;) {
      if (asked) {
        asked = false
        await report(paused ? 'paused' : 'running')
      } else if (paused) await condition(() => asked)
      else return
    }
  }
  try {
    await queue?.()
    await turn()
    const hold = async (error: JobError) => {
      paused = true
      asked = false
      await report('paused', error)
      await turn()
    }
    await body({ paused: () => paused, turn, hold, carried: () => ({ paused, seq }) })
    await report('succeeded')
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error
    if (!owned) return
    await CancellationScope.nonCancellable(async () => await reportEnd(error, report))
    throw isCancellation(error) ? error : failureOf(error)
  }
}

async function reportEnd(
  error: unknown,
  report: (state: JobState, error?: JobError) => Promise<void>,
): Promise<void> {
  if (isCancellation(error)) return await report('cancelled')
  const { type } = failureOf(error)
  const code = isErrorCode(type) ? type : 'internal'
  await report('failed', { code, message: SENTENCE[code], step: stepOf(error) })
}

/** The step's own failure without what wraps it; the run fails with that. */
function failureOf(error: unknown): ApplicationFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error
  const type = cause instanceof ApplicationFailure ? cause.type : undefined
  const code = isErrorCode(type) ? type : 'internal'
  return ApplicationFailure.nonRetryable(SENTENCE[code], code)
}

function stepOf(error: unknown): string {
  return error instanceof ActivityFailure ? error.activityType : workflowInfo().workflowType
}
