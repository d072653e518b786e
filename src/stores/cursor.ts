import { MemoirError } from '../errors.ts'

/** Keyset cursors: opaque to callers, JSON inside, so any key order can be carried. */
export function encodeCursor(keys: readonly string[]): string {
  return Buffer.from(JSON.stringify(keys), 'utf8').toString('base64url')
}

/** @throws MemoirError `invalid_request` naming `cursor` when it is not one that `encodeCursor` made with that many keys */
export function decodeCursor(cursor: string, keys: number): string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (
      Array.isArray(parsed) &&
      parsed.length === keys &&
      parsed.every((key): key is string => typeof key === 'string' && !key.includes('\u0000'))
    ) {
      return parsed
    }
  } catch {
    // Not base64url JSON: the same answer as for any other foreign cursor.
  }
  throw new MemoirError('invalid_request', 'cursor: not a cursor of this list', {
    details: { field: 'cursor' },
  })
}
