import { fieldOf, fieldsIn, idIn, isFields, textIn, timeIn, type Fields } from './fields.ts'
import type { Format } from './format.ts'
import type { Reason } from '../left-out.ts'

/** Memories of mem0 and OpenMemory: single sentences. Those of one user (and one run) become the messages of one conversation. */

export const mem0: Format = {
  knows: (given, { list }) =>
    typeof given['memory'] === 'string' ||
    (list === 'memories' && contentOf(given) !== undefined) ||
    (given['hash'] !== undefined && given['user_id'] !== undefined) ||
    (isMemoryOfApp(given) && typeof given['content'] === 'string') ||
    (isFields(given['payload']) && typeof given['payload']['data'] === 'string'),
  read(given, { user, around, file, number }) {
    const fields = isFields(given) ? { ...fieldsIn(given, 'payload'), ...given } : {}
    const content = contentOf(fields)
    const left = leftOut(fields)
    const id = idIn(fields, 'id', 'memory_id', 'hash')
    if (id === undefined && content === undefined) return { field: 'id', message: 'is missing' }
    if (content === undefined && left === undefined && !hasContent(fields)) {
      return { ...(id === undefined ? {} : { id }), field: 'memory', message: 'is missing' }
    }
    const userId = ownerOf(fields, around) ?? user ?? null
    const run = idIn(fields, 'run_id')
    const conversation = ['mem0', userId ?? 'me', ...(run === undefined ? [] : [run])].join('/')
    const at = timeIn(fields, 'created_at', 'updated_at')
    const message = {
      id: `${conversation}/${id ?? `${file}-${number}`}`,
      role: textIn(fields, 'role') ?? 'user',
      content: content ?? '',
      createdAt: at,
    }
    return {
      id: conversation,
      userId,
      title: 'Memories from mem0',
      createdAt: at,
      updatedAt: timeIn(fields, 'updated_at'),
      grows: true,
      messages: content === undefined || left !== undefined ? [] : [message],
      leftOut: left === undefined ? {} : { [left]: 1 },
    }
  },
}

const NAMES = ['memory', 'text', 'data', 'content']

const contentOf = (fields: Fields): string | undefined =>
  textIn(fields, 'memory', 'text') ??
  textIn(fieldOf(fields, 'data'), 'memory') ??
  textIn(fields, 'data', 'content')

const hasContent = (fields: Fields) =>
  NAMES.some((name) => typeof fieldOf(fields, name) === 'string')

/** A line of OpenMemory's export: its state, and the application that wrote it. */
const isMemoryOfApp = (given: Fields) =>
  'state' in given &&
  ['app', 'app_id', 'app_name', 'categories', 'category_ids'].some((name) => name in given)

/** OpenMemory names its users by ids of its own; beside the list it says who that is. */
function ownerOf(fields: Fields, around: Fields): string | undefined {
  const owner = fieldsIn(around, 'user')
  const own = idIn(fields, 'user_id')
  const named = idIn(owner, 'user_id', 'name') ?? idIn(owner, 'id')
  if (own !== undefined && own !== idIn(owner, 'id')) return own
  return named ?? own ?? userBeside(around)
}

/** Who is named beside a list of records. */
export function userBeside(around: Fields): string | undefined {
  return idIn(around, 'user_id', 'user') ?? idIn(fieldsIn(around, 'user'), 'user_id', 'id', 'name')
}

function leftOut(fields: Fields): Reason | undefined {
  const state = (textIn(fields, 'state', 'event') ?? '').toLowerCase()
  const gone = /^deleted?$/u.test(state) || timeIn(fields, 'deleted_at') !== undefined
  if (gone || fieldOf(fields, 'deleted') === true || fieldOf(fields, 'is_deleted') === true)
    return 'deleted'
  const ends = timeIn(fields, 'expiration_date')
  return ends !== undefined && ends.getTime() <= Date.now() ? 'ended' : undefined
}
