import { MemoirError, SENTENCE } from '../errors.ts'
import type { ModelOptions } from './language-model.ts'
import type { createChat, Problem, Question } from './openai-chat.ts'

/** How often a model is asked: twice at most. Later tries are the caller's, who knows when and at what price. */

/** Tokens an answer may take: some sixty facts, and what small models can still write. The second try gets twice as many. */
export const ANSWER_ROOM = 4_096

export type Chat = ReturnType<typeof createChat>

/** Asks, and once more with twice the room when the answer cannot be used. */
export async function askTwice<T, V>(
  chat: Chat,
  question: Omit<Question<T, V>, 'room' | 'after'>,
  call: ModelOptions,
): Promise<V> {
  const first = await chat({ ...question, room: ANSWER_ROOM }, call)
  if ('value' in first) return first.value
  if ('tooLong' in first) throw first.tooLong
  return await askAgain(chat, { ...question, after: first.problem }, call)
}

/** @throws MemoirError `vendor_bad_answer` or `vendor_refused` when this answer cannot be used either */
export async function askAgain<T, V>(
  chat: Chat,
  question: Omit<Question<T, V>, 'room'> & { readonly after: Problem },
  call: ModelOptions,
): Promise<V> {
  const second = await chat({ ...question, room: 2 * ANSWER_ROOM }, call)
  if ('value' in second) return second.value
  if ('tooLong' in second) throw second.tooLong
  const code = second.problem === 'refused' ? 'vendor_refused' : 'vendor_bad_answer'
  throw new MemoirError(code, SENTENCE[code], { details: { answer: second.problem } })
}
