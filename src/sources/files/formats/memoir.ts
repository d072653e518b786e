import { z } from 'zod'
import { RECORD_TYPES } from '../../../portable/records.ts'
import { identifier, moment, type Format } from './format.ts'

/** Memoir's own JSONL: conversations, and the other lines of an export. */

/** Lines that an export has besides conversations; those that are made again of others say so. */
const otherLine = z.looseObject({ type: z.enum(RECORD_TYPES), derived: z.boolean().optional() })
const PASSED: ReadonlySet<string> = new Set(['export', 'end'])

/** @returns null for a conversation, or for a record of another kind */
export function recordOf(
  given: unknown,
): { readonly left: boolean; readonly record: Readonly<Record<string, unknown>> } | null {
  const { data: record } = otherLine.safeParse(given)
  if (record === undefined) return null
  return { left: record.derived === true || PASSED.has(record.type), record }
}

const record = z.object({
  id: identifier,
  user_id: identifier.nullish(),
  title: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  created_at: moment,
  updated_at: moment,
  messages: z.array(
    z.object({
      id: identifier.optional(),
      role: z.string().min(1),
      name: z.string().nullish(),
      content: z.string(),
      created_at: moment,
      position: z.int().min(0).optional(),
    }),
  ),
})

export const memoir: Format = {
  knows: ({ id, messages, type }) =>
    type === 'export' || (id !== undefined && Array.isArray(messages)),
  read(given, { user }) {
    const { id, user_id, title, metadata, created_at, updated_at, messages } = record.parse(given)
    return {
      id,
      userId: user_id ?? user ?? null,
      title,
      metadata,
      createdAt: created_at,
      updatedAt: updated_at,
      messages: messages.map((message, index) => ({
        id: message.id ?? `${id}-${index + 1}`,
        role: message.role,
        name: message.name,
        content: message.content,
        createdAt: message.created_at,
        position: message.position,
      })),
    }
  },
}
