import type { Turn } from '../domain/transcript.ts'
import { textOfContent } from '../text/content-parts.ts'
import { roleOf } from '../domain/roles.ts'
import { readTimestamp } from './stamps.ts'

/** Messages as other programs write them, as items of a transcript: OpenAI, Anthropic, Gemini, Vercel AI SDK, LangChain, Slack, Telegram. */

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lists of messages, by the names programs give them. */
const LISTS = ['messages', 'history', 'contents', 'conversation', 'turns']

/** Messages in a list, or in an object that holds one; undefined for anything else. */
export function messagesIn(given: unknown): readonly unknown[] | undefined {
  if (Array.isArray(given)) return given
  if (!isFields(given)) return undefined
  return LISTS.map((name) => given[name]).find(Array.isArray)
}

/** The same from a text that is JSON; undefined for any other text. */
export function messagesInText(text: string): readonly unknown[] | undefined {
  const trimmed = text.trim()
  if (!/^[[{]/u.test(trimmed) || !/[\]}]$/u.test(trimmed)) return undefined
  try {
    const messages = messagesIn(JSON.parse(trimmed))
    return messages?.some(isMessage) === true ? messages : undefined
  } catch {
    return undefined
  }
}

export const isMessage = (given: unknown) =>
  isFields(given) && (isSlack(given) || isTelegram(given) || roleIn(given) !== undefined)

/** Items as `{ role, content, name, timestamp }`, with whatever else is no field of such a program. What nobody said is left out. */
export function transcriptItems(
  messages: readonly unknown[],
): readonly (readonly [index: number, item: unknown])[] {
  return messages.flatMap((given, index) => {
    if (given === null) return []
    const item = isFields(given) ? itemOf(given) : given
    return item === null ? [] : [[index, item] as const]
  })
}

function itemOf(given: Fields): Fields | null {
  if (isTelegram(given)) return telegramItem(given)
  if (isSlack(given)) return slackItem(given)
  const inner = innerOf(given)
  const role = roleIn(inner) ?? roleIn(given)
  // A part of an answer that is no message: reasoning, a call of a tool, what it answered.
  if (role === undefined && /call|reasoning|output|tool/u.test(String(given['type']))) return null
  const { timestamp, created_at, createdAt, content: _, ...rest } = inner
  const own = Object.entries(rest).filter(([name]) => !VENDOR_FIELDS.has(name))
  const when = timestamp ?? created_at ?? createdAt
  return {
    ...Object.fromEntries(own),
    ...(role === undefined ? {} : { role }),
    content: contentIn(inner),
    ...(when === undefined ? {} : { timestamp: when }),
  }
}

/** Parts are what is shown, where there are both. A message of tools alone has no content at all. */
function contentIn({ content, parts, text, ...rest }: Fields): unknown {
  if (Array.isArray(parts)) return parts
  if (content !== undefined) return content
  const isOfVendor = Object.keys(rest).some((name) => VENDOR_FIELDS.has(name))
  return text ?? (isOfVendor ? null : undefined)
}

/** LangChain keeps a message in `data` or `kwargs`; a choice of OpenAI in `message`. */
function innerOf(given: Fields): Fields {
  for (const name of ['data', 'kwargs', 'message']) {
    const inner = given[name]
    if (isFields(inner) && given['content'] === undefined && 'content' in inner) return { ...inner }
  }
  return given
}

/** What vendors have beside the words; any other field is a mistake. */
const VENDOR_FIELDS: ReadonlySet<string> = new Set(
  `id object type model status index logprobs finish_reason stop_reason stop_sequence usage refusal audio annotations tool_calls
   tool_call_id function_call invalid_tool_calls tool_use_id reasoning reasoning_content reasoning_details thinking cache_control
   parts text created metadata additional_kwargs response_metadata usage_metadata example lc toolInvocations
   experimental_attachments attachments data kwargs message container context_management phase`.split(
    /\s+/u,
  ),
)

const ROLES: ReadonlyMap<unknown, string> = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['system', 'system'],
  ['tool', 'tool'],
  ['HumanMessage', 'user'],
  ['AIMessage', 'assistant'],
  ['AIMessageChunk', 'assistant'],
  ['SystemMessage', 'system'],
  ['ToolMessage', 'tool'],
])

