import { Context } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
} from '@temporalio/worker'
import {
  DAY_BUDGET_REACHED,
  SENTENCE,
  toMemoirError,
  type ErrorCode,
  type MemoirError,
} from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Queryable } from '../stores/database.ts'
import { noteStepFailure } from '../stores/jobs/jobs.ts'

/** The one place where errors become Temporal failures: a code and its sentence, never a message that may quote what was ingested. */

/**
 * `endless`: somebody else has to come back, and waiting is free. `bounded`: nobody knows whether waiting helps, so it ends where it
 * can be seen and retried. `permanent`: the same step fails the same way.
 */
type Retry = 'endless' | 'bounded' | 'permanent'

export const RETRY = {
  invalid_request: 'permanent',
  unauthorized: 'permanent',
  forbidden: 'permanent',
  not_found: 'permanent',
  method_not_allowed: 'permanent',
  conflict: 'permanent',
  in_progress: 'endless',
  precondition_failed: 'permanent',
  payload_too_large: 'permanent',
  unsupported_media_type: 'permanent',
  issuer_unavailable: 'bounded',
  rate_limited: 'endless',
  configuration_invalid: 'permanent',
  store_unavailable: 'endless',
  temporal_unavailable: 'endless',
  persistence_failed: 'bounded',
  vector_store_failed: 'bounded',
  graph_store_failed: 'bounded',
  graph_unavailable: 'endless',
  sync_failed: 'bounded',
  vendor_busy: 'endless',
  vendor_unavailable: 'endless',
  vendor_refused: 'permanent',
  vendor_unauthorized: 'permanent',
  vendor_bad_answer: 'permanent',
  dimension_mismatch: 'permanent',
  reembed_required: 'permanent',
  source_unavailable: 'endless',
  source_invalid: 'permanent',
  no_user: 'permanent',
  no_id: 'permanent',
  duplicate_id: 'permanent',
  source_row_invalid: 'permanent',
  conversation_too_large: 'permanent',
  suppressed_user: 'permanent',
  budget_reached: 'permanent',
  guard: 'permanent',
  worker_killed: 'permanent',
  workflow_taken: 'permanent',
  workflow_lost: 'permanent',
  terminated: 'permanent',
  timed_out: 'permanent',
  stuck: 'permanent',
  cancelled: 'permanent',
  internal: 'bounded',
} satisfies Record<ErrorCode, Retry>

/** With a backoff that doubles from a second to a minute, about four minutes: longer than a restart, shorter than a coffee. */
export const BOUNDED_ATTEMPTS = 10
/** What of a vendor's words is kept for the operator. */
const DETAIL_CHARS = 500

interface FailureDependencies {
  readonly db: Queryable
  readonly log: Logger
}

/** Translates what a step throws, and leaves a note of it on the job's row while the step is tried again. */
export function createFailureInterceptor(
  dependencies: FailureDependencies,
): ActivityInterceptorsFactory {
  return () => ({ inbound: inbound(dependencies) })
}

function inbound({ db, log }: FailureDependencies): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      try {
        return await next(input)
      } catch (thrown) {
        const { info, cancellationSignal, cancelled } = Context.current()
        // Whatever a step throws once it was told to stop, it stopped for that reason.
        if (cancellationSignal.aborted) return await cancelled
        if (thrown instanceof ApplicationFailure) throw thrown
        const error = toMemoirError(thrown)
        const step = info.activityType
        log.warn({ step, attempt: info.attempt, code: error.code, error: thrown }, 'a step failed')
        await note({ db, log }, { jobId: jobIdOf(input), step, error })
        throw failureOf(error, info.attempt)
      }
    },
  }
}

/** No cause is attached: its message and stack would stand in the history. */
function failureOf(error: MemoirError, attempt: number): ApplicationFailure {
  const retry: Retry = RETRY[error.code]
  const failure = ApplicationFailure.create({
    type: error.code,
    message: SENTENCE[error.code],
    nonRetryable: retry === 'permanent' || (retry === 'bounded' && attempt >= BOUNDED_ATTEMPTS),
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
    // The run has to know whether to wait for a person.
    ...(isOfTheDay(error) ? { details: ['day'] } : {}),
  })
  failure.stack = ''
  return failure
}

function isOfTheDay({ code, details }: MemoirError): boolean {
  return code === 'budget_reached' && details?.['budget'] === 'day'
}

/** Every argument of a step that belongs to a job names it. */
function jobIdOf({ args }: ActivityExecuteInput): string | undefined {
  const [argument] = args
  if (typeof argument !== 'object' || argument === null || !('jobId' in argument)) return undefined
  return typeof argument.jobId === 'string' ? argument.jobId : undefined
}

async function note(
  { db, log }: FailureDependencies,
  failed: { jobId: string | undefined; step: string; error: MemoirError },
): Promise<void> {
  const { jobId, step, error } = failed
  // Postgres being away cannot be written into Postgres.
  if (jobId === undefined || error.code === 'store_unavailable') return
  const detail = error.vendorText?.slice(0, DETAIL_CHARS)
  try {
    await noteStepFailure(db, jobId, {
      code: error.code,
      message: isOfTheDay(error) ? DAY_BUDGET_REACHED : SENTENCE[error.code],
      step,
      ...(detail === undefined ? {} : { detail }),
    })
  } catch (failure) {
    log.warn({ jobId, step, error: failure }, 'the note of a failed step could not be written')
  }
}
