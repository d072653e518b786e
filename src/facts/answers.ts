import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { MemoirError } from '../errors.ts'
import type { ModelAnswer } from '../providers/language-model.ts'
import type { Queryable } from '../stores/database.ts'
import { findAnswer, keepAnswer } from '../stores/spending/model-answers.ts'

export interface Question<T> {
  readonly jobId: string
  readonly userId: string
  readonly step: string
  readonly model: string
  /** All that is asked: the same input of the same step has one answer for ever. */
  readonly input: unknown
  readonly schema: z.ZodType<T>
  /** How often things of the user had been forgotten when the input was read. */
  readonly fence?: { readonly seq: number } | undefined
}

/**
 * A model's answer, asked for once. It is stored before anybody sees it, so a step that is repeated, or two at once, go by the same
 * words and pay once.
 * @throws MemoirError of the model; `internal` when the stored row holds something else
 */
export async function answered<T>(
  db: Queryable,
  question: Question<T>,
  ask: () => Promise<ModelAnswer<T>>,
): Promise<ModelAnswer<T> & { readonly model: string }> {
  const { jobId, step, userId, model, input, schema, fence } = question
  const inputHash = createHash('sha256').update(JSON.stringify(input)).digest()
  const key = { jobId, step, inputHash }
  const stored =
    (await findAnswer(db, key)) ??
    (await keepAnswer(db, key, {
      userId,
      model,
      answer: await ask(),
      forgetSeq: fence?.seq ?? null,
    }))
  const { value, promptVersion } = wrapped(stored.answer)
  return { value: schema.parse(value), promptVersion, model: stored.model }
}

function wrapped(answer: unknown): { value: unknown; promptVersion: string } {
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'value' in answer &&
    'promptVersion' in answer &&
    typeof answer.promptVersion === 'string'
  ) {
    return { value: answer.value, promptVersion: answer.promptVersion }
  }
  throw new MemoirError('internal', 'a stored answer is not in its shape')
}
