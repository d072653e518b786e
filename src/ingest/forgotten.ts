import { openGate, passing, type Gate } from '../forget/gate.ts'
import { forgottenAmong, type ForgetSecret, type Item } from '../forget/remembered.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import { findUsers } from '../stores/memory-users.ts'
import { messageTraceId } from './conversation.ts'
import type { ConversationPlan, ReadConversation } from './plan.ts'

/** What was forgotten is left out of conversations, whatever their source still says. */

interface ForgetSource {
  readonly db: Database
  readonly namespaceId: string
  readonly source: string
  readonly forgetSecret?: ForgetSecret
}

/** How often each of their users has had something forgotten. */
export async function seqsOf(
  conversations: readonly ReadConversation[],
  { db, namespaceId }: ForgetSource,
): Promise<Map<string, number>> {
  const names = conversations.flatMap(({ userId }) => userId ?? [])
  const users = await findUsers(db, namespaceId, [...new Set(names)])
  return await forgetSeqs(db, [...users.values()])
}

/** The conversations without the messages that were forgotten, and without the clauses of others that were. */
export async function withoutForgotten(
  conversations: readonly ReadConversation[],
  { db, namespaceId, source, forgetSecret: secret }: ForgetSource,
): Promise<ReadConversation[]> {
  const names = conversations.flatMap(({ userId }) => userId ?? [])
  const users = await findUsers(db, namespaceId, [...new Set(names)])
  const turns = conversations.flatMap(({ id, userId, turns: own }) =>
    own.map((turn) => ({ turn, user: users.get(userId ?? ''), conversationId: id })),
  )
  const ids = turns.map(({ turn, conversationId }): Item => {
    const ref = { namespaceId, source, conversationId }
    return { kind: 'trace', id: messageTraceId(ref, turn.id) }
  })
  const words = turns.map(({ turn, user = '' }): Item => {
    return { kind: 'content', userId: user, content: turn.content }
  })
  const found = await forgottenAmong(db, { namespaceId, secret }, [...ids, ...words])
  const gone = new Set(
    turns
      .filter((_, at) => found[at] === true || found[at + turns.length] === true)
      .map(({ turn }) => turn),
  )
  const gates = new Map<string, Gate>()
  for (const [userId, times] of await forgetSeqs(db, [...new Set(users.values())])) {
    if (times > 0) gates.set(userId, await openGate(db, { namespaceId, userId, secret }, 'said'))
  }
  return conversations.map((conversation) => {
    const { userId, title, turns: own } = conversation
    const left = own.filter((turn) => !gone.has(turn))
    const gate = gates.get(users.get(userId ?? '') ?? '')
    if (gate === undefined) return { ...conversation, turns: left }
    const shown = title === null || gate.passes(title) ? title : null
    return { ...conversation, title: shown, turns: passing(gate, left) }
  })
}

/** Of these plans, the conversations of users who had something forgotten since; erased users are nobody's to plan for again. */
export async function forgottenSince(
  tx: Queryable,
  plans: readonly ConversationPlan[],
  { seqs, locked }: { seqs: ReadonlyMap<string, number>; locked: ReadonlySet<string> },
): Promise<Set<string>> {
  const now = await forgetSeqs(tx, [...locked])
  return new Set(
    plans
      .filter(({ userId }) => locked.has(userId))
      // A user who was new then had had nothing forgotten.
      .filter(({ userId }) => (seqs.get(userId) ?? 0) !== (now.get(userId) ?? 0))
      .map(({ conversation }) => conversation.id),
  )
}
