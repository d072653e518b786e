import type { Config } from '../config.ts'
import type { SourceConversation } from '../ingest/conversation.ts'
import type { Database } from '../stores/database.ts'
import type { Column } from '../stores/sources/source-columns.ts'
import {
  countRoles,
  countRows,
  passedOverStatements,
  type PassedOver,
} from '../stores/sources/source-look.ts'
import type { SourceTables } from '../stores/sources/source-tables.ts'
import { knownRole } from '../domain/roles.ts'
import { roleIn } from './json-messages.ts'
import { openSource } from './open-source.ts'
import { createPostgresSource } from './postgres-source.ts'
import { isFields } from './files/formats/fields.ts'
import { parseJson } from './source-values.ts'

/** What there is in a source and how it will be read, for somebody who sets one up. */
export interface SourceLook {
  /** Tables with their columns that are read. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly Column[] }[]
  /** Columns of times that say no zone. */
  readonly zoneless: readonly Column[]
  /** How often each word for who speaks stands there, and what it is read as: null for a word that is not known. Null where counting took too long. */
  readonly roles:
    | readonly {
        readonly word: string
        readonly n: number
        readonly role: string | null
      }[]
    | null
  /** Null where counting took too long. */
  readonly passedOver: readonly { readonly what: PassedOver; readonly n: number | null }[]
  /** The first conversations, as they will be read. */
  readonly sample: readonly SourceConversation[]
}

/** Somebody waits, and the source serves others. */
const STATEMENT_TIMEOUT = { statement_timeout: '5s' }
const SAMPLED = 3

/** @throws MemoirError `source_unavailable`, `source_invalid` */
export async function lookAtSource(config: Config, own?: Database): Promise<SourceLook> {
  const opened = openSource(config, own, () => undefined)
  const source = createPostgresSource(config, own, () => undefined)
  try {
    const { tables } = await opened.reading()
    const { heads } = await source.headsAfter(null, SAMPLED)
    const { conversations } = await source.load(heads)
    return {
      tables: columnsOf(tables),
      zoneless: timesOf(tables).filter(({ kind }) => ['local', 'day', 'text'].includes(kind)),
      roles: await rolesOf(opened, tables, config),
      passedOver: await passedOver(opened, tables, config),
      sample: conversations,
    }
  } finally {
    await source.close()
    if (opened.db !== own) await opened.db.close()
  }
}

const present = (columns: readonly (Column | null)[]) => columns.filter((column) => column !== null)

function columnsOf(t: SourceTables): SourceLook['tables'] {
  const { messages } = t
  const inTable = 'table' in messages
  const columns = present([
    t.conversationId,
    t.conversationUser,
    t.conversationTitle,
    t.conversationCreatedAt,
    t.conversationUpdatedAt,
    inTable ? null : messages,
  ])
  const conversations = { name: t.conversations, columns }
  if (!inTable) return [conversations]
  const { id, conversation, role, name, content, createdAt } = messages
  const said = present([id, conversation, role, name, content, createdAt])
  return [conversations, { name: messages.table, columns: said }]
}

const timesOf = (t: SourceTables) =>
  present([
    t.conversationCreatedAt,
    t.conversationUpdatedAt,
    'table' in t.messages ? t.messages.createdAt : null,
  ])

type Opened = ReturnType<typeof openSource>

async function rolesOf(
  { db }: Opened,
  { messages }: SourceTables,
  config: Config,
): Promise<SourceLook['roles']> {
  if (!('table' in messages)) return []
  const counted = await db
    .transaction(async (tx) => await countRoles(tx, messages), {
      readOnly: true,
      settings: STATEMENT_TIMEOUT,
    })
    .catch(() => null)
  if (counted === null) return null
  const byWord = new Map<string, number>()
  for (const { role, n } of counted) {
    const word = wordOf(role, messages.role)
    byWord.set(word, (byWord.get(word) ?? 0) + n)
  }
  return [...byWord].map(([word, n]) => ({
    word,
    n,
    role: config.SOURCE_ROLE_MAP.get(word.trim().toLowerCase()) ?? knownRole(word) ?? null,
  }))
}

function wordOf(value: string | null, { kind }: Column): string {
  if (kind !== 'json' || value === null) return value ?? ''
  const parsed = parseJson(value)
  if (isFields(parsed)) return roleIn(parsed) ?? ''
  return typeof parsed === 'string' ? parsed : ''
}

async function passedOver(
  { db }: Opened,
  tables: SourceTables,
  config: Config,
): Promise<SourceLook['passedOver']> {
  const counts = []
  for (const [what, statement] of Object.entries(
    passedOverStatements(tables, config.ETL_MIN_TURNS),
  )) {
    // A view that cannot be counted says so by the rows that a backfill lists.
    const n = await db
      .transaction(async (tx) => await countRows(tx, statement), {
        readOnly: true,
        settings: STATEMENT_TIMEOUT,
      })
      .catch(() => null)
    counts.push({ what: what as PassedOver, n })
  }
  return counts
}
