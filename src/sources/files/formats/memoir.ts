import { z } from 'zod'
import { identifier, moment, type Format } from './format.ts'

/** Memoir's own JSONL. */

const record = z.object({
  id: identifier,
  user_id: identifier.nullish(),
  title: z.string().nullish(),
  created_at: moment,
  updated_at: moment,
  messages: z.array(
    z.object({
      id: identifier.optional(),
      role: z.string().min(1),
      name: z.string().nullish(),
      content: z.string(),
      created_at: moment,
    }),
  ),
})

export const memoir: Format = {
  knows: ({ id, messages }) => id !== undefined && Array.isArray(messages),
  read(given, { user }) {
    const { id, user_id, title, created_at, updated_at, messages } = record.parse(given)
    return {
      id,
      userId: user_id ?? user ?? null,
      title,
      createdAt: created_at,
      updatedAt: updated_at,
      messages: messages.map((message, index) => ({
        id: message.id ?? `${id}-${index + 1}`,
        role: message.role,
        name: message.name,
        content: message.content,
        createdAt: message.created_at,
      })),
    }
  },
}
