import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client as Postgres } from 'pg'
import { openClient, type Answer, type Client, type Request } from './ask.ts'
import type { Expected, ExpectedMemory } from './expected.ts'
import type { Chance } from './random.ts'

/**
 * A mixed load. Every caller has users of its own and does one thing at a time, so that what was promised is known exactly:
 * what is said of a user is in the order in which it was answered.
 */

export interface LoadOptions {
  readonly api: string
  /** Where the conversations of the source are written. */
  readonly postgres: string
  readonly chance: Chance
  readonly forMs: number
}

const CALLERS = 4
/** Between two requests: the servers share a machine, and a backlog is not what is looked for. */
const THINK_MS = [200, 1_200] as const
const USERS_A_CALLER = 4
const TURNS = 4

interface Caller {
  readonly client: Client
  readonly source: string
  readonly chance: Chance
  readonly expected: Expected
  readonly users: string[]
  readonly word: () => string
}

export async function runLoad(options: LoadOptions, expected: Expected): Promise<void> {
  const until = Date.now() + options.forMs
  const callers = Array.from({ length: CALLERS }, async (_, number) => {
    const chance = options.chance.fork(`caller ${number}`)
    let words = 0
    const word = () => {
      words += 1
      // Ends in a digit, so that no stemmer shortens it.
      return `zq${number}x${words.toString(36)}v${chance.whole(0, 36 ** 6 - 1).toString(36)}7`
    }
    const caller: Caller = {
      client: openClient(options.api),
      source: options.postgres,
      chance,
      expected,
      word,
      users: Array.from({ length: USERS_A_CALLER }, () => `user-${word()}`),
    }
    while (Date.now() < until) {
      await actionOf(chance)(caller)
      await sleep(chance.whole(...THINK_MS))
    }
  })
  await Promise.all(callers)
}

type Action = (caller: Caller) => Promise<void>

function actionOf(chance: Chance): Action {
  const total = ACTIONS.reduce((sum, [weight]) => sum + weight, 0)
  let left = chance.number() * total
  for (const [weight, action] of ACTIONS) {
    left -= weight
    if (left < 0) return action
  }
  return store
}

const ACTIONS: readonly (readonly [number, Action])[] = [
  [30, store],
  [6, storeBatch],
  [12, update],
  [8, remove],
  [4, restore],
  [8, forgetMemory],
  [10, postSession],
  [3, forgetSession],
  [6, converse],
  [2, backfill],
  [2, consolidate],
  [3, narrate],
  [2, sync],
  [1, erase],
]

async function store(caller: Caller): Promise<void> {
  const [user, token] = [userOf(caller), caller.word()]
  const body = { user_id: user, content: sentence(caller, token), ...when(caller) }
  const answer = await promised(caller, {
    user,
    method: 'POST',
    path: '/v1/memories',
    body,
    key: randomUUID(),
  })
  const [id] = idsOf(answer)
  if (id === undefined) return
  const memory: ExpectedMemory = { id, user, token, state: 'active' }
  caller.expected.memories.push(memory)
  await hear(caller, memory)
}

async function storeBatch(caller: Caller): Promise<void> {
  const user = userOf(caller)
  const tokens = Array.from({ length: caller.chance.whole(2, 8) }, () => caller.word())
  const memories = tokens.map((token) => ({ content: sentence(caller, token), ...when(caller) }))
  const answer = await promised(caller, {
    user,
    method: 'POST',
    path: '/v1/memories/batch',
    body: { user_id: user, memories },
    key: randomUUID(),
  })
  for (const [index, id] of idsOf(answer).entries()) {
    const token = tokens[index]
    if (token) caller.expected.memories.push({ id, user, token, state: 'active' })
  }
}

async function update(caller: Caller): Promise<void> {
  const memory = pickMemory(caller, 'active')
  if (!memory) return
  const token = caller.word()
  const path = `/v1/memories/${memory.id}`
  const body = { content: sentence(caller, token) }
  if (await promised(caller, { user: memory.user, method: 'PATCH', path, body, key: randomUUID() }))
    memory.token = token
}

