import type { Config } from '../config.ts'
import { SENTENCE } from '../errors.ts'
import {
  forgottenAmong,
  keysOf,
  liftForgotten,
  liftSuppression,
  suppressedAmong,
  type Item,
} from '../forget/remembered.ts'
import { openGate, type Gate } from '../forget/gate.ts'
import { messageTraceId } from '../ingest/conversation.ts'
import type { Queryable } from '../stores/database.ts'
import { findUsers, lockUserByName } from '../stores/memory-users.ts'
import type { NewConversation } from '../stores/sources/source-writer.ts'
import type { Principal } from './environment.ts'
import type { Candidate, Rejected } from './import-shapes.ts'

/** What was erased or forgotten is not handed in again: its text would stand in a table, whatever ingest makes of it. */

interface Looking {
  readonly config: Config
  readonly principal: Principal
  readonly source: string
  readonly lift: boolean
  readonly rejected: Rejected[]
}

/** The conversations of those who are there, without messages that were forgotten; with `lift` all of them. */
export async function withoutGone(
  tx: Queryable,
  looking: Looking,
  candidates: readonly Candidate[],
): Promise<NewConversation[]> {
  const { rejected } = looking
  const gone = await goneAmong(tx, looking, candidates)
  const present = candidates.filter(({ index, conversation: { id, userId } }) => {
    if (!gone.has(userId ?? '')) return true
    rejected.push({ index, id, field: 'user_id', message: SENTENCE.suppressed_user })
    return false
  })
  return await withoutForgotten(tx, looking, present)
}

/** Who was erased, or is being erased. */
async function goneAmong(
  tx: Queryable,
  { config, principal: { namespaceId }, lift }: Looking,
  candidates: readonly Candidate[],
): Promise<Set<string>> {
  const of = { namespaceId, secret: config.MEMOIR_ENCRYPTION_KEY }
  const names = new Set(candidates.flatMap(({ conversation: { userId } }) => userId ?? []))
  const suppressed = await suppressedAmong(tx, of, [...names])
  if (!lift) return suppressed
  const going = new Set<string>()
  const keys = suppressed.size === 0 ? [] : await keysOf(tx, of.secret)
  for (const name of [...suppressed].toSorted()) {
    // An erasure that is under way is not taken back.
    const owner = await lockUserByName(tx, { namespaceId, externalId: name })
    if (owner === null) going.add(name)
    else await liftSuppression(tx, { namespaceId, keys }, name)
  }
  return going
}

async function withoutForgotten(
  tx: Queryable,
  { config, principal: { namespaceId }, source, lift, rejected }: Looking,
  candidates: readonly Candidate[],
): Promise<NewConversation[]> {
  const of = { namespaceId, secret: config.MEMOIR_ENCRYPTION_KEY }
  const names = candidates.flatMap(({ conversation: { userId } }) => userId ?? [])
  const users = await findUsers(tx, namespaceId, [...new Set(names)])
  const itemsOf = ({ id: conversationId, userId: name, messages }: NewConversation): Item[] => {
    const userId = users.get(name ?? '') ?? ''
    const ref = { namespaceId, source, conversationId }
    return messages.flatMap(({ id, content }): Item[] => [
      { kind: 'trace', id: messageTraceId(ref, id) },
      { kind: 'content', userId, content },
    ])
  }
  const items = candidates.flatMap(({ conversation }) => itemsOf(conversation))
  if (lift) {
    await liftForgotten(tx, { namespaceId, keys: await keysOf(tx, of.secret) }, items)
    return candidates.map(({ conversation }) => conversation)
  }
  const forgotten = await forgottenAmong(tx, of, items)
  const gates = new Map<string, Gate>()
  for (const [name, userId] of users) {
    gates.set(name, await openGate(tx, { ...of, userId }, 'said'))
  }
  let at = 0
  return candidates.flatMap(({ index, conversation }) => {
    const gate = gates.get(conversation.userId ?? '')
    const left = conversation.messages.map(({ content, ...message }) => ({
      ...message,
      content: gate?.text(content) ?? content,
    }))
    const messages = left.filter(({ content }, place) => {
      const emptied = content === '' && conversation.messages[place]?.content !== ''
      const gone = emptied || forgotten[at] === true || forgotten[at + 1] === true
      at += 2
      if (!gone) return true
      const field = `messages.${place}.content`
      rejected.push({ index, id: conversation.id, field, message: 'was forgotten' })
      return false
    })
    const { title } = conversation
    const shown = title != null && gate?.passes(title) === false ? null : title
    return messages.length === 0 ? [] : [{ ...conversation, title: shown, messages }]
  })
}
