import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { MemoirError } from '../errors.ts'
import type { Services } from '../services.ts'
import { insertConversations, type NewConversation } from '../stores/sources/source-writer.ts'

/** The conversations that come with Memoir, for trying it out. */
export const SAMPLE_FILE = new URL('../../sample/conversations.jsonl', import.meta.url)

/** What `up --sample` asks to show recall at work. */
export const SAMPLE_QUESTION = {
  q: 'What is Maya allergic to?',
  user_id: 'maya',
  k: 5,
} as const

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const record = z.object({
  id: z.string().min(1),
  user_id: z.string().min(1),
  title: z.string().nullish(),
  created_at: time.optional(),
  updated_at: time.optional(),
  messages: z
    .array(
      z.object({
        id: z.string().min(1).optional(),
        role: z.string().min(1),
        name: z.string().nullish(),
        content: z.string(),
        created_at: time,
      }),
    )
    .min(1),
})

/**
 * Reads conversations from JSONL, one a line. Ids of messages and times of conversations follow from the rest where they are missing.
 * @throws MemoirError `invalid_request` naming the first line that is not a conversation
 */
export function parseConversations(jsonl: string): NewConversation[] {
  return jsonl.split('\n').flatMap((text, index) => {
    if (text.trim() === '') return []
    const parsed = record.safeParse(jsonOf(text))
    if (parsed.success) return [toConversation(parsed.data)]
    const issue = parsed.error.issues[0]
    throw new MemoirError(
      'invalid_request',
      `line ${index + 1}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
      { details: { line: index + 1 } },
    )
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toConversation(data: z.infer<typeof record>): NewConversation {
  const times = data.messages.map((message) => message.created_at.getTime())
  return {
    id: data.id,
    userId: data.user_id,
    title: data.title ?? null,
    createdAt: data.created_at ?? new Date(Math.min(...times)),
    updatedAt: data.updated_at ?? new Date(Math.max(...times)),
    messages: data.messages.map((message, position) => ({
      id: message.id ?? `${data.id}-${position + 1}`,
      role: message.role,
      name: message.name ?? null,
      content: message.content,
      createdAt: message.created_at,
    })),
  }
}

/** How many conversations the sample has. */
export const sampleSize = async (file: URL = SAMPLE_FILE): Promise<number> =>
  parseConversations(await readFile(file, 'utf8')).length

/**
 * Loads the sample into Memoir's own source tables unless there are conversations already, or the source is another database.
 * @returns how many conversations were loaded
 */
export async function loadSample(
  { config, db, source }: Pick<Services, 'config' | 'db' | 'source'>,
  file: URL = SAMPLE_FILE,
): Promise<number> {
  if (config.SOURCE_DATABASE_URL !== undefined || (await source.count()) > 0) return 0
  const conversations = parseConversations(await readFile(file, 'utf8'))
  await db.transaction(async (tx) => {
    await insertConversations(
      tx,
      { namespace: source.namespace, source: source.name },
      conversations,
    )
  })
  return conversations.length
}
