import type { Client } from 'pg'
import type { Expected, ExpectedMemory } from '../expected.ts'
import { findingsOf, tokensIn, type Finding } from './finding.ts'

/** Whether all that was accepted is there, once. */

interface Row {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly content: string
  readonly conversation: string | null
}

/** What a consolidation found to say the same is superseded, and there. */
const THERE = new Set(['active', 'superseded'])

export async function auditAccepted(postgres: Client, expected: Expected): Promise<Finding[]> {
  const { rows } = await postgres.query<Row>(
    `select id, kind, state, content, conversation_id as conversation from memoir.memory_trace`,
  )
  return [
    ...memories(rows, expected),
    ...conversations(rows, expected),
    ...(await sessions(postgres, expected)),
    ...(await jobs(postgres, expected)),
  ]
}

function memories(rows: readonly Row[], { memories: wanted }: Expected): Finding[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const known = new Set(wanted.map(({ id }) => id))
  const notes = rows.filter(({ kind }) => kind === 'note')
  const said = notes.flatMap(({ content }) => tokensIn(content))
  const times = Map.groupBy(said, (token) => token)
  const twice = [...times].flatMap(([token, { length }]) =>
    length > 1 ? [`${token} is said by ${length} memories`] : [],
  )
  const there = wanted.filter(({ state }) => state !== 'gone')
  const missing = there.filter(({ id }) => !byId.has(id)).map(({ id }) => `memory ${id}`)
  const wrong = there.flatMap((memory) => differences(memory, byId.get(memory.id)))
  const back = wanted.flatMap(({ id, state }) => {
    const row = byId.get(id)
    return state !== 'gone' || row === undefined || row.state === 'deleted'
      ? []
      : [`memory ${id} is ${row.state}`]
  })
  const uninvited = notes.flatMap(({ id, content }) =>
    known.has(id) ? [] : [`memory ${id}: ${tokensIn(content).join(' ')}`],
  )
  return [
    ...findingsOf('an accepted memory is missing', missing),
    ...findingsOf('a memory is not what was accepted', wrong),
    ...findingsOf('a memory is there twice', twice),
    ...findingsOf('a memory that nobody was promised', uninvited),
    ...findingsOf('a memory that went is back', back),
  ]
}

function differences({ id, token, state }: ExpectedMemory, row: Row | undefined): string[] {
  if (row === undefined) return []
  const isThere = state === 'active' ? THERE.has(row.state) : row.state === 'deleted'
  return [
    ...(row.content.includes(`${token}.`) ? [] : [`memory ${id} does not say ${token}`]),
    ...(isThere ? [] : [`memory ${id} is ${row.state} and should be ${state}`]),
  ]
}

function conversations(rows: readonly Row[], { conversations: wanted }: Expected): Finding[] {
  const byConversation = Map.groupBy(
    rows.filter(({ state }) => state === 'active'),
    ({ conversation }) => conversation,
  )
  const missing: string[] = []
  const back: string[] = []
  for (const { id, messages, state } of wanted) {
    const own = byConversation.get(id) ?? []
    const count = (kind: string) => own.filter((row) => row.kind === kind).length
    if (state === 'gone') {
      if (own.length > 0) back.push(`conversation ${id} has ${own.length} memories`)
    } else if (count('episode') !== 1 || count('message') !== messages) {
      missing.push(
        `${id}: ${count('episode')} episodes, ${count('message')} of ${messages} messages`,
      )
    }
  }
  return [
    ...findingsOf('a conversation is not there once', missing),
    ...findingsOf('a conversation that went is back', back),
  ]
}

async function sessions(postgres: Client, { sessions: wanted }: Expected): Promise<Finding[]> {
  const { rows } = await postgres.query<{ sessionId: string; posts: string; processed: string }>(
    `select s.session_id as "sessionId", count(r.id) as posts, count(*) filter (where r.status = 'processed') as processed
       from memoir.session s left join memoir.raw_session r on r.session = s.id group by s.id`,
  )
  const found = Map.groupBy(rows, ({ sessionId }) => sessionId)
  const wrong = wanted.flatMap(({ sessionId, state }) => {
    const own = found.get(sessionId) ?? []
    const [one] = own
    if (state === 'gone') return own.length === 0 ? [] : [`${sessionId} is back`]
    const whole = own.length === 1 && one?.posts === '1' && one.processed === '1'
    return whole ? [] : [`${sessionId}: ${JSON.stringify(own)}`]
  })
  return findingsOf('a session is not there once and processed', wrong)
}

async function jobs(postgres: Client, { jobs: accepted }: Expected): Promise<Finding[]> {
  const { rows } = await postgres.query<{ id: string }>(
    `select a.id from unnest($1::uuid[]) as a(id) where not exists (select from memoir.job j where j.id = a.id)`,
    [[...accepted.keys()]],
  )
  return findingsOf(
    'an accepted job is missing',
    rows.map(({ id }) => id),
  )
}