async function remove(caller: Caller): Promise<void> {
  const memory = pickMemory(caller, 'active')
  if (!memory) return
  const hard = caller.chance.number() < 0.5
  const path = `/v1/memories/${memory.id}${hard ? '?hard=true' : ''}`
  if (await promised(caller, { user: memory.user, method: 'DELETE', path, allowed: [404] })) {
    memory.state = hard ? 'gone' : 'deleted'
    await hear(caller, memory)
  }
}

async function restore(caller: Caller): Promise<void> {
  const memory = pickMemory(caller, 'deleted')
  if (!memory) return
  const path = `/v1/memories/${memory.id}/restore`
  if (await promised(caller, { user: memory.user, method: 'POST', path, key: randomUUID() }))
    memory.state = 'active'
}

async function forgetMemory(caller: Caller): Promise<void> {
  const memory = pickMemory(caller, 'active')
  if (!memory) return
  const body = { id: memory.id }
  if (
    await promised(caller, {
      user: memory.user,
      method: 'POST',
      path: '/v1/forget',
      body,
      allowed: [404],
    })
  ) {
    forgotten(caller, memory)
    await hear(caller, memory)
  }
}

function forgotten({ expected }: Caller, memory: { token: string; state: string }): void {
  memory.state = 'gone'
  expected.forgotten.push(memory.token)
}

async function postSession(caller: Caller): Promise<void> {
  const [user, token] = [userOf(caller), caller.word()]
  const sessionId = `session-${caller.word()}`
  const transcript = [
    { role: 'user', content: `I moved to ${token} last year.` },
    { role: 'assistant', content: `How do you like ${token}?` },
    { role: 'user', content: `I work as a baker in ${token}.` },
  ]
  const body = { user_id: user, session_id: sessionId, transcript }
  if (
    await promised(caller, { user, method: 'POST', path: '/v1/sessions', body, key: randomUUID() })
  ) {
    caller.expected.sessions.push({ user, sessionId, token, state: 'active' })
  }
}

async function forgetSession(caller: Caller): Promise<void> {
  const session = pick(
    caller,
    caller.expected.sessions.filter(({ state }) => state === 'active'),
  )
  if (!session) return
  const body = { user_id: session.user, session_id: session.sessionId }
  if (await promised(caller, { user: session.user, method: 'POST', path: '/v1/forget', body })) {
    forgotten(caller, session)
  }
}

/** A conversation in the source, as another application writes it. */
async function converse(caller: Caller): Promise<void> {
  const [user, token] = [userOf(caller), caller.word()]
  const id = `conversation-${caller.word()}`
  const postgres = new Postgres({ connectionString: caller.source, connectionTimeoutMillis: 5_000 })
  postgres.on('error', () => undefined)
  try {
    await postgres.connect()
    await postgres.query('begin')
    await postgres.query(
      `insert into memoir.conversations (id, user_id, created_at, updated_at) values ($1, $2, now(), now())`,
      [id, user],
    )
    await postgres.query(
      `insert into memoir.messages (id, conversation_id, role, content, created_at)
       select $1 || '/' || n, $1, case n % 2 when 1 then 'user' else 'assistant' end,
              'Turn ' || n || ' is about the harbour of ' || $2, now() + n * interval '1 second'
         from generate_series(1, $3::int) as n`,
      [id, token, TURNS],
    )
    await postgres.query('commit')
    caller.expected.conversations.push({ id, user, token, messages: TURNS, state: 'active' })
  } catch {
    // Postgres was away: whether it is there nobody was promised.
  } finally {
    await postgres.end().catch(() => undefined)
  }
}

async function backfill(caller: Caller): Promise<void> {
  const extract = caller.chance.number() < 0.5 ? 'rules' : 'none'
  await work(caller, { path: '/v1/backfills', body: { extract } })
}

async function consolidate(caller: Caller): Promise<void> {
  const user = userOf(caller)
  await work(caller, { path: '/v1/consolidations', body: { user_id: user }, user })
}

async function narrate(caller: Caller): Promise<void> {
  const user = userOf(caller)
  await work(caller, { path: `/v1/narratives/${user}/regenerate`, user })
}

