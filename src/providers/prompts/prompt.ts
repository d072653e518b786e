import type { z } from 'zod'

/** One request to a language model, before it is known in which form the endpoint takes it. */
export interface Prompt<T> {
  /** The schema's name for the vendor. */
  readonly name: string
  readonly system: string
  readonly user: string
  /** What the answer has to be; every property named and none optional, as strict schemas want it. */
  readonly schema: z.ZodType<T>
}
