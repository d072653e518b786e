import { openGate } from '../forget/gate.ts'
import { forgottenAmong, suppressedAmong, type Item } from '../forget/remembered.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { indexAlone, writeOtherHeads, writeVectors, type HeadVectors } from '../memories/derive.ts'
import { headKey } from '../memories/head-text.ts'
import { linkMentioned, mentionsIn } from '../memories/link.ts'
import { writeRecord, writeTextsOf } from '../memories/store.ts'
import type { Config } from '../config.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { ensureUsers, lockUsers } from '../stores/memory-users.ts'
import {
  findStanding,
  lockMemories,
  type StandingMemory,
} from '../stores/memories/memory-writes.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { isDone, writeOf, type Episode } from './plan.ts'

export interface PageContext {
  readonly config: Config
  readonly db: Database
  readonly namespaceId: string
  readonly jobId: string
  /** Null when memories get no vectors. */
  readonly space: Space | null
}

export interface PageCounts {
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly mentions: number
}

/** Episodes that may be taken in, by the surrogate uuids of their users. */
export type EpisodesByUser = ReadonlyMap<string, readonly Episode[]>

/** Leaves out users who were erased. */
export async function byUser(
  { config, db, namespaceId }: PageContext,
  episodes: readonly Episode[],
): Promise<EpisodesByUser> {
  const names = [...new Set(episodes.map(({ userId }) => userId))]
  const secret = config.MEMOIR_ENCRYPTION_KEY
  const suppressed = await suppressedAmong(db, { namespaceId, secret }, names)
  const allowed = names.filter((name) => !suppressed.has(name))
  const users = await ensureUsers(db, namespaceId, allowed)
  const known = episodes.filter(({ userId }) => users.has(userId))
  return Map.groupBy(known, ({ userId }) => users.get(userId) ?? '')
}

/** Of these, what has to be written as things stand: only that is embedded. */
export async function openEpisodes(db: Queryable, users: EpisodesByUser): Promise<Episode[]> {
  const open: Episode[] = []
  for (const [userId, episodes] of users) {
    const ids = episodes.map(({ traceId }) => traceId)
    const standing = byId(await findStanding(db, { userId, ids }))
    open.push(...episodes.filter((episode) => !isDone(episode, standing.get(episode.traceId))))
  }
  return open
}

const byId = (rows: readonly StandingMemory[]) => new Map(rows.map((row) => [row.id, row]))

/** Writes a page's episodes with all that is derived of them, in the transaction that moves the cursor on. */
export async function writePage(
  tx: Queryable,
  context: PageContext,
  { users, vectors }: { readonly users: EpisodesByUser; readonly vectors: HeadVectors },
): Promise<PageCounts> {
  const locked = await lockUsers(tx, [...users.keys()])
  const sum = { created: 0, updated: 0, skipped: 0, mentions: 0 }
  for (const [userId, episodes] of users) {
    const counts = locked.has(userId)
      ? await writeUser(tx, context, { userId, episodes, vectors })
      : { created: 0, updated: 0, skipped: episodes.length, mentions: 0 }
    for (const name of ['created', 'updated', 'skipped', 'mentions'] as const) {
      sum[name] += counts[name]
    }
  }
  return sum
}

interface OfUser {
  readonly userId: string
  readonly episodes: readonly Episode[]
  readonly vectors: HeadVectors
}

async function writeUser(tx: Queryable, context: PageContext, of: OfUser): Promise<PageCounts> {
  const { userId, episodes, vectors } = of
  const { config, jobId, space } = context
  const ids = episodes.map(({ traceId }) => traceId)
  const standing = byId(await lockMemories(tx, { userId, ids }))
  const kept = await withoutForgotten(tx, context, of)
  const open = kept.filter((episode) => !isDone(episode, standing.get(episode.traceId)))
  const plans = open.map((episode) => {
    const before = standing.get(episode.traceId) ?? null
    const made = { userId, standing: before, vectors: space !== null }
    return { write: writeOf(episode, made), entities: null, standing: before }
  })
  const written = await writeRecord(tx, { plans, userId, jobId })
  await writeTextsOf(tx, { config }, { plans, written })
  const traces = plans.flatMap(({ write, standing: before }) => {
    const row = written.get(write.id)
    return row ? [{ ...write, ...row, counted: (before?.vectorRevision ?? 0) > 0 }] : []
  })
  if (space !== null) await writeHeads(tx, space, { userId, traces, vectors })
  const mentions = await linkMentioned(
    tx,
    userId,
    traces.map(({ id, content, occurredAt }) => {
      const { language } = indexAlone(content, config.MEMORY_LANGUAGE)
      return { traceId: id, at: occurredAt, mentions: mentionsIn({ content, language }) }
    }),
  )
  const updated = plans.filter(({ standing: before }) => before !== null).length
  const created = plans.length - updated
  return { created, updated, skipped: episodes.length - plans.length, mentions }
}

async function withoutForgotten(
  tx: Queryable,
  { config, namespaceId }: PageContext,
  { userId, episodes }: OfUser,
): Promise<Episode[]> {
  const items = episodes.flatMap(({ traceId, content }): Item[] => [
    { kind: 'trace', id: traceId },
    { kind: 'content', userId, content },
  ])
  const secret = config.MEMOIR_ENCRYPTION_KEY
  const forgotten = await forgottenAmong(tx, { namespaceId, secret }, items)
  const gate = await openGate(tx, { namespaceId, userId, secret })
  return episodes.filter(
    ({ content, summary }, at) =>
      !forgotten[at * 2] &&
      !forgotten[at * 2 + 1] &&
      gate.passes(content) &&
      (summary === null || gate.passes(summary)),
  )
}

type Traces = readonly (ReturnType<typeof writeOf> & {
  readonly seq: number
  readonly revision: number
  readonly counted: boolean
})[]

async function writeHeads(
  tx: Queryable,
  space: Space,
  { userId, traces, vectors }: Pick<OfUser, 'userId' | 'vectors'> & { readonly traces: Traces },
): Promise<void> {
  const semantic = traces.map((trace) => {
    const made = vectors.get(headKey(trace.id, 'semantic'))
    // Somebody changed it since it was looked at: the page is read again.
    if (!made) throw new MemoirError('in_progress', SENTENCE.in_progress)
    return { ...made, trace, counted: trace.counted }
  })
  await writeVectors(tx, space, semantic)
  await writeOtherHeads(tx, space, { userId, traces, vectors })
}
