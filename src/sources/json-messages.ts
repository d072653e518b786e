import { knownRole } from '../domain/roles.ts'
import { isFields, type Fields } from './files/formats/fields.ts'
import { textOfContent } from '../text/content-parts.ts'

/** Messages kept as JSON in one value, in the shapes of OpenAI, Anthropic, LangChain, n8n, Vercel AI SDK and Gemini. */

export interface JsonMessage {
  readonly id: string | null
  readonly role: string | null
  readonly name: string | null
  readonly content: string
  readonly time: unknown
}

/** JSON in a JSON string, as double encoding leaves it; more often is a mistake. */
const ENCODED_TIMES = 3

/** @returns null for what is no JSON or holds no list of messages */
export function messagesInJson(text: string): JsonMessage[] | null {
  const list = listIn(decoded(text))
  return list?.flatMap((item) => messageOf(item) ?? []) ?? null
}

function decoded(text: string): unknown {
  let value: unknown = text
  for (let times = 0; times < ENCODED_TIMES && typeof value === 'string'; times += 1) {
    try {
      value = JSON.parse(value)
    } catch {
      return times === 0 ? lines(text) : value
    }
  }
  return value
}

/** JSON Lines. */
function lines(text: string): unknown {
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line): unknown => JSON.parse(line))
  } catch {
    return null
  }
}

const LISTS = ['messages', 'history', 'chat_history', 'conversation', 'turns', 'contents', 'items']

function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value
  if (!isFields(value)) return null
  for (const name of LISTS) {
    const list = value[name]
    if (Array.isArray(list)) return list
    if (isFields(list)) return Object.values(list)
  }
  if (roleIn(value) !== null) return [value]
  // A list as an object: {"0": {…}, "1": {…}}.
  const values = Object.values(value)
  return values.every(isFields) ? values : null
}

/** Said by nobody: instructions of the application, and what programs answered programs. */
const NOBODY: ReadonlySet<string | undefined> = new Set(['system', 'tool'])

function messageOf(given: unknown): JsonMessage | null {
  if (typeof given === 'string') return messageOf({ content: given })
  // LangChain's pairs: ["human", "…"].
  if (Array.isArray(given)) {
    const [role, content] = given as readonly unknown[]
    return typeof role === 'string' && given.length === 2 ? messageOf({ role, content }) : null
  }
  if (!isFields(given)) return null
  const message = innermost(given)
  const role = roleIn(message) ?? roleIn(given)
  if (role !== null && NOBODY.has(knownRole(role))) return null
  const content = ['content', 'parts', 'text', 'message', 'value']
    .map((name) => textOfContent(message[name]))
    .find((text) => text.trim() !== '')
  if (content === undefined) return null
  const names = [given, message]
  return {
    id: first(names, ['id', 'uuid', 'message_id', 'messageId'], identifier),
    role,
    name: first(names, ['name', 'username'], named),
    content,
    time: first(
      [...names, ...names.flatMap((each) => BESIDE.map((name) => each[name]).filter(isFields))],
      ['createdAt', 'created_at', 'create_time', 'timestamp', 'time', 'date', 'ts'],
      (value) => value ?? null,
    ),
  }
}

/** What libraries put around a message, and what they put beside it. */
const AROUND = ['message', 'json', 'kwargs', 'data']
const BESIDE = ['metadata', 'additional_kwargs', 'response_metadata']

function innermost(given: Fields): Fields {
  let message = given
  for (let depth = 0; depth < AROUND.length; depth += 1) {
    const inside = AROUND.map((name) => message[name]).find(isFields)
    if (inside === undefined) return message
    message = inside
  }
  return message
}

/** Who speaks, as a message says it. */
export function roleIn(message: Fields): string | null {
  for (const name of ['role', 'sender', 'author', 'from', 'type']) {
    const value = message[name]
    const word = isFields(value) ? value['role'] : value
    if (typeof word !== 'string' || word.trim() === '') continue
    // `type` says more often what a thing is than who speaks.
    if (name !== 'type' || knownRole(word) !== undefined) return word
  }
  // LangChain names the class: ["langchain_core", "messages", "HumanMessage"].
  const path = message['id']
  const last: unknown = Array.isArray(path) ? path.at(-1) : undefined
  return typeof last === 'string' && knownRole(last) !== undefined ? last : null
}

const identifier = (value: unknown): string | null =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null
const named = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null

function first<T>(
  places: readonly Fields[],
  names: readonly string[],
  read: (value: unknown) => T | null,
): T | null {
  for (const place of places) {
    for (const name of names) {
      const value = read(place[name])
      if (value !== null) return value
    }
  }
  return null
}
