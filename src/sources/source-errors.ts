import { MemoirError, SENTENCE } from '../errors.ts'
import { isStoreAway, sqlState } from '../stores/database.ts'

/** What reading somebody else's database fails with. */

/** Undefined table or column, no privilege, or types that do not compare: the configuration does not fit the source. */
const MISFIT = new Set(['42P01', '42703', '42501', '42883', '42804', '42846', '42P18', '3F000'])
/** The server took the statement back: too long, or in the way of what a replica has to replay. Another try may come through. */
const TAKEN_BACK = new Set(['57014', '40001', '40P01'])
/**
 * One row's value: data exceptions (a view casts what is no number), limits of the program, values that are damaged on the disk, and
 * whatever a function of the view raises.
 */
const ROW_FAULT = /^(?:22|54|P0|XX)/

const stateOf = (error: unknown) => sqlState(error instanceof MemoirError ? error.cause : error)

/** Whether a statement failed for what stands in a row, so that it may come through for others. */
export const isRowFault = (error: unknown) => ROW_FAULT.test(stateOf(error) ?? '')

/** What a read of a source fails with, in Memoir's own words. */
export function sourceError(error: unknown): unknown {
  const state = stateOf(error) ?? ''
  if (TAKEN_BACK.has(state) || (isStoreAway(error) && !MISFIT.has(state))) {
    const words = error instanceof MemoirError ? error.message : SENTENCE.source_unavailable
    return new MemoirError('source_unavailable', words, { cause: error })
  }
  if (!MISFIT.has(state) && !ROW_FAULT.test(state)) return error
  const said = error instanceof Error ? error.message : ''
  // Of a value Postgres quotes what somebody wrote.
  const words = MISFIT.has(state) ? said : said.replace(/".*"/s, '"…"')
  return new MemoirError('source_invalid', `${SENTENCE.source_invalid} Postgres says: ${words}`, {
    cause: error,
    vendorText: words,
  })
}
