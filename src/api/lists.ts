import { MemoirError } from '../errors.ts'
import { sqlState } from '../stores/database.ts'

/** SQLSTATE class 22: a value that is not of its type. */
const DATA_EXCEPTION = /^22/

/**
 * Reads a page. Everything else in the query was checked by its schema, so a value that Postgres cannot read came out of the cursor.
 * @throws MemoirError `invalid_request` naming `cursor` when somebody made one up
 */
export async function readPage<T>(cursor: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (cursor === undefined || !DATA_EXCEPTION.test(sqlState(error) ?? '')) throw error
    throw new MemoirError('invalid_request', 'cursor: not a cursor of this list', {
      cause: error,
      details: { field: 'cursor' },
    })
  }
}
