import type { Queryable } from '../stores/database.ts'
import {
  countOpenPosts,
  measurePace,
  type Pace,
  type PostReach,
} from '../stores/sessions/session-queue.ts'
import type { PostRow } from '../stores/sessions/sessions.ts'

/** Where a post stands and how long it may take, from counted rows and measured durations. */
export interface Outlook {
  /** From 1. */
  readonly position: number
  /** Null until anything was measured. */
  readonly seconds: number | null
  /** The same in words. */
  readonly words: string
}

/** @param db sees the post: its own transaction, while that is not committed */
export type Outlooks = (reach: PostReach, post: PostRow, db?: Queryable) => Promise<Outlook>

/** Counting a long queue with each post would make accepting slower the longer it is; in between, what is accepted here is added. */
const COUNT_FRESH_MS = 1_000
const PACE_FRESH_MS = 10_000
/** Reaches beyond that are counted anew. */
const KEPT = 1_000

/** Said while nothing was measured yet. */
const UNMEASURED = '2-5 minutes'

export function createOutlooks(pool: Queryable): Outlooks {
  const open = remembering(COUNT_FRESH_MS, async (reach: PostReach, db) => ({
    count: await countOpenPosts(db, reach),
  }))
  const pace = remembering(
    PACE_FRESH_MS,
    async ({ namespaceId }: Pick<PostReach, 'namespaceId'>, db) =>
      await measurePace(db, namespaceId),
  )
  return async (reach, post, db = pool) => {
    const position = await positionOf(
      post,
      async () => {
        const { value, first } = await open(reach, db)
        // The one who counts finds its own row among them.
        if (!first) value.count += 1
        return value.count
      },
      async () => await countOpenPosts(db, reach, post.queuedAt),
    )
    const { value } = await pace({ namespaceId: reach.namespaceId }, db)
    return { position, ...estimate(post, position, value) }
  }
}

async function positionOf(
  { fresh, status }: PostRow,
  counted: () => Promise<number>,
  exactly: () => Promise<number>,
): Promise<number> {
  if (fresh) return Math.max(1, await counted())
  const waits = status === 'queued' || status === 'processing'
  return waits ? Math.max(1, await exactly()) : 1
}

function estimate(
  { status }: PostRow,
  position: number,
  pace: Pace | null,
): Pick<Outlook, 'seconds' | 'words'> {
  if (status === 'processed' || status === 'error') return { seconds: 0, words: '0-1 seconds' }
  if (pace === null) return { seconds: null, words: UNMEASURED }
  const seconds = pace.seconds * Math.max(1, position / pace.atOnce)
  return { seconds: Math.round(seconds * 10) / 10, words: inWords(seconds) }
}

/** From when things go well to twice the expected. */
export function inWords(seconds: number): string {
  const [unit, length] = seconds * 2 < 120 ? (['seconds', 1] as const) : (['minutes', 60] as const)
  const from = Math.max(1, Math.floor(seconds / length))
  return `${from}-${Math.max(from + 1, Math.ceil((seconds * 2) / length))} ${unit}`
}

/** What was asked a moment ago, by the values of the key; those who ask at once share one question. */
function remembering<Key extends object, Value>(
  freshMs: number,
  ask: (key: Key, db: Queryable) => Promise<Value>,
): (key: Key, db: Queryable) => Promise<{ readonly value: Value; readonly first: boolean }> {
  const known = new Map<string, { readonly at: number; readonly value: Promise<Value> }>()
  return async (key, db) => {
    const name = JSON.stringify(key)
    const seen = known.get(name)
    if (seen && performance.now() - seen.at < freshMs)
      return { value: await seen.value, first: false }
    if (known.size >= KEPT) known.clear()
    const value = ask(key, db)
    known.set(name, { at: performance.now(), value })
    value.catch(() => known.delete(name))
    return { value: await value, first: true }
  }
}
