import { z } from '@hono/zod-openapi'
import { MemoirError } from '../errors.ts'
import { noteLift } from '../portable/import-records.ts'
import type { BeforeCommit, Queryable } from '../stores/database.ts'
import {
  insertConversations,
  lockSource,
  selectHolders,
  selectOwners,
  type NewConversation,
  type SourceKey,
} from '../stores/sources/source-writer.ts'
import { withoutGone } from './import-gone.ts'
import type { Candidate, Imported, Rejected } from './import-shapes.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { invalid } from './errors.ts'
import { text, time, userId } from './fields.ts'

/** Conversations that are handed in: each is taken or refused by itself. */

/** Times outside of these are mistakes, and some of them Postgres does not hold. */
const SENSIBLE = /^(19|[2-9]\d)\d\d-/
const sensibleTime = time.regex(SENSIBLE, 'must lie between the years 1900 and 9999')

const MAX_ID_CHARS = 512
const MAX_METADATA_CHARS = 65_536
const MAX_POSITION = 2_147_483_647
const id = text(MAX_ID_CHARS)

export const importedConversation = z.strictObject({
  /** A line of an export says what it is, and where it was. */
  type: z.literal('conversation').optional(),
  source: text(256).optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((value) => JSON.stringify(value).length <= MAX_METADATA_CHARS, 'larger than 64 KiB')
    .optional(),
  id,
  user_id: userId.optional(),
  title: text(1_000).nullish(),
  created_at: sensibleTime,
  updated_at: sensibleTime.optional(),
  messages: z
    .array(
      z.strictObject({
        id,
        role: text(256),
        name: text(256).nullish(),
        content: z.string(),
        created_at: sensibleTime,
        position: z.int().min(0).max(MAX_POSITION).optional(),
      }),
    )
    .min(1),
})
type ImportedConversation = z.output<typeof importedConversation>

export interface Import {
  readonly source: string
  readonly conversations: readonly unknown[]
  /** Takes back that somebody was erased and that these messages were forgotten. */
  readonly lift: boolean
}

/**
 * Writes conversations into Memoir's own source tables within the reach of a key, all that are accepted in one transaction.
 * @throws MemoirError `forbidden` for a key bound to scopes, `source_invalid` when backfills read another database
 */
export async function importWithin(
  { config, db }: Pick<ApiServices, 'config' | 'db'>,
  principal: Principal,
  { source, conversations, lift }: Import,
  beforeCommit?: BeforeCommit<Imported>,
): Promise<Imported> {
  if (principal.scopes !== null) {
    throw new MemoirError(
      'forbidden',
      'A key bound to scopes cannot import: conversations have none.',
    )
  }
  if (config.SOURCE_DATABASE_URL !== undefined) {
    throw new MemoirError(
      'source_invalid',
      'The source is another database (SOURCE_DATABASE_URL): what is imported would never be taken in.',
      { details: { next: 'Write the conversations there, or import where it is not set.' } },
    )
  }
  const rejected: Rejected[] = []
  const candidates = unrepeated(
    conversations.flatMap((given, index) => {
      const read = readCandidate(given, index, principal)
      if ('conversation' in read) return [read]
      rejected.push(read)
      return []
    }),
    rejected,
  )
  const key = { namespace: principal.namespace, source }
  return await db.transaction(async (tx) => {
    await lockSource(tx, key)
    const free = await withoutTaken(tx, { key, principal, rejected }, candidates)
    const kept = await withoutGone(tx, { config, principal, source, lift, rejected }, free)
    await insertConversations(tx, key, kept)
    if (lift) await noteLift(tx, { ...principal, userId: null })
    const imported = {
      conversations: kept.length,
      messages: kept.reduce((sum, { messages }) => sum + messages.length, 0),
      records: 0,
      left_out: 0,
      rejected: rejected.toSorted((a, b) => a.index - b.index),
    }
    await beforeCommit?.(tx, imported)
    return imported
  })
}

function readCandidate(given: unknown, index: number, { user }: Principal): Candidate | Rejected {
  const parsed = importedConversation.safeParse(given)
  if (!parsed.success) {
    const { details = {}, message } = invalid(parsed.error)
    const field = typeof details['field'] === 'string' ? details['field'] : ''
    // The error's own words begin with the field, or with `body` where there is none.
    return { index, ...idOf(given), field, message: message.slice((field || 'body').length + 2) }
  }
  const { data } = parsed
  const owner = data.user_id ?? user?.externalId
  if (owner === undefined) {
    const message = 'is needed with a key that is not bound to a user'
    return { index, id: data.id, field: 'user_id', message }
  }
  if (user !== null && owner !== user.externalId) {
    return { index, id: data.id, field: 'user_id', message: 'is not the user of this key' }
  }
  return { index, conversation: toConversation(data, owner) }
}

function idOf(given: unknown): { id?: string } {
  const parsed = z.looseObject({ id }).safeParse(given)
  return parsed.success ? { id: parsed.data.id } : {}
}

function toConversation(data: ImportedConversation, owner: string): NewConversation {
  const messages = data.messages.map(({ position, created_at, name, ...message }) => ({
    ...message,
    name: name ?? null,
    createdAt: new Date(created_at),
    ...(position === undefined ? {} : { position }),
  }))
  const newest = Math.max(...messages.map(({ createdAt }) => createdAt.getTime()))
  return {
    id: data.id,
    userId: owner,
    title: data.title ?? null,
    ...(data.metadata === undefined ? {} : { metadata: data.metadata }),
    createdAt: new Date(data.created_at),
    updatedAt: new Date(data.updated_at ?? newest),
    messages,
  }
}

/** An id names one thing within a request: of two, nobody could say which one is meant. */
function unrepeated(candidates: readonly Candidate[], rejected: Rejected[]): Candidate[] {
  const conversations = new Set<string>()
  const messages = new Set<string>()
  return candidates.filter(({ index, conversation }) => {
    const { id } = conversation
    const repeat = (field: string) => {
      rejected.push({ index, id, field, message: 'stands twice in this request' })
      return false
    }
    if (conversations.has(id)) return repeat('id')
    conversations.add(id)
    const twice = conversation.messages.findIndex((message) => {
      const seen = messages.has(message.id)
      messages.add(message.id)
      return seen
    })
    return twice === -1 || repeat(`messages.${twice}.id`)
  })
}

interface Taking {
  readonly key: SourceKey
  readonly principal: Principal
  readonly rejected: Rejected[]
}

/** Without what would take over what is there: a message of another conversation, or, with a bound key, somebody else's conversation. */
async function withoutTaken(
  tx: Queryable,
  { key, principal: { user }, rejected }: Taking,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const all = candidates.map(({ conversation }) => conversation)
  const messageIds = all.flatMap(({ messages }) => messages.map((message) => message.id))
  const holders = await selectHolders(tx, key, messageIds)
  const owners =
    user === null
      ? new Map<string, string>()
      : await selectOwners(
          tx,
          key,
          all.map(({ id }) => id),
        )
  return candidates.filter(({ index, conversation: { id, messages } }) => {
    const foreign = owners.has(id) && owners.get(id) !== user?.externalId
    const taken = messages.findIndex((message) => (holders.get(message.id) ?? id) !== id)
    if (!foreign && taken === -1) return true
    const field = foreign ? 'id' : `messages.${taken}.id`
    rejected.push({ index, id, field, message: 'is used by another conversation' })
    return false
  })
}
