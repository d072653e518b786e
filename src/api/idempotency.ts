import { createHash } from 'node:crypto'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { BeforeCommit, Queryable } from '../stores/database.ts'
import { claimKey, keepAnswer, releaseKey } from '../stores/idempotency.ts'
import type { StoredAnswer } from '../stores/idempotency.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'

/** Visible ASCII, as header values are. */
const KEY = /^[\x21-\x7e]{1,255}$/

export interface KeyedWrite<Result> {
  readonly principal: Principal
  /** Method and pattern. */
  readonly route: string
  readonly key: string | undefined
  /** The body as its schema left it, so that spaces and the order of fields make no difference. */
  readonly body: unknown
  /** Answers what the write came to; in its transaction, and then with nothing but that. */
  readonly answer: (result: Result, db: Queryable) => StoredAnswer | Promise<StoredAnswer>
}

/**
 * Does a write once per key. The stored answer is that of the acceptance; what became of the work is asked again each time. It is
 * committed with the write itself, so neither is there without the other: a key whose write is there is answered, however the
 * request ended, and one that is free or was left behind has written nothing.
 * @param write hands what it was given to the transaction that writes; undefined when there is no key
 * @throws MemoirError `invalid_request` for a malformed key, `conflict` when it came with another body, `in_progress`
 */
export async function once<Result>(
  { db }: Pick<ApiServices, 'db'>,
  { principal, route, key, body, answer }: KeyedWrite<Result>,
  write: (beforeCommit: BeforeCommit<Result> | undefined) => Promise<Result>,
): Promise<StoredAnswer> {
  if (key === undefined) return await answer(await write(undefined), db)
  if (!KEY.test(key)) throw refusal('must be 1 to 255 visible ASCII characters')
  const claimed = await claimKey(
    db,
    { namespaceId: principal.namespaceId, route, key: ownKey(principal, key) },
    createHash('sha256').update(JSON.stringify(body)).digest(),
  )
  if (claimed.kind === 'done') return claimed.answer
  if (claimed.kind === 'running') throw inProgress()
  if (claimed.kind === 'other_body') {
    throw new MemoirError('conflict', 'Idempotency-Key: it was used with another body', {
      details: { field: 'Idempotency-Key' },
    })
  }
  const { claim } = claimed
  let kept: StoredAnswer | undefined
  const keep = async (tx: Queryable, result: Result) => {
    const given = await answer(result, tx)
    // Whoever took the key over answers for it: this write is taken back.
    if (!(await keepAnswer(tx, claim, given))) throw inProgress()
    kept = given
  }
  try {
    const result = await write(keep)
    // Nothing was written: it was there already, or none of it was acceptable.
    if (kept === undefined) await keep(db, result)
  } catch (error) {
    // A commit of which nobody knows keeps its key: only one without an answer is given back. One that cannot be is left behind.
    await releaseKey(db, claim).catch(() => undefined)
    throw error
  }
  if (kept === undefined) throw inProgress()
  return kept
}

const inProgress = () =>
  new MemoirError('in_progress', SENTENCE.in_progress, { retryAfterMs: 1_000 })

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
