import { z } from 'zod'
import { identifier, moment, type Fields, type Format } from './format.ts'

/** Memories of mem0: single sentences. Those of one user (and one run) become the messages of one conversation. */

const record = z
  .object({
    id: identifier,
    memory: z.string().nullish(),
    text: z.string().nullish(),
    data: z.looseObject({ memory: z.string().nullish() }).nullish(),
    user_id: identifier.nullish(),
    run_id: identifier.nullish(),
    role: z.string().nullish(),
    created_at: moment,
    updated_at: moment,
  })
  .refine(({ memory, text, data }) => (memory ?? text ?? data?.memory) != null, {
    path: ['memory'],
    message: 'is missing',
  })

export const mem0: Format = {
  knows: (given, list) =>
    typeof given['memory'] === 'string' ||
    (list === 'memories' && typeof given['text'] === 'string') ||
    (given['hash'] !== undefined && given['user_id'] !== undefined),
  read(given, { user, around }) {
    const data = record.parse(given)
    const userId = data.user_id ?? textIn(around, 'user_id') ?? user ?? null
    const content = data.memory ?? data.text ?? data.data?.memory ?? ''
    const conversation = ['mem0', userId ?? 'me', ...(data.run_id ? [data.run_id] : [])].join('/')
    const at = data.created_at ?? data.updated_at
    return {
      id: conversation,
      userId,
      title: 'Memories from mem0',
      createdAt: at,
      updatedAt: data.updated_at,
      grows: true,
      messages:
        content.trim() === ''
          ? []
          : [
              {
                id: `${conversation}/${data.id}`,
                role: data.role ?? 'user',
                content,
                createdAt: at,
              },
            ],
    }
  },
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
