import type { Context } from 'hono'
import { MemoirError } from '../errors.ts'
import type { GuardedEnv } from './environment.ts'

/**
 * Text that Postgres and JSON can hold: no NUL, no half of a surrogate pair. Checked once for all of a request, so that no
 * route can forget it.
 */

const isClean = (text: string) => !text.includes('\u0000') && text.isWellFormed()

/** Deeper nesting serves nobody and makes recursive readers of it fail. */
const MAX_DEPTH = 32

/** @throws MemoirError `invalid_request` with the field's path */
export async function requireCleanRequest(c: Context<GuardedEnv>): Promise<void> {
  requireClean(c.req.param())
  const queries = Object.entries(c.req.queries())
  requireClean(
    Object.fromEntries(queries.map(([name, all]) => [name, all.length > 1 ? all : all[0]])),
  )
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return
  // What is not JSON is refused by the route's own validator.
  const body: unknown = await c.req.json().catch(() => null)
  requireClean(body)
}

interface Place {
  readonly value: unknown
  readonly path: readonly string[]
}

export function requireClean(root: unknown): void {
  const places: Place[] = [{ value: root, path: [] }]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const { value, path } = place
    if (typeof value === 'string' && !isClean(value)) {
      throw refusal(path, 'must not hold NUL or lone surrogates')
    }
    if (typeof value !== 'object' || value === null) continue
    if (path.length >= MAX_DEPTH)
      throw refusal(path.slice(0, 1), `nested more than ${MAX_DEPTH} deep`)
    for (const [key, inner] of Object.entries(value)) {
      if (!isClean(key)) throw refusal(path, 'has a field whose name holds NUL or lone surrogates')
      places.push({ value: inner, path: [...path, key] })
    }
  }
}

function refusal(path: readonly string[], what: string): MemoirError {
  const field = path.join('.')
  return new MemoirError('invalid_request', `${field || 'body'}: ${what}`, { details: { field } })
}
