import { z } from '@hono/zod-openapi'

/** How a hit came to be one, beside what it says. */
export const hitFields = {
  excerpt: z.literal(true).optional().openapi({
    description:
      'Only where `content` is the part of a long text that answers best; the whole is read by its id.',
  }),
  score: z.number(),
  scores: z.object({
    relevance: z.number(),
    vector: z.number(),
    text: z.number(),
    graph: z.number(),
    recency: z.number(),
    salience: z.number(),
    importance: z.number(),
    focus: z.number(),
    rerank: z.number().optional(),
  }),
  heads: z.object({
    semantic: z.number().optional(),
    entity: z.number().optional(),
    situation: z.number().optional(),
  }),
}
