import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { MemoirError, SENTENCE } from '../errors.ts'
import { claimKey, keepAnswer, releaseKey, type StoredAnswer } from '../stores/idempotency-keys.ts'
import type { AppEnv } from './environment.ts'

const KEY = /^[\x21-\x7e]{1,200}$/

/**
 * Does a write once for an `Idempotency-Key`: the same body gets the same answer for a day, another body 409. Without the header it
 * is done as asked.
 */
export async function once<Answer extends StoredAnswer>(
  c: Context<AppEnv>,
  { route, body }: { route: string; body: unknown },
  work: () => Promise<Answer>,
): Promise<Answer | StoredAnswer> {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return await work()
  if (!KEY.test(key)) {
    throw new MemoirError(
      'invalid_request',
      'Idempotency-Key: 1 to 200 printable ASCII characters',
      {
        details: { field: 'Idempotency-Key' },
      },
    )
  }
  const { db } = c.var.services
  const claimed = { namespaceId: c.var.principal.namespaceId, route, key }
  const claim = await claimKey(
    db,
    claimed,
    createHash('sha256').update(JSON.stringify(body)).digest(),
  )
  if (claim.kind === 'done') return claim.answer
  if (claim.kind === 'running')
    throw new MemoirError('in_progress', SENTENCE.in_progress, { retryAfterMs: 1_000 })
  if (claim.kind === 'other_body') {
    throw new MemoirError('conflict', 'Idempotency-Key: was used with another body', {
      details: { field: 'Idempotency-Key' },
    })
  }
  try {
    const answer = await work()
    await keepAnswer(db, claimed, answer)
    return answer
  } catch (error) {
    await releaseKey(db, claimed)
    throw error
  }
}

/** Keys are shown once and settings hold secrets: neither may be kept for a repeat. */
export function refuseIdempotencyKey(c: Context<AppEnv>): void {
  if (c.req.header('idempotency-key') === undefined) return
  throw new MemoirError('invalid_request', 'Idempotency-Key: is not taken here', {
    details: { field: 'Idempotency-Key' },
  })
}

/** Seconds of `Prefer: wait=N`, 0 without it. */
export function waitSeconds(c: Context<AppEnv>): number {
  const [, seconds] =
    /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/.exec(c.req.header('prefer') ?? '') ?? []
  return Math.min(MAX_WAIT_SECONDS, Number(seconds ?? 0))
}

/** Longer than that, proxies in between give up. */
const MAX_WAIT_SECONDS = 60

export const statusOf = (answer: StoredAnswer) => answer.status as ContentfulStatusCode
