import { z } from 'zod'

/** What the command line reads of answers about memories and users. */

export const memoryAnswer = z.looseObject({
  id: z.string(),
  content: z.string(),
  state: z.string(),
  user_id: z.string().optional(),
  kind: z.string().optional(),
  role: z.string().nullish(),
  scope: z.string().optional(),
  tags: z.array(z.string()).optional(),
  session_id: z.string().nullish(),
  conversation_id: z.string().nullish(),
  occurred_at: z.string().optional(),
  known_at: z.string().optional(),
  expires_at: z.string().nullish(),
  revision: z.number().optional(),
  superseded_by: z.string().nullish(),
  writes: z.looseObject({ vector: z.string(), graph: z.string() }).optional(),
  sources: z
    .array(
      z.looseObject({
        message_id: z.string().nullable(),
        conversation_id: z.string().nullable(),
        session_id: z.string().nullable(),
        quote: z.string().nullable(),
      }),
    )
    .optional(),
})
export type MemoryAnswer = z.infer<typeof memoryAnswer>

export const revisionAnswer = z.looseObject({
  revision: z.number(),
  content: z.string(),
  valid_from: z.string(),
  valid_to: z.string().nullable(),
})

export const userAnswer = z.looseObject({
  user_id: z.string(),
  memories: z.number(),
  episodes: z.number(),
  last_active_at: z.string().nullable(),
})

export const idsAnswer = z.looseObject({ ids: z.array(z.string()), more: z.boolean() })

/** What the tool that answers questions says. */
export const askedAnswer = z.looseObject({
  known: z.boolean(),
  answer: z.string(),
  citations: z.array(
    z.looseObject({ id: z.string(), content: z.string(), occurred_at: z.string().optional() }),
  ),
  model: z.string(),
})

/** The memory when it is done, else what was accepted. */
export const rememberedAnswer = z.looseObject({
  id: z.string(),
  job: z.string().optional(),
  writes: z.looseObject({ vector: z.string() }).optional(),
})
