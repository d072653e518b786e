import { createHash } from 'node:crypto'
import { Context as Activity } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type {
  AcceptedMemories,
  Context,
  ContextQuestion,
  Memoir,
  MemoryWrite,
  Recall,
  RecallQuestion,
} from '@memoir/client'
import { currentSubject } from './activity-interceptor.ts'

/** The activities as workflows call them; ./workflow.ts has their proxies. */
export interface MemoirActivities {
  memoirRecall(question: RecallQuestion): Promise<Recall>
  memoirContext(question: ContextQuestion): Promise<Context>
  memoirRemember(memory: MemoryWrite): Promise<AcceptedMemories>
}

export function createActivities(memoir: Memoir): MemoirActivities {
  const options = () => ({ signal: Activity.current().cancellationSignal })
  const mine = ({ user_ids }: RecallQuestion | ContextQuestion) => {
    const user_id = currentSubject()?.user_id
    return user_id === undefined || user_ids !== undefined ? {} : { user_id }
  }
  return {
    memoirRecall: async (question) =>
      await failing(async () => await memoir.recall({ ...mine(question), ...question }, options())),
    memoirContext: async (question) =>
      await failing(
        async () => await memoir.context({ ...mine(question), ...question }, options()),
      ),
    memoirRemember: async (memory) => {
      const body = { ...currentSubject(), ...memory }
      const keyed = { ...options(), idempotencyKey: stepKey() }
      return await failing(async () => await memoir.add(body, keyed))
    },
  }
}

/** Names this step of this run: every try of it is the same write. A hash, since ids of workflows may be long and say something. */
function stepKey(): string {
  const { workflowExecution, namespace, activityId } = Activity.current().info
  const { workflowId, runId } = workflowExecution ?? {}
  const step = JSON.stringify([namespace, workflowId, runId, activityId])
  return createHash('sha256').update(step).digest('hex')
}

/** Statuses that may pass: timeouts and conflicts with work under way, too many requests, and trouble of the server. */
const isPassing = (status: number, code: string) =>
  status === 408 || status === 429 || status >= 500 || code === 'in_progress'

/** What another try cannot help fails the activity at once; the delay that Memoir asks for is kept. */
async function failing<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    // By name, not by class: the application may have another copy of the client.
    if (!(error instanceof Error) || error.name !== 'MemoirApiError') throw error
    const { code, status, retryAfterMs, request_id } = error as Error & ApiError
    throw ApplicationFailure.create({
      type: code,
      message: error.message,
      nonRetryable: !isPassing(status, code),
      details: [{ status, request_id }],
      cause: error,
      ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
    })
  }
}

interface ApiError {
  readonly code: string
  readonly status: number
  readonly retryAfterMs: number | undefined
  readonly request_id: string | undefined
}
