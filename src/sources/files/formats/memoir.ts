import { z } from 'zod'
import { RECORD_TYPES } from '../../../portable/records.ts'
import { textOfContent } from '../../../text/content-parts.ts'
import type { DraftMessage, Problem } from '../draft.ts'
import type { LeftOut } from '../left-out.ts'
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

const message = z.object({
  id: identifier.nullish(),
  role: z.string().min(1),
  name: z.string().nullish(),
  content: z
    .union([z.string(), z.array(z.unknown())], 'must be text or a list of parts')
    .nullish()
    .transform((content) => textOfContent(content)),
  created_at: moment,
  position: z.int().min(0).nullish(),
})

const record = z.object({
  id: identifier,
  user_id: identifier.nullish(),
  title: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  created_at: moment,
  updated_at: moment,
  messages: z.array(z.unknown()),
})

export const memoir: Format = {
  knows: ({ id, messages, type }) =>
    type === 'export' || (id !== undefined && Array.isArray(messages)),
  read(given, { user }) {
    const { id, user_id, title, metadata, created_at, updated_at, messages } = record.parse(given)
    const problems: Problem[] = []
    const leftOut: LeftOut = {}
    return {
      id,
      userId: user_id ?? user ?? null,
      title,
      metadata: metadata ?? undefined,
      createdAt: created_at,
      updatedAt: updated_at,
      messages: messages.flatMap((each, index): DraftMessage[] => {
        const { data: read, error } = message.safeParse(each)
        if (error !== undefined) {
          problems.push(problemOf(error, { id, path: ['messages', index] }))
          return []
        }
        if (read.content.trim() === '') {
          leftOut.no_text = (leftOut.no_text ?? 0) + 1
          return []
        }
        return [
          {
            id: read.id ?? `${id}-${index + 1}`,
            role: read.role,
            name: read.name,
            content: read.content,
            createdAt: read.created_at,
            position: read.position ?? index,
          },
        ]
      }),
      problems,
      leftOut,
    }
  },
}

/** The first thing that is wrong with a record, without a word of it. */
export function problemOf(
  { issues: [issue] }: z.ZodError,
  { id, path = [] }: { readonly id?: string | undefined; readonly path?: readonly PropertyKey[] },
): Problem {
  return {
    ...(id === undefined ? {} : { id }),
    field: [...path, ...(issue?.path ?? [])].map(String).join('.'),
    message: issue?.message ?? 'is not of the format',
  }
}