function roleIn({ role, type, id }: Fields): string | undefined {
  if (typeof role === 'string') return role
  if (role !== undefined && role !== null) return undefined
  return ROLES.get(type) ?? ROLES.get(Array.isArray(id) ? id.at(-1) : undefined)
}

const textIn = (given: unknown, ...names: readonly string[]): string | undefined =>
  isFields(given)
    ? names
        .map((name) => given[name])
        .find((value): value is string => typeof value === 'string' && value.trim() !== '')
    : undefined

export const isTelegram = (given: Fields) =>
  !('role' in given) &&
  ('from_id' in given ||
    'date_unixtime' in given ||
    (given['type'] === 'service' && 'action' in given))

function telegramItem(given: Fields): Fields | null {
  if (given['type'] === 'service') return null
  const text = telegramText(given['text'])
  const seconds = Number(given['date_unixtime'])
  const forwarded = textIn(given, 'forwarded_from', 'saved_from')
  return {
    role: 'user',
    // What somebody else wrote is quoted.
    content: forwarded === undefined ? text : text.replaceAll(/^/gmu, '> '),
    name: textIn(given, 'from', 'author', 'from_id') ?? 'Deleted account',
    timestamp: Number.isFinite(seconds) && seconds > 0 ? seconds : (given['date'] ?? undefined),
  }
}

/** Plain text, or a list of texts and of entities with their text. */
function telegramText(text: unknown): string {
  if (typeof text === 'string') return text
  if (!Array.isArray(text)) return ''
  return text
    .map((part: unknown) => (typeof part === 'string' ? part : (textIn(part, 'text') ?? '')))
    .join('')
}

export const isSlack = ({ ts, role, user, username, bot_id: bot, text }: Fields) =>
  role === undefined &&
  (typeof ts === 'string' || typeof ts === 'number') &&
  [user, username, bot, text].some((value) => value !== undefined)

/** What happened to a channel was said by nobody. */
const SLACK_EVENTS =
  /(?:join|leave|topic|purpose|name|archive|posting|added|removed|pinned|reminder|tombstone|huddle)/u

function slackItem(given: Fields): Fields | null {
  const subtype = textIn(given, 'subtype') ?? ''
  if (SLACK_EVENTS.test(subtype)) return null
  const name = slackName(given)
  const isBot =
    subtype === 'bot_message' || (given['bot_id'] !== undefined && given['user'] === undefined)
  return {
    role: isBot ? 'bot' : 'user',
    content: slackText(textIn(given, 'text') ?? ''),
    ...(name === undefined ? {} : { name }),
    timestamp: Number(given['ts']),
  }
}

const slackName = (given: Fields): string | undefined =>
  textIn(given['user_profile'], 'display_name', 'real_name', 'name') ??
  textIn(given['bot_profile'], 'name') ??
  textIn(given, 'username', 'user_name', 'user', 'bot_id')

/** Mentions and links as they are shown; `>` at the beginning of a line quotes. */
function slackText(text: string): string {
  return text
    .replaceAll(
      /<([@#!]?)([^<>|\n]{1,2000})(?:\|([^<>\n]{0,500}))?>/gu,
      (_, kind: string, id: string, label = '') => {
        if (kind === '@') return `@${label || id}`
        if (kind === '#') return `#${label || id}`
        if (kind === '!') return label || `@${id.replace(/\^.*/u, '')}`
        return label || id
      },
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** A message that says something, read leniently: a field of another type than expected counts as missing. */
export interface ReadMessage extends Pick<Turn, 'role' | 'name' | 'content' | 'at'> {
  /** Its place in the list. */
  readonly index: number
}

export function readMessages(messages: readonly unknown[]): ReadMessage[] {
  return transcriptItems(messages).flatMap(([index, item]) => {
    if (!isFields(item)) return []
    const { role, content, name, timestamp } = item
    const text = textOfContent(content).trim()
    if (typeof role !== 'string' || role.trim() === '' || text === '') return []
    const isTime = typeof timestamp === 'string' || typeof timestamp === 'number'
    return [
      {
        index,
        role: roleOf(role),
        name: typeof name === 'string' && name.trim() !== '' ? name.trim() : null,
        content: text,
        at: isTime ? readTimestamp(timestamp) : null,
      },
    ]
  })
}
