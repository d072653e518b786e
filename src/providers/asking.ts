import { MemoirError, SENTENCE } from '../errors.ts'
import type { ModelOptions } from './language-model.ts'
import type { createChat, Question, Unusable } from './openai-chat.ts'

/** How often a model is asked the same. Then the step fails visibly, since each answer is paid for. */

/** Tokens an answer may take: some sixty facts, and what small models can still write. Later tries get twice as many. */
export const ANSWER_ROOM = 4_096
const TRIES = 3
/** What a model refuses it refuses again. */
const TRIES_REFUSED = 2

export type Chat = ReturnType<typeof createChat>

/** Asks, and again with twice the room when the answer cannot be used. */
export async function ask<T, V>(
  chat: Chat,
  question: Omit<Question<T, V>, 'room' | 'after'>,
  call: ModelOptions,
): Promise<V> {
  const first = await chat({ ...question, room: ANSWER_ROOM }, call)
  if ('value' in first) return first.value
  if ('tooLong' in first) throw first.tooLong
  return await askAgain(chat, { question, answered: first }, call)
}

/**
 * Goes on asking after an answer that cannot be used. What is sound in one of them is taken when none is sound as a whole.
 * @throws MemoirError `vendor_bad_answer` or `vendor_refused` when none can be used
 */
export async function askAgain<T, V>(
  chat: Chat,
  {
    question,
    answered,
  }: { question: Omit<Question<T, V>, 'room' | 'after'>; answered: Unusable<V> },
  call: ModelOptions,
): Promise<V> {
  let last = answered
  let { partly } = answered
  for (let tries = 1; tries < (last.problem === 'refused' ? TRIES_REFUSED : TRIES); tries += 1) {
    const next = await chat({ ...question, room: 2 * ANSWER_ROOM, after: last.problem }, call)
    if ('value' in next) return next.value
    if ('tooLong' in next) throw next.tooLong
    last = next
    partly ??= next.partly
  }
  if (partly !== undefined) return partly
  const { problem, words } = last
  const code = problem === 'refused' ? 'vendor_refused' : 'vendor_bad_answer'
  throw new MemoirError(code, SENTENCE[code], {
    details: { answer: problem },
    vendorText: words,
  })
}
