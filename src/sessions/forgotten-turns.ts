import type { Turn } from '../domain/transcript.ts'
import { forgottenAmong, type ForgetSecret, type Item } from '../forget/remembered.ts'
import type { Queryable } from '../stores/database.ts'

/** The turns of a transcript without those that were forgotten, known by their words. */
export async function withoutForgottenTurns(
  db: Queryable,
  of: {
    readonly namespaceId: string
    readonly userId: string
    readonly secret: ForgetSecret
  },
  turns: readonly Turn[],
): Promise<readonly Turn[]> {
  const { userId } = of
  const items = turns.map(({ content }): Item => ({ kind: 'content', userId, content }))
  const gone = await forgottenAmong(db, of, items)
  return gone.includes(true) ? turns.filter((_, index) => gone[index] !== true) : turns
}
