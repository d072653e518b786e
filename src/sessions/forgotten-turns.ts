import type { Turn } from '../domain/transcript.ts'
import { openGate, passing } from '../forget/gate.ts'
import { forgottenAmong, type ForgetSecret, type Item } from '../forget/remembered.ts'
import type { Queryable } from '../stores/database.ts'

/**
 * The turns of a transcript without those that were forgotten, known by their words, and without the clauses of others that were.
 * @param towards what they are read for: to be kept as they were said, or to derive something from them
 */
export async function withoutForgottenTurns(
  db: Queryable,
  of: {
    readonly namespaceId: string
    readonly userId: string
    readonly secret: ForgetSecret
  },
  turns: readonly Turn[],
  towards: 'said' | 'derived',
): Promise<readonly Turn[]> {
  const { userId } = of
  const items = turns.map(({ content }): Item => ({ kind: 'content', userId, content }))
  const gone = await forgottenAmong(db, of, items)
  const left = turns.filter((_, index) => gone[index] !== true)
  return passing(await openGate(db, of, towards), left)
}
