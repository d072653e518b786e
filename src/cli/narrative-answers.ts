import { z } from 'zod'

/** What the API answers about narratives. */

const count = z.number().default(0)

export const narrativeFailureAnswer = z.looseObject({
  user_id: z.string(),
  code: z.string(),
  message: z.string(),
  failed_at: z.string(),
})

const narrativeCitations = z
  .array(z.looseObject({ n: z.number(), memory_id: z.string(), message_ids: z.array(z.string()) }))
  .optional()

export const narrativeAnswer = z.looseObject({
  narrative: z.string().nullable(),
  citations: narrativeCitations,
  state: z.string(),
  error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  analysis: z
    .looseObject({ text: z.string(), model: z.string(), citations: narrativeCitations })
    .nullish(),
})
export type NarrativeAnswer = z.infer<typeof narrativeAnswer>

export const narrativeRunCounts = z.object({
  total: count,
  created: count,
  skipped: count,
  errors: count,
})
