import { createHash } from 'node:crypto'
import { validate } from 'uuid'
import { MemoirError } from '../../errors.ts'
import type { RedisLink } from '../redis.ts'

/** Working memory: what a user was shown and asked of late. It orders recall and is no record, so losing it loses nothing. */
export interface Focus {
  /** The latest first. */
  readonly traceIds: readonly string[]
  /** The latest first, as `hashOfQuery` makes them. */
  readonly queryHashes: readonly string[]
  /** The session that was last in hand. */
  readonly sessionId: string | null
  /** True when the buffer could not be asked. */
  readonly degraded: boolean
}

/** What to remember; the first id is the one that matters most. Ids are uuids of ours. */
export interface Attention {
  readonly userId: string
  readonly traceIds?: readonly string[]
  /** Only its hash is kept. */
  readonly query?: string
  readonly sessionId?: string
}

/** Nothing here throws because Redis is away, and nothing waits for it longer than REDIS_DEADLINE_MS. */
export interface FocusBuffer {
  read(userId: string): Promise<Focus>
  /** @returns false when it could not be kept */
  note(attention: Attention): Promise<boolean>
  /** Takes memories that were forgotten out of a user's focus. @returns false when Redis is away: then they stay until they expire */
  forget(userId: string, traceIds: readonly string[]): Promise<boolean>
  /** Removes all of a user. @returns false when Redis is away: ask again, or wait for it to expire */
  erase(userId: string): Promise<boolean>
}

export interface FocusOptions {
  readonly ttlSeconds: number
}

/** More than anybody holds in mind, little enough that reading it costs nothing. */
export const FOCUS_IDS = 50
const NOTHING = { traceIds: [], queryHashes: [], sessionId: null } as const
const HASH_CHARS = 32

/** Says whether two questions of a user are the same without saying what was asked: salted by the user, blind to case and spaces. */
export function hashOfQuery(userId: string, query: string): string {
  const words = query.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, ' ').trim()
  return createHash('sha256').update(`${userId}\n${words}`).digest('hex').slice(0, HASH_CHARS)
}

/** What is written to either kind of buffer, newest first and each once. */
function entriesOf({ userId, traceIds = [], query, sessionId }: Attention) {
  for (const id of [userId, ...traceIds, ...(sessionId === undefined ? [] : [sessionId])]) {
    // Anything else might be what somebody wrote.
    if (!validate(id)) throw new MemoirError('internal', 'the focus buffer holds uuids only')
  }
  return {
    traces: [...new Set(traceIds)].slice(0, FOCUS_IDS),
    query: query === undefined ? '' : hashOfQuery(userId, query),
    session: sessionId ?? '',
  }
}

/** The braces keep a user's keys on one server of a cluster, which a script over several keys needs. */
const keysOf = (userId: string) =>
  ['traces', 'queries', 'session'].map((what) => `memoir:focus:{${userId}}:${what}`)

/**
 * All or nothing, and no second writer in between.
 * KEYS traces, queries, session; ARGV ttl in seconds, how many to keep, query hash or '', session or '', trace ids.
 */
const NOTE = `
local function push(key, value)
  redis.call('lrem', key, 0, value)
  redis.call('lpush', key, value)
end
for i = #ARGV, 5, -1 do push(KEYS[1], ARGV[i]) end
if ARGV[3] ~= '' then push(KEYS[2], ARGV[3]) end
if ARGV[4] ~= '' then redis.call('set', KEYS[3], ARGV[4]) end
redis.call('ltrim', KEYS[1], 0, ARGV[2] - 1)
redis.call('ltrim', KEYS[2], 0, ARGV[2] - 1)
for _, key in ipairs(KEYS) do redis.call('expire', key, ARGV[1]) end
return 1
`

/** ARGV trace ids. */
const FORGET = `
for _, id in ipairs(ARGV) do redis.call('lrem', KEYS[1], 0, id) end
return 1
`

/** The three of one moment. */
const READ = `
return { redis.call('lrange', KEYS[1], 0, -1), redis.call('lrange', KEYS[2], 0, -1), redis.call('get', KEYS[3]) or '' }
`

/** Shared by all processes through Redis. */
export function createRedisFocus(link: RedisLink, { ttlSeconds }: FocusOptions): FocusBuffer {
  const evaluate = async (script: string, userId: string, values: readonly string[] = []) => {
    const keys = keysOf(userId)
    return await link.ask(
      async (redis) => await redis.eval(script, keys.length, ...keys, ...values),
    )
  }
  return {
    async read(userId) {
      const found = await evaluate(READ, userId)
      return found === null ? { ...NOTHING, degraded: true } : focusOf(found)
    },
    async note(attention) {
      const { traces, query, session } = entriesOf(attention)
      const values = [String(ttlSeconds), String(FOCUS_IDS), query, session, ...traces]
      return (await evaluate(NOTE, attention.userId, values)) !== null
    },
    forget: async (userId, traceIds) => (await evaluate(FORGET, userId, traceIds)) !== null,
    erase: async (userId) =>
      (await link.ask(async (redis) => await redis.del(...keysOf(userId)))) !== null,
  }
}

function focusOf(found: unknown): Focus {
  const [traces, queries, session] = Array.isArray(found) ? found : []
  return {
    traceIds: textsOf(traces),
    queryHashes: textsOf(queries),
    sessionId: typeof session === 'string' && session !== '' ? session : null,
    degraded: false,
  }
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

/** Some tens of megabytes at most: the user who was away longest gives way. */
const USERS_IN_PROCESS = 10_000

interface Entry {
  readonly focus: Focus
  readonly until: number
}

/** In this process alone: what one Memoir on one machine needs. */
export function createProcessFocus({ ttlSeconds }: FocusOptions): FocusBuffer {
  const users = new Map<string, Entry>()
  const current = (userId: string): Focus => {
    const entry = users.get(userId)
    return entry === undefined || entry.until <= performance.now()
      ? { ...NOTHING, degraded: false }
      : entry.focus
  }
  const keep = (userId: string, focus: Focus, until: number) => {
    users.delete(userId)
    users.set(userId, { focus, until })
    const [oldest] = users.keys()
    if (users.size > USERS_IN_PROCESS && oldest !== undefined) users.delete(oldest)
  }
  return {
    read: async (userId) => await Promise.resolve(current(userId)),
    async note(attention) {
      const { userId } = attention
      const { traces, query, session } = entriesOf(attention)
      const before = current(userId)
      const focus = {
        traceIds: latest(traces, before.traceIds),
        queryHashes: latest(query === '' ? [] : [query], before.queryHashes),
        sessionId: session === '' ? before.sessionId : session,
        degraded: false,
      }
      keep(userId, focus, performance.now() + ttlSeconds * 1000)
      return await Promise.resolve(true)
    },
    async forget(userId, traceIds) {
      const entry = users.get(userId)
      if (entry !== undefined) {
        const left = entry.focus.traceIds.filter((id) => !traceIds.includes(id))
        users.set(userId, { ...entry, focus: { ...entry.focus, traceIds: left } })
      }
      return await Promise.resolve(true)
    },
    async erase(userId) {
      users.delete(userId)
      return await Promise.resolve(true)
    },
  }
}

const latest = (added: readonly string[], before: readonly string[]) =>
  [...new Set([...added, ...before])].slice(0, FOCUS_IDS)
