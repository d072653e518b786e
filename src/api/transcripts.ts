import { z } from '@hono/zod-openapi'
import type { RefinementCtx } from 'zod'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { messagesIn, messagesInText, transcriptItems } from '../sessions/messages.ts'
import { readTimestamp } from '../sessions/stamps.ts'
import { parseTranscript, type TranscriptItem } from '../sessions/transcript.ts'
import type { PostReach } from '../stores/sessions/session-queue.ts'
import { textOfContent } from '../text/content-parts.ts'
import type { Principal } from './environment.ts'
import { problemOf } from './errors.ts'
import { text } from './fields.ts'

/** What posts of transcripts have in common, on whichever path they come. */

/** Anything at all, but not another body. */
const MAX_METADATA_BYTES = 16 * 1024

export const sessionMetadata = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES,
    'must not take more than 16 KiB as JSON',
  )
  .openapi({ type: 'object', description: 'Any object of at most 16 KiB as JSON.' })

/** A part says something or nothing, whatever it holds; a content that is neither text nor parts is a mistake. */
const content = z
  .union(
    [z.string(), z.array(z.unknown()), z.looseObject({}), z.null()],
    'must be text or a list of parts { type, text }',
  )
  .transform((given) => textOfContent(given))
const timestamp = z
  .union([z.string(), z.number()])
  .transform((given, context) => {
    const at = readTimestamp(given)
    if (at !== null) return at
    context.addIssue({ code: 'custom', message: 'must be ISO 8601, or seconds or milliseconds' })
    return z.NEVER
  })
  .nullish()
const item = { content, timestamp, name: z.string().max(256).nullish() }
const strictItem = z.strictObject({ role: text(64), ...item })
const looseItem = z.object({ role: text(64).default('user'), ...item })
type Item = z.output<typeof strictItem>

const itemOf = ({ role, content, name, timestamp }: Item): TranscriptItem => ({
  role,
  content,
  name: name ?? undefined,
  at: timestamp ?? null,
})

const DESCRIPTION =
  'Text such as `User: …` and `Assistant: …`, an exported chat or captions (docs/sessions.md has the rules), or a list of `{ role, content, timestamp?, name? }` or of messages as OpenAI, Anthropic, Slack and Telegram write them.'

/** A transcript as its turns. What is wrong in a list is told by its own path, which a union of schemas would hide. */
function transcriptOf(items: z.ZodType<Item[]>) {
  return z
    .unknown()
    .transform((given, context) => read(given, items, context))
    .openapi({
      description: DESCRIPTION,
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'object' } },
        { type: 'object', properties: { messages: { type: 'array', items: { type: 'object' } } } },
      ],
    })
}

function read(given: unknown, items: z.ZodType<Item[]>, context: RefinementCtx): Turn[] {
  const messages = typeof given === 'string' ? messagesInText(given) : messagesIn(given)
  if (messages === undefined && typeof given === 'string')
    return said(parseTranscript(given), context)
  const indexed = messages === undefined ? undefined : transcriptItems(messages)
  const parsed = items.safeParse(indexed === undefined ? given : indexed.map(([, item]) => item))
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const unknown = issue.code === 'unrecognized_keys'
      const [at, ...rest] = unknown ? [...issue.path, issue.keys[0] ?? ''] : issue.path
      // Where it was in the list, with what was left out of it.
      const place = typeof at === 'number' ? (indexed?.[at]?.[0] ?? at) : at
      const message = problemOf(issue)
      context.addIssue({
        code: 'custom',
        path: place === undefined ? [] : [place, ...rest],
        message,
      })
    }
    return z.NEVER
  }
  return said(parseTranscript(parsed.data.map(itemOf)), context)
}

function said(turns: Turn[], context: RefinementCtx): Turn[] {
  if (turns.length === 0) context.addIssue({ code: 'custom', message: 'must say something' })
  return turns
}

export const transcript = transcriptOf(z.array(strictItem))
/** For paths on which unknown fields are ignored. */
export const looseTranscript = transcriptOf(z.array(looseItem))

/** When all of it was said, as far as the post says so. */
export function saidAt({ timestamp: given }: Readonly<Record<string, unknown>>): string | null {
  return typeof given === 'string' || typeof given === 'number' ? readTimestamp(given) : null
}

/** No user has it. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Whose posts a key sees. Sessions have no scope, so one that is bound to scopes sees none. */
export function postReach(
  { namespaceId, user, scopes }: Principal,
  collection?: string,
): PostReach {
  return { namespaceId, collection, userId: scopes === null ? user?.id : NOBODY }
}

/** Sessions have no scope, so a key bound to scopes cannot say whether one is inside. @throws MemoirError `forbidden` */
export function refuseScoped({ scopes }: Principal): void {
  if (scopes === null) return
  throw new MemoirError(
    'forbidden',
    'A key bound to scopes cannot use sessions: transcripts have none.',
  )
}

/** @throws MemoirError `not_found` when a bound key names somebody else: to it nobody else exists */
export function requireUser(userId: string | null): string {
  if (userId === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return userId
}
