import { z } from '@hono/zod-openapi'
import type { NewConversation } from '../stores/sources/source-writer.ts'

/** What becomes of each thing in a request that hands in many. */

export const rejectedSchema = z.object({
  index: z.int(),
  id: z.string().optional(),
  field: z.string(),
  message: z.string(),
})
export type Rejected = z.output<typeof rejectedSchema>

export interface Candidate {
  readonly index: number
  readonly conversation: NewConversation
}