async function sync(caller: Caller): Promise<void> {
  const operation = caller.chance.pick(['check', 'repair', 'full'])
  await work(caller, { path: '/v1/sync', body: { operation } })
}

/** Work that may well be refused: another of its kind runs, or there is nobody to do it for. */
async function work(
  caller: Caller,
  { path, body, user = null }: { path: string; body?: unknown; user?: string | null },
): Promise<void> {
  const answer = await caller.client.tryOnce({ method: 'POST', path, body })
  const job = answer?.body['job']
  if (typeof job === 'string') caller.expected.jobs.set(job, user)
}

async function erase(caller: Caller): Promise<void> {
  // One is left.
  const [user] = caller.users.length > 1 ? caller.users : []
  if (user === undefined || !caller.expected.memories.some((memory) => memory.user === user)) return
  const path = `/v1/users/${user}`
  if (!(await promised(caller, { user, method: 'DELETE', path, allowed: [404] }))) return
  caller.users.shift()
  const { memories, sessions, conversations, jobs } = caller.expected
  for (const [job, whose] of jobs) if (whose === user) jobs.delete(job)
  for (const one of [...memories, ...sessions, ...conversations]) {
    if (one.user === user && one.state !== 'gone') forgotten(caller, one)
  }
  caller.expected.forgotten.push(user.slice('user-'.length))
}

/** What stays is heard at once; what is gone is heard of never again. */
async function hear(caller: Caller, { user, token, state }: ExpectedMemory): Promise<void> {
  const path = `/v1/recall?user_id=${user}&q=${token}`
  const answer = await caller.client.tryOnce({ method: 'GET', path })
  if (answer?.status !== 200) return
  const said = JSON.stringify(answer.body['items'] ?? answer.body).includes(`${token}.`)
  if (said === (state === 'active')) return
  caller.expected.heard.push(`recall ${said ? 'shows' : 'lacks'} ${token}, which is ${state}`)
}

interface Promised extends Request {
  /** Whose it is: an erasure takes their jobs along. */
  readonly user: string
  /** Refusals that are no news. */
  readonly allowed?: readonly number[]
}

/** @returns undefined when nothing was promised; a refusal that nobody could expect is noted */
async function promised(
  { client, expected }: Caller,
  { user, allowed = [], ...request }: Promised,
): Promise<Answer | undefined> {
  const answer = await client.ask(request)
  const what = `${request.method} ${request.path}`
  if (answer === undefined) {
    expected.heard.push(`${what} was never answered`)
    return undefined
  }
  const { status, body } = answer
  if (typeof body['job'] === 'string') expected.jobs.set(body['job'], user)
  if (status < 300 || allowed.includes(status)) return answer
  expected.heard.push(`${what} was refused: ${status} ${JSON.stringify(body).slice(0, 200)}`)
  return undefined
}

function idsOf(answer: Answer | undefined): string[] {
  const ids = answer?.body['ids']
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
}

const THINGS = ['teapot', 'violin', 'ladder', 'lantern', 'compass', 'anvil', 'kettle'] as const
const DAYS_MS = 86_400_000

const sentence = ({ chance }: Caller, token: string): string =>
  `The ${chance.pick(THINGS)} of Ada Lovelace number ${chance.whole(1, 9_999)} is called ${token}.`

/** Some of it happened on days that a consolidation finds ended. */
const when = ({ chance }: Caller) =>
  chance.number() < 0.5
    ? {}
    : { occurred_at: new Date(Date.now() - chance.whole(1, 3) * DAYS_MS).toISOString() }

const userOf = ({ users, chance }: Caller): string =>
  users[chance.whole(0, users.length - 1)] ?? 'user'

const pickMemory = (caller: Caller, state: ExpectedMemory['state']): ExpectedMemory | undefined =>
  pick(
    caller,
    caller.expected.memories.filter((memory) => memory.state === state),
  )

/** Of this caller's users only. */
function pick<Item extends { readonly user: string }>(
  { users, chance }: Caller,
  items: readonly Item[],
): Item | undefined {
  const own = items.filter(({ user }) => users.includes(user))
  return own[chance.whole(0, own.length - 1)]
}
