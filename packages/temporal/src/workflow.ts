import type {
  AcceptedMemories,
  Context,
  ContextQuestion,
  MemoryWrite,
  Recall,
  RecallQuestion,
} from '@memoir/client'
import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import type { MemoirActivities } from './activities.ts'

/**
 * Memory in workflow code. What is recalled becomes part of the workflow's history, so a worker that dies changes nothing of
 * it; what is remembered is written once, however often the step is tried. User and session come from the headers
 * (`forSubject`) unless they are given.
 */
export interface Memory {
  /** Finds what is remembered of a user, best first. */
  recall(question: RecallQuestion): Promise<Recall>
  /** The same as one text for a model's prompt, which cites the memories by number. */
  context(question: ContextQuestion): Promise<Context>
  /** Remembers something; found by its words at once. */
  remember(memory: MemoryWrite): Promise<AcceptedMemories>
}

/** Memoir keeps the key of a write for 24 hours: a try after that would be another write. */
const KEPT = '20 hours'

/** The three with other timeouts, retries or another task queue. */
export function memoryWith(options: Partial<ActivityOptions> = {}): Memory {
  const activities = proxyActivities<MemoirActivities>({
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: KEPT,
    ...options,
  })
  return {
    recall: async (question) => await activities.memoirRecall(question),
    context: async (question) => await activities.memoirContext(question),
    remember: async (memory) => await activities.memoirRemember(memory),
  }
}

export const { recall, context, remember } = memoryWith()

export type { Subject } from './subject.ts'
