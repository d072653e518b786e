import { randomUUID } from 'node:crypto'
import type { Extraction } from '../../domain/job.ts'
import type { Conversation } from '../../client/work.ts'
import type { ApiClient } from '../client.ts'
import type { Io } from '../io.ts'
import type { JobAnswer } from '../answers.ts'
import { followJob } from '../watch.ts'
import type { EvalChat } from './chats.ts'

/** Conversations into a namespace of their own, by import and backfill. */

/** Some way below what a request may hold. */
const MAX_BATCH_CHARS = 500_000
const MAX_BATCH = 100

/** @returns the backfill as it ended; null when Ctrl-C ended the watching */
export async function loadChats(
  client: ApiClient,
  chats: readonly EvalChat[],
  { io, extract }: { io: Io; extract?: Extraction },
): Promise<JobAnswer | null> {
  const all = chats.flatMap(({ conversations }) => conversations)
  for (const batch of batches(all)) {
    const { rejected } = await client.importConversations({ conversations: batch }, randomUUID())
    const [first] = rejected
    if (first) throw new Error(`conversation ${first.index}: ${first.field} ${first.message}`)
  }
  const { job } = await client.startBackfill(extract === undefined ? {} : { extract })
  return await followJob(client, job, io)
}

function* batches(all: readonly Conversation[]): Generator<Conversation[]> {
  let batch: Conversation[] = []
  let chars = 0
  for (const one of all) {
    const size = JSON.stringify(one).length
    if (batch.length > 0 && (chars + size > MAX_BATCH_CHARS || batch.length === MAX_BATCH)) {
      yield batch
      batch = []
      chars = 0
    }
    batch.push(one)
    chars += size
  }
  if (batch.length > 0) yield batch
}

/** Several chats in one namespace may name their messages alike: each gets its chat's name before its id. */
export function withPlainIds(chats: readonly EvalChat[]): {
  readonly chats: readonly EvalChat[]
  /** The id as the file has it. */
  readonly plain: (chat: EvalChat, id: string) => string
} {
  if (chats.length === 1) return { chats, plain: (_, id) => id }
  const prefix = (chat: Pick<EvalChat, 'name'>) => `${chat.name}/`
  return {
    chats: chats.map((chat) => ({
      ...chat,
      conversations: chat.conversations.map((conversation) => ({
        ...conversation,
        messages: conversation.messages.map((m) => ({ ...m, id: prefix(chat) + m.id })),
      })),
    })),
    plain: (chat, id) => (id.startsWith(prefix(chat)) ? id.slice(prefix(chat).length) : id),
  }
}
