import type { z } from 'zod'
import type { Drop } from '../loose.ts'

/** One request to a language model, before it is known in which form the endpoint takes it. */
export interface Prompt<T> {
  /** The schema's name for the vendor. */
  readonly name: string
  readonly system: string
  readonly user: string
  /** What is asked for; every property named and none optional, as strict schemas want it. */
  readonly schema: z.ZodType
  /** What an answer says, whatever form it came in; undefined when it says nothing of what was asked. */
  readonly read: (answer: unknown, drop: Drop) => T | undefined
}
