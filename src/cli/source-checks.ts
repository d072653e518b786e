import type { Config } from '../config.ts'
import type { SourceConversation } from '../ingest/conversation.ts'
import { lookAtSource, type SourceLook } from '../sources/look.ts'
import { failed, type Finding } from './finding.ts'

/** What `memoir doctor` says of somebody else's tables: how they will be read, and what of them will not be. */

/** None where the source is Memoir's own tables. */
export async function checkSourceTables(config: Config): Promise<Finding[]> {
  if (config.SOURCE_DATABASE_URL === undefined) return []
  try {
    const look = await lookAtSource(config)
    return [
      ...look.tables.map(({ name, columns }) =>
        ok(
          'source columns',
          `${name}: ${[...new Set(columns.map((one) => `${one.name} ${one.type}`))].join(', ')}`,
        ),
      ),
      timesFinding(look, config),
      rolesFinding(look),
      rowsFinding(look, config),
      ...look.sample.map((one) => ok('source sample', sampleOf(one))),
    ]
  } catch (error) {
    return [failed('source columns', error)]
  }
}

const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail })

function timesFinding({ zoneless }: SourceLook, config: Config): Finding {
  const name = 'source times'
  if (zoneless.length === 0) return ok(name, 'every column of times has a zone')
  const columns = [...new Set(zoneless.map((column) => `${column.name} (${column.type})`))]
  const detail = `${columns.join(', ')}: times without a zone are read as ${config.SOURCE_TIMEZONE}`
  if (config.given.has('SOURCE_TIMEZONE')) return ok(name, detail)
  const next = 'Set SOURCE_TIMEZONE to the zone of the clock that wrote them.'
  return { name, state: 'warn', detail, next }
}

function rolesFinding({ roles }: SourceLook): Finding {
  const name = 'source roles'
  if (roles === null) return ok(name, 'not counted within 5 s')
  const unknown = roles.filter(({ role, word }) => role === null && word.trim() !== '')
  const counts = roles.map(({ word, n, role }) => {
    const read = role === null || role === word ? '' : ` as ${role}`
    return `${word.trim() === '' ? 'no role, as user' : shown(word)}${read} (${n})`
  })
  if (unknown.length === 0)
    return ok(name, counts.length === 0 ? 'no messages to look at' : counts.join(', '))
  const words = unknown.map(({ word }) => shown(word))
  return {
    name,
    state: 'warn',
    detail: `${counts.join(', ')}; not known, and taken for other people's: ${words.join(', ')}`,
    next: roleMapFor(words),
  }
}

/** Of several words one is the user's as often as not: then each is to be filled in. */
function roleMapFor(words: readonly string[]): string {
  const [only] = words
  return words.length === 1
    ? `Say who that is: SOURCE_ROLE_MAP=${only}=assistant   (or =user)`
    : `Say who each is, user or assistant: SOURCE_ROLE_MAP=${words.map((word) => `${word}=…`).join(',')}`
}

const ROW_WORDS = {
  'without an id': 'rows without an id (no_id)',
  'without a user': 'conversations without a user (no_user)',
  'for several users': 'conversations of several users (duplicate_id)',
  short: 'conversations of fewer messages than ETL_MIN_TURNS',
  'of no conversation': 'messages of no conversation',
} as const

function rowsFinding({ passedOver }: SourceLook, config: Config): Finding {
  const name = 'source rows'
  const counted = passedOver.flatMap(({ what, n }) => (n === 0 ? [] : [{ what, n }]))
  if (counted.length === 0) return ok(name, 'none will be passed over')
  const detail = counted
    .map(({ what, n }) => `${n ?? 'uncounted within 5 s:'} ${ROW_WORDS[what]}`)
    .join(', ')
    .replace('ETL_MIN_TURNS', `${config.ETL_MIN_TURNS} (ETL_MIN_TURNS)`)
  const state = counted.some(({ n }) => n !== null) ? 'warn' : 'ok'
  const next = 'The other rows are ingested; docs/sources.md says what becomes of each.'
  return { name, state, detail: `passed over: ${detail}`, ...(state === 'warn' ? { next } : {}) }
}

const SHOWN_CHARS = 40
const shown = (text: string) => {
  const line = text.replaceAll(/\s+/gu, ' ').trim()
  return line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS).toWellFormed()}…` : line
}

/** Its first two messages say whether columns and roles are the right ones. */
const SHOWN_MESSAGES = 2

function sampleOf({ id, userId, messages, undated }: SourceConversation): string {
  const days = [messages[0], messages.at(-1)].map((one) =>
    one?.createdAt.toISOString().slice(0, 16),
  )
  const when = undated === true ? 'without any time' : [...new Set(days)].join(' to ')
  const said = messages
    .slice(0, SHOWN_MESSAGES)
    .map(({ role, name, content }) => `${shown(name ?? role ?? 'user')}: ${shown(content)}`)
  const what = `${messages.length} messages${messages.length === 0 ? '' : `, ${when}`}`
  return `${shown(id)} of ${shown(userId ?? 'nobody')}, ${what}${said.length > 0 ? ` | ${said.join(' | ')}` : ''}`
}
