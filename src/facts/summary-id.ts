import { v5 as uuidv5 } from 'uuid'

/** Fixed for ever, as other derived ids are. */
const SUMMARY_SPACE = '5a1e7f6e-7c11-4d53-9a86-0f4f2f1d9b3c'

/** The one summary of something of a user's: what it is of says which. */
export function summaryId(userId: string, of: readonly string[]): string {
  return uuidv5(JSON.stringify([userId, ...of]), SUMMARY_SPACE)
}
