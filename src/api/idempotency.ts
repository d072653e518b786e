import { createHash } from 'node:crypto'
import { MemoirError, SENTENCE } from '../errors.ts'
import { claimKey, deleteExpiredKeys, keepAnswer, releaseKey } from '../stores/idempotency.ts'
import type { StoredAnswer } from '../stores/idempotency.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'

/** Visible ASCII, as header values are. */
const KEY = /^[\x21-\x7e]{1,255}$/

/** Expired keys that go with each use of one. */
const SWEPT = 20

export interface KeyedWrite {
  readonly principal: Principal
  /** Method and pattern. */
  readonly route: string
  readonly key: string | undefined
  /** The body as its schema left it, so that spaces and the order of fields make no difference. */
  readonly body: unknown
}

/**
 * Does a write once per key. The stored answer is that of the acceptance; what became of the work is asked anew each time.
 * @throws MemoirError `invalid_request` for a malformed key, `conflict` when it came with another body, `in_progress`
 */
export async function once(
  { db }: Pick<ApiServices, 'db'>,
  { principal, route, key, body }: KeyedWrite,
  write: () => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  if (key === undefined) return await write()
  if (!KEY.test(key)) throw refusal('must be 1 to 255 visible ASCII characters')
  const claimed = await claimKey(
    db,
    { namespaceId: principal.namespaceId, route, key: ownKey(principal, key) },
    createHash('sha256').update(JSON.stringify(body)).digest(),
  )
  if (claimed.kind === 'done') return claimed.answer
  if (claimed.kind === 'running') {
    throw new MemoirError('in_progress', SENTENCE.in_progress, { retryAfterMs: 1_000 })
  }
  if (claimed.kind === 'other_body') {
    throw new MemoirError('conflict', 'Idempotency-Key: it was used with another body', {
      details: { field: 'Idempotency-Key' },
    })
  }
  try {
    const answer = await write()
    await keepAnswer(db, claimed.claim, answer)
    return answer
  } catch (error) {
    await releaseKey(db, claimed.claim)
    throw error
  } finally {
    await deleteExpiredKeys(db, SWEPT)
  }
}

/** A bound key's own keys are its own: it neither meets nor reveals those of others. */
function ownKey({ user, scopes, actor }: Principal, key: string): string {
  return user === null && scopes === null ? key : `${actor}/${key}`
}

/** For writes whose answer must not be kept. @throws MemoirError `invalid_request` when a key came along */
export function refuseIdempotencyKey(key: string | undefined): void {
  if (key !== undefined) throw refusal('is not accepted here: the answer holds a secret')
}

function refusal(what: string): MemoirError {
  return new MemoirError('invalid_request', `Idempotency-Key: ${what}`, {
    details: { field: 'Idempotency-Key' },
  })
}
