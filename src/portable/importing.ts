import type { ForgetSecret } from '../forget/remembered.ts'

/** Whose records are taken in, with their row locked. */
export interface Importing {
  readonly namespaceId: string
  readonly userId: string
  readonly secret: ForgetSecret
}

/** Why a record is not taken: the field and the reason, never the text. */
export interface Refusal {
  readonly field: string
  readonly message: string
}

export const refusal = (field: string, message: string): Refusal => ({ field, message })
