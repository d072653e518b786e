import { z } from '@hono/zod-openapi'
import { FilterProblem, parseFilter, type Filter } from '../domain/filter.ts'
import { isDotSegment } from '../domain/user.ts'
import { HEADS, TRACE_KINDS } from '../domain/recall.ts'
import { MAX_USERS } from '../recall/several-users.ts'

/** What requests may hold. NUL and lone surrogates are refused for whole requests, before these. */

export const text = (max: number) => z.string().min(1).max(max)

/** An id that is part of paths. */
export const pathId = (max: number) =>
  text(max).refine((id) => !isDotSegment(id), 'must not be `.` or `..`, which no path can name')

export const uuid = z.uuid().openapi({ example: '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10' })
export const time = z.iso.datetime({ offset: true })
export const shownCategory = z.string().nullable().openapi({
  description:
    'Of a fact: one of those that the settings of extraction name. Of other memories: `category` of their metadata.',
})
export const userId = pathId(256).openapi({ description: 'The caller’s own id of the user.' })
/** Several users of one question: in a body, or through `queryListOf`. */
export const usersOf = <List extends z.ZodType<string[]>>(list: List) =>
  list
    .superRefine((ids, context) => {
      if (ids.length > MAX_USERS) {
        context.addIssue({ code: 'custom', message: `must be at most ${MAX_USERS}` })
      }
      const at = ids.findIndex((id, place) => ids.indexOf(id) !== place)
      if (at !== -1) context.addIssue({ code: 'custom', message: 'is there twice', path: [at] })
    })
    .openapi({
      description: `At most ${MAX_USERS} users instead of \`user_id\`: each is asked by itself, and what is found is merged by relevance.`,
    })
export const scopeName = text(100)
export const kind = z.enum(TRACE_KINDS)
export const head = z.enum(HEADS)

/** A question is a sentence or a page, not a book; longer ones would be cut by every model. */
const MAX_QUESTION_CHARS = 32_768
export const question = z
  .string()
  .max(MAX_QUESTION_CHARS)
  .refine((value) => value.trim() !== '', 'must not be empty')
  .openapi({ minLength: 1 })

export const MAX_HITS = 200

const written = new WeakMap<Date, string>()

/** A time as a Date, which has no offset: `timeAsWritten` still knows it. */
export function dateOf(given: string): Date {
  const at = new Date(given)
  written.set(at, given)
  return at
}

/** ISO 8601 with the offset that a request gave. */
export const timeAsWritten = (at: Date): string => written.get(at) ?? at.toISOString()

/** A moment or a day (its first moment in UTC), as a Date. */
export const moment = z
  .union([time, z.iso.date()])
  .transform((value) => new Date(value))
  .openapi({
    type: 'string',
    description: 'ISO 8601: a time with an offset, or a date in UTC.',
    example: '2026-03-01T00:00:00Z',
  })

const MAX_LIST = 50
export const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MAX_LIST)

/** A list in a query: commas between, or the parameter again. */
export const queryListOf = <Item extends z.ZodType>(item: Item) =>
  z
    .preprocess(
      (value) =>
        [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : part)),
      listOf(item),
    )
    .openapi({ type: 'array', description: 'Separated by commas, or the parameter again.' })

/** JSON inside a query parameter. */
export const queryObject = z
  .string()
  .transform((value, context): unknown => {
    try {
      return JSON.parse(value)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON object' })
      return z.NEVER
    }
  })
  .pipe(z.record(z.string(), z.unknown()))
  .openapi({ type: 'string', description: 'A JSON object.', example: '{"channel":"chat"}' })

const filterDescription =
  'Conditions on fields, combined by `and`, `or` and `not`: `{ "and": [{ "kind": { "eq": "note" } }, { "not": { "tags": { "contains": "draft" } } }] }`. Fields: kind, role, scope, session_id, category, tags, occurred_at, known_at, salience, importance, metadata.<path>. Comparisons: eq, ne, gt, gte, lt, lte, in, contains, exists. At most 50 conditions, six levels deep.'

const asFilter = (value: unknown, context: z.RefinementCtx): Filter => {
  try {
    return parseFilter(value)
  } catch (error) {
    if (!(error instanceof FilterProblem)) throw error
    context.addIssue({ code: 'custom', message: error.message, path: [...error.path] })
    return z.NEVER
  }
}

/** What memories have to be like. */
export const filter = z
  .record(z.string(), z.unknown())
  .transform(asFilter)
  .openapi('Filter', { type: 'object', description: filterDescription })

/** The same in a query parameter. */
export const queryFilter = queryObject
  .transform(asFilter)
  .openapi({ type: 'string', description: `A JSON object. ${filterDescription}` })

const MAX_CURSOR_CHARS = 2_000
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: text(MAX_CURSOR_CHARS)
    .optional()
    .openapi({ description: '`next_cursor` of the page before.' }),
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }
type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T]
/** Fields that may be undefined, as fields that may be absent. */
type Present<T> = Omit<T, OptionalKeys<T>> & Partial<Given<Pick<T, OptionalKeys<T>>>>

/** The same without fields that are undefined: for types in which absent and undefined differ. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>
}
