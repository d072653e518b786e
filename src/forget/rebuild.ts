import type { Config } from '../config.ts'
import { episodeOf } from '../ingest/plan.ts'
import { indexMessages } from '../ingest/text-index.ts'
import { hideMemories } from '../memories/hide.ts'
import { NOTHING } from '../memories/derive.ts'
import type { Queryable } from '../stores/database.ts'
import { deleteEdgesOf, keepOnlyEdges, upsertEdges } from '../stores/memories/edges.ts'
import { deleteEmbeddings } from '../stores/spaces/embeddings.ts'
import {
  findEpisode,
  findRemaining,
  reopenConversations,
  rewriteEpisode,
  type ConversationOf,
  type RemainingMessage,
  type StandingEpisode,
} from '../stores/forget/forget-conversations.ts'
import type { ForgetTarget } from '../stores/forget/forget.ts'
import { applyUserChanges } from '../stores/memory-users.ts'
import { lockMemories, removeMemories } from '../stores/memories/memory-writes.ts'
import { deletePostings, insertPostings } from '../stores/memories/postings.ts'
import { updateWindowLengths } from '../stores/memories/traces.ts'

/** Conversations as they are without what was forgotten: windows of the neighbours, the chain, the episode. */

export interface Rebuilt {
  /** Their vectors have yet to be made. */
  readonly episodes: readonly { readonly id: string; readonly revision: number }[]
  /** Episodes of which nothing is left. */
  readonly removed: readonly string[]
  readonly removedTargets: readonly { readonly id: string; readonly revision: number }[]
}

interface ConversationBefore extends ConversationOf {
  /** Those that stay, in the order they were said. */
  readonly messages: readonly RemainingMessage[]
}

/** What the conversations of these memories will be without them; to be read before they go. */
export async function readConversations(
  tx: Queryable,
  userId: string,
  targets: readonly ForgetTarget[],
): Promise<ConversationBefore[]> {
  const gone = new Set(targets.map(({ id }) => id))
  const found: ConversationBefore[] = []
  for (const conversation of conversationsOf(targets)) {
    const messages = await findRemaining(tx, userId, conversation)
    found.push({ ...conversation, messages: messages.filter(({ id }) => !gone.has(id)) })
  }
  return found
}

function conversationsOf(targets: readonly ForgetTarget[]): ConversationOf[] {
  const found = targets.flatMap(({ kind, source, conversationId }) =>
    kind === 'message' && source !== null && conversationId !== null
      ? [{ source, conversationId }]
      : [],
  )
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()]
}

interface Rebuilding {
  readonly namespaceId: string
  readonly userId: string
  readonly conversations: readonly ConversationBefore[]
}

export async function rebuildConversations(
  tx: Queryable,
  config: Config,
  { namespaceId, userId, conversations }: Rebuilding,
): Promise<Rebuilt> {
  const episodes: { id: string; revision: number }[] = []
  const removed: StandingEpisode[] = []
  for (const { messages, ...conversation } of conversations) {
    const episode = await findEpisode(tx, userId, conversation)
    if (messages.length > 0) await rewriteWindows(tx, config, { userId, messages })
    if (episode === null) continue
    if (messages.length === 0) {
      await removeEpisode(tx, userId, episode)
      removed.push(episode)
    } else {
      episodes.push(await rewrite(tx, { userId, episode, messages }))
    }
  }
  await reopenConversations(tx, namespaceId, conversations)
  return { episodes, removed: removed.map(({ id }) => id), removedTargets: removed }
}

interface Windows {
  readonly userId: string
  readonly messages: readonly RemainingMessage[]
}

async function rewriteWindows(
  tx: Queryable,
  { MEMORY_LANGUAGE }: Config,
  { userId, messages }: Windows,
): Promise<void> {
  const texts = indexMessages(
    messages.map(({ content }) => content),
    MEMORY_LANGUAGE,
  )
  const postings = messages.flatMap(({ seq }, index) => {
    const text = texts[index]
    return text ? [{ ...text, userId, seq }] : []
  })
  await deletePostings(tx, { userIds: [userId], seqs: messages.map(({ seq }) => seq) })
  await insertPostings(tx, postings)
  const windows = messages.map(({ id, windowLength: before }, index) => {
    const windowLength = texts[index]?.windowLength ?? 0
    return { id, windowLength, change: windowLength - before }
  })
  await updateWindowLengths(tx, windows)
  const windowLength = windows.reduce((sum, { change }) => sum + change, 0)
  await applyUserChanges(tx, [{ ...NOTHING, userId, windowLength }])
  const edges = messages.flatMap((message, index) => {
    const before = messages[index - 1]
    return before
      ? [
          {
            src: before.id,
            dst: message.id,
            type: 'next',
            userId,
            weight: 1,
            ts: message.occurredAt,
          },
        ]
      : []
  })
  const sources = messages.map(({ id }) => id)
  await keepOnlyEdges(tx, { type: 'next', userIds: [userId], sources, keep: edges })
  await upsertEdges(tx, edges)
}

async function removeEpisode(
  tx: Queryable,
  userId: string,
  { id }: StandingEpisode,
): Promise<void> {
  await hideMemories(tx, { userId, memories: await lockMemories(tx, { userId, ids: [id] }) })
  await deleteEdgesOf(tx, { userIds: [userId], traceIds: [id] })
  await removeMemories(tx, { userId, ids: [id] })
}

interface Rewriting extends Windows {
  readonly episode: StandingEpisode
}

async function rewrite(
  tx: Queryable,
  { userId, episode: { id, title }, messages }: Rewriting,
): Promise<{ id: string; revision: number }> {
  const turns = messages.map(({ occurredAt, ...rest }) => ({ ...rest, createdAt: occurredAt }))
  const began = turns[0]?.createdAt ?? new Date(0)
  const episode = { ...episodeOf({ title, turns, began }), id, userId, occurredAt: began }
  const vectors = await deleteEmbeddings(tx, { userIds: [userId], traceIds: [id] })
  await applyUserChanges(tx, [{ ...NOTHING, userId, vectors: -vectors }])
  return { id, revision: await rewriteEpisode(tx, episode) }
}
