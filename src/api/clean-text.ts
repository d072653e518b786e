import { isUtf8 } from 'node:buffer'
import type { Context } from 'hono'
import { MemoirError } from '../errors.ts'
import { nestsDeeper } from '../text/json-depth.ts'
import type { GuardedEnv } from './environment.ts'

/**
 * Text that Postgres and JSON can hold: no NUL, no half of a surrogate pair. Checked once for all of a request, so that no
 * route can forget it.
 */

export const isClean = (text: string) => !text.includes('\u0000') && text.isWellFormed()

/** Deeper nesting serves nobody and makes recursive readers of it fail. */
const MAX_DEPTH = 32

/** So many open brackets take the parser some 10 MB; what is deeper than `MAX_DEPTH` is refused afterwards, by its field. */
const MAX_OPEN = 250_000

/** @throws MemoirError `invalid_request` with the field's path */
export async function requireCleanRequest(c: Context<GuardedEnv>): Promise<void> {
  requireEncodedUtf8(c.req.url)
  requireClean(c.req.param())
  const queries = Object.entries(c.req.queries())
  requireClean(
    Object.fromEntries(queries.map(([name, all]) => [name, all.length > 1 ? all : all[0]])),
  )
  if (!WITHOUT_BODY.has(c.req.method)) requireClean(parsed(await readText(c)))
}

const WITHOUT_BODY = new Set(['GET', 'HEAD'])

/** Bytes that are escaped in the URL; those that are no UTF-8 would be taken for their escapes, which are other words. */
const ESCAPED = /(?:%[0-9a-f]{2})+/gi

function requireEncodedUtf8(url: string): void {
  for (const [escaped] of url.matchAll(ESCAPED)) {
    try {
      decodeURIComponent(escaped)
    } catch {
      throw new MemoirError('invalid_request', 'The URL is not UTF-8.')
    }
  }
}

/** The body, read once for all who ask for it; reading it as text would put a replacement character for each wrong byte. */
async function readText({ req }: Context<GuardedEnv>): Promise<string> {
  const bytes = new Uint8Array(await req.arrayBuffer())
  if (!isUtf8(bytes)) throw refusal([], 'is not UTF-8')
  if (nestsDeeper(bytes, MAX_OPEN)) throw refusal([], `nested more than ${MAX_DEPTH} deep`)
  const text = new TextDecoder().decode(bytes)
  // Hono keeps promises there, whatever its types say.
  Object.assign(req.bodyCache, { text: Promise.resolve(text) })
  return text
}

/** Whatever type it claims to have: routes and the protocols behind them differ in which types they read as JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is refused by the route's own validator.
    return null
  }
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
