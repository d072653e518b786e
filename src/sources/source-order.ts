import type { SourceMessage } from '../ingest/conversation.ts'

/** The order in which messages were said, and when, where some or all of them have no time. */

export interface UndatedMessage extends Omit<SourceMessage, 'id' | 'createdAt'> {
  readonly id: string | null
  readonly at: Date | null
}

export type DatedMessage = Omit<SourceMessage, 'id'> & { readonly id: string | null }

/**
 * @param messages in the order of their ids, or as a list has them
 * @returns a message without a time a millisecond after the one before it. `undated` where nothing says when any was said: their times
 *   then count from 1970, to be moved to when the conversation was first seen
 */
export function datedMessages(
  messages: readonly UndatedMessage[],
  { began, ordered }: { began: Date | null; ordered: 'by id' | 'as listed' },
): { messages: DatedMessage[]; undated: boolean } {
  const inOrder = ordered === 'by id' ? byTime(messages) : messages
  const first = inOrder.findIndex(({ at }) => at !== null)
  const undated = first === -1 && began === null
  const start = first <= 0 ? (began?.getTime() ?? 0) : beginOf(inOrder, { first, began })
  let last = start - 1
  return {
    undated,
    messages: inOrder.map(({ at, ...message }) => {
      last = at?.getTime() ?? last + 1
      return { ...message, createdAt: new Date(last) }
    }),
  }
}

/** Before the first that has a time, and not before the conversation began where that leaves room. */
function beginOf(
  messages: readonly UndatedMessage[],
  { first, began }: { first: number; began: Date | null },
): number {
  const latest = (messages[first]?.at?.getTime() ?? 0) - first
  return began === null ? latest : Math.min(began.getTime(), latest)
}

/**
 * By time, then by id. Where some have no time, ids decide if they agree with the times that there are: then they were given one after
 * the other. If not, messages without a time are the last.
 */
function byTime(messages: readonly UndatedMessage[]): readonly UndatedMessage[] {
  const times = messages.flatMap(({ at }) => at?.getTime() ?? [])
  const agree = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time))
  if (agree) return messages
  const timeOf = ({ at }: UndatedMessage) => at?.getTime() ?? Number.POSITIVE_INFINITY
  // Infinities have no difference.
  return messages.toSorted((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b)))
}
