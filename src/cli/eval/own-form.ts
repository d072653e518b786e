import { z } from 'zod'
import { MemoirError } from '../../errors.ts'
import type { ImportedConversation } from '../client.ts'
import type { EvalChat } from './chats.ts'

/** Chats of users with an assistant, in a form of Memoir's own: questions name the messages that answer them, or none. */

const chatFile = z.object({
  chats: z.array(
    z.object({
      user: z.string().min(1),
      conversations: z.array(
        z.object({
          id: z.string().min(1),
          at: z.iso.datetime({ offset: true }),
          messages: z.array(z.object({ id: z.string(), role: z.string(), content: z.string() })),
        }),
      ),
      questions: z.array(
        z.object({
          text: z.string(),
          after: z.string().optional(),
          category: z.string(),
          evidence: z.array(z.string()),
        }),
      ),
    }),
  ),
})

export const isOwnForm = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'chats' in value

const TURN_MS = 60_000

/** @throws MemoirError `invalid_request` naming what is not as it should be */
export function readOwnForm(value: unknown): EvalChat[] {
  const parsed = chatFile.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new MemoirError(
      'invalid_request',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    )
  }
  return parsed.data.chats.map(({ user, conversations, questions }) => ({
    name: user,
    user,
    conversations: conversations.map(({ id, at, messages }): ImportedConversation => {
      const began = Date.parse(at)
      const timeOf = (position: number) => new Date(began + position * TURN_MS).toISOString()
      return {
        id,
        user_id: user,
        title: null,
        created_at: timeOf(0),
        updated_at: timeOf(messages.length),
        messages: messages.map((message, position) => ({
          ...message,
          name: null,
          created_at: timeOf(position),
          position,
        })),
      }
    }),
    questions: questions.map(({ text, after, category, evidence }, index) => ({
      index,
      text,
      ...(after === undefined ? {} : { after }),
      category,
      evidence: new Set(evidence),
    })),
  }))
}
