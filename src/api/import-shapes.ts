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

/** What an import came to. */
export interface Imported {
  readonly conversations: number
  readonly messages: number
  readonly records: number
  /** Records that are there already, or are made again of others. */
  readonly left_out: number
  readonly rejected: readonly Rejected[]
}

export interface Candidate {
  readonly index: number
  readonly conversation: NewConversation
}
