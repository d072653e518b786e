import type { Config } from '../config.ts'
import type { Queryable } from '../stores/database.ts'
import { selectColumns, sourceMisfit, type Column } from '../stores/sources/source-columns.ts'
import type { SourceTables } from '../stores/sources/source-tables.ts'

/** The tables and columns that the configuration names, found in the database. */

type Columns = ReadonlyMap<string, Column>

/**
 * @throws MemoirError `source_invalid` that names each variable whose table or column is not there. A column of times that nobody named
 *   may be missing.
 */
export async function findSourceTables(db: Queryable, config: Config): Promise<SourceTables> {
  const problems: string[] = []
  const foreign = config.SOURCE_DATABASE_URL !== undefined
  const table = async (variable: 'SOURCE_CONVERSATIONS_TABLE' | 'SOURCE_MESSAGES_TABLE') => {
    const name = foreign ? config[variable] : OWN[variable]
    const columns = await selectColumns(db, name)
    if (columns === null) problems.push(`${variable}: there is no table ${name}`)
    return { name, columns: columns ?? new Map<string, Column>() }
  }
  const conversations = await table('SOURCE_CONVERSATIONS_TABLE')
  const finder = createFinder(foreign ? config : OWN, problems)
  const json = foreign ? config.SOURCE_MESSAGES_JSON : undefined
  const of = finder(conversations.name, conversations.columns)
  const found = {
    conversations: conversations.name,
    conversationId: of.column('SOURCE_CONVERSATION_ID'),
    conversationUser: of.column('SOURCE_CONVERSATION_USER'),
    conversationTitle: of.named('SOURCE_CONVERSATION_TITLE'),
    conversationCreatedAt: of.time('SOURCE_CONVERSATION_CREATED_AT'),
    conversationUpdatedAt: of.time('SOURCE_CONVERSATION_UPDATED_AT'),
    messages:
      json === undefined
        ? messagesOf(await table('SOURCE_MESSAGES_TABLE'), finder)
        : of.column('SOURCE_MESSAGES_JSON'),
    only: foreign ? {} : { namespace: config.SOURCE_NAMESPACE, source: config.SOURCE_NAME },
  }
  if (problems.length > 0) throw sourceMisfit(problems)
  return found
}

type Finder = ReturnType<typeof createFinder>

function messagesOf({ name, columns }: { name: string; columns: Columns }, finder: Finder) {
  const of = finder(name, columns)
  return {
    table: name,
    id: of.column('SOURCE_MESSAGE_ID'),
    conversation: of.column('SOURCE_MESSAGE_CONVERSATION'),
    role: of.column('SOURCE_MESSAGE_ROLE'),
    name: of.named('SOURCE_MESSAGE_NAME'),
    content: of.column('SOURCE_MESSAGE_CONTENT'),
    createdAt: of.time('SOURCE_MESSAGE_CREATED_AT'),
  }
}

type Names = Pick<
  Config,
  | 'SOURCE_CONVERSATION_ID'
  | 'SOURCE_CONVERSATION_USER'
  | 'SOURCE_CONVERSATION_TITLE'
  | 'SOURCE_CONVERSATION_CREATED_AT'
  | 'SOURCE_CONVERSATION_UPDATED_AT'
  | 'SOURCE_MESSAGES_JSON'
  | 'SOURCE_MESSAGE_ID'
  | 'SOURCE_MESSAGE_CONVERSATION'
  | 'SOURCE_MESSAGE_ROLE'
  | 'SOURCE_MESSAGE_NAME'
  | 'SOURCE_MESSAGE_CONTENT'
  | 'SOURCE_MESSAGE_CREATED_AT'
  | 'given'
>

const OWN = {
  SOURCE_CONVERSATIONS_TABLE: 'memoir.conversations',
  SOURCE_CONVERSATION_ID: 'id',
  SOURCE_CONVERSATION_USER: 'user_id',
  SOURCE_CONVERSATION_TITLE: 'title',
  SOURCE_CONVERSATION_CREATED_AT: 'created_at',
  SOURCE_CONVERSATION_UPDATED_AT: 'updated_at',
  SOURCE_MESSAGES_TABLE: 'memoir.messages',
  SOURCE_MESSAGES_JSON: undefined,
  SOURCE_MESSAGE_ID: 'id',
  SOURCE_MESSAGE_CONVERSATION: 'conversation_id',
  SOURCE_MESSAGE_ROLE: 'role',
  SOURCE_MESSAGE_NAME: 'name',
  SOURCE_MESSAGE_CONTENT: 'content',
  SOURCE_MESSAGE_CREATED_AT: 'created_at',
  given: new Set<string>(),
} as const

/** Stands where a problem was noted: it is thrown before anything is read of it. */
const MISSING: Column = { name: '', sql: '', type: '', kind: 'other', nullable: true }

function createFinder(names: Names, problems: string[]) {
  return (table: string, columns: Columns) => {
    type Variable = Exclude<keyof Names, 'given'>
    const column = (variable: Variable): Column => {
      const name = names[variable] ?? ''
      const found = columns.get(name)
      if (found !== undefined) return found
      if (columns.size > 0) {
        const there = [...columns.keys()].join(', ')
        problems.push(`${variable}: ${table} has no column ${name}, only ${there}`)
      }
      return MISSING
    }
    return {
      column,
      named: (variable: Variable) => (names[variable] === undefined ? null : column(variable)),
      time: (variable: Variable) =>
        names.given.has(variable) || columns.has(names[variable] ?? '') ? column(variable) : null,
    }
  }
}
