import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import {
  adoptUnwritten,
  clearDrainFailure,
  clearRemovals,
  findGoneUsers,
  findPending,
  findRemovals,
  leaveTurn,
  markPending,
  noteDrainFailure,
  setGraphWanted,
  takeTurn,
  WHOLE_USER,
  type GraphRemovalRow,
} from '../stores/graph/graph-states.ts'
import { loadGraphEntities } from '../stores/graph/graph-record.ts'
import { byUser, removeGoneEntities, writeToGraph, type GraphParts } from './write.ts'

/**
 * Tells the graph what it still has to be told: removals first, then memories, in batches of one process at a time. While the graph
 * is away it waits longer each time; nothing is lost, since what is pending stands in Postgres.
 */
export interface Drain {
  /** After the round under way, until nothing is pending. @throws MemoirError `graph_unavailable`, `store_unavailable` */
  round(): Promise<DrainCounts>
  stop(): Promise<void>
}

export interface DrainCounts {
  readonly written: number
  readonly removed: number
  readonly failed: number
}

export interface DrainOptions {
  /** Between two looks at what is pending. */
  readonly everyMs: number
  /** The longest wait while the graph is away. */
  readonly atMostMs: number
  readonly batch: number
}

export const DRAIN_DEFAULTS: DrainOptions = { everyMs: 2_000, atMostMs: 10_000, batch: 500 }

/** Longer than a batch may take; a process that died gives its turn up after that. */
const TURN_MS = 90_000

export interface DrainDependencies extends GraphParts {
  readonly log: Logger
}

export function startDrain(parts: DrainDependencies, options: Partial<DrainOptions> = {}): Drain {
  const settings = { ...DRAIN_DEFAULTS, ...options }
  const wanted = parts.graph.backend !== 'postgres'
  const stopping = new AbortController()
  const holder = randomUUID()
  let prepared = false
  let last: Promise<unknown> = Promise.resolve()
  const tell = async () => {
    if (!prepared) {
      await setGraphWanted(parts.db, wanted)
      if (wanted) await parts.graph.check()
      await parts.graph.prepare()
      if (wanted) await adoptAll(parts)
      prepared = true
    }
    if (!wanted) return NOTHING
    return await drainAll(parts, { holder, batch: settings.batch, signal: stopping.signal })
  }
  const round = async () => {
    const mine = last.then(tell).catch(async (error: unknown) => {
      // A Postgres that is away says so itself.
      await noteDrainFailure(parts.db, codeOf(error)).catch(() => undefined)
      throw error
    })
    last = mine.catch(() => undefined)
    return await mine
  }
  const running = keepDraining(parts, { wanted, round, settings, signal: stopping.signal })
  return {
    round,
    async stop() {
      stopping.abort()
      await running
      await leaveTurn(parts.db, holder).catch(() => undefined)
    },
  }
}

/** Rows a statement; the whole record may be older than its graph. */
const ADOPT_AT_ONCE = 10_000
const NOTHING: DrainCounts = { written: 0, removed: 0, failed: 0 }

async function adoptAll({ db }: GraphParts): Promise<void> {
  for (;;) if ((await adoptUnwritten(db, ADOPT_AT_ONCE)) < ADOPT_AT_ONCE) return
}

interface Keeping {
  readonly wanted: boolean
  readonly round: () => Promise<DrainCounts>
  readonly settings: DrainOptions
  readonly signal: AbortSignal
}

async function keepDraining(
  { log }: DrainDependencies,
  { wanted, round, settings, signal }: Keeping,
): Promise<void> {
  const said = sayOnce(log)
  let waitMs = settings.everyMs
  while (!signal.aborted) {
    try {
      const done = await round()
      if (!wanted) return
      waitMs = settings.everyMs
      said.told()
      if (done.written + done.removed + done.failed > 0) log.info(done, 'the graph was told')
    } catch (error) {
      waitMs = Math.min(waitMs * 2, settings.atMostMs)
      said.refused(error)
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Once when it goes away and once when it is back: what is tried every few seconds would fill a log by itself. */
function sayOnce(log: Logger) {
  let away: { readonly since: number; code: string } | undefined
  return {
    told() {
      if (away === undefined) return
      log.info({ awayMs: Math.round(performance.now() - away.since) }, 'the graph is told again')
      away = undefined
    },
    refused(error: unknown) {
      const code = codeOf(error)
      if (away?.code === code) return
      log.warn({ error, code }, 'the graph could not be told')
      away = { since: away?.since ?? performance.now(), code }
    },
  }
}

const codeOf = (error: unknown): string => (error instanceof MemoirError ? error.code : 'internal')

interface Turn {
  readonly holder: string
  readonly batch: number
  readonly signal: AbortSignal
}

async function drainAll(parts: GraphParts, turn: Turn): Promise<DrainCounts> {
  const counts = { ...NOTHING }
  let answers = false
  for (;;) {
    const removals = await findRemovals(parts.db, turn.batch)
    const ids = await findPending(parts.db, turn.batch)
    if (turn.signal.aborted) return counts
    if (removals.length === 0 && ids.length === 0) {
      await clearDrainFailure(parts.db)
      return counts
    }
    // One that accepts and says nothing, as while it boots, would be waited for as long as a batch may take.
    if (!answers) await parts.graph.check()
    answers = true
    if (!(await takeTurn(parts.db, turn.holder, TURN_MS))) return counts
    counts.removed += await removeAll(parts, removals)
    const { written, failed } = await writeToGraph(parts, ids)
    counts.written += written
    counts.failed += failed
    // What changes as fast as it is written is left to the next look.
    if (written + failed + removals.length === 0) return counts
    await clearDrainFailure(parts.db)
  }
}

async function removeAll(
  { db, graph }: GraphParts,
  removals: readonly GraphRemovalRow[],
): Promise<number> {
  let removed = 0
  for (const [userId, own] of byUser(removals)) {
    const whole = own.some(({ id }) => id === WHOLE_USER)
    if (whole && (await findGoneUsers(db, [userId])).length > 0) {
      removed += (await graph.removeUser(userId)).memories
    } else {
      removed += await removeSome({ db, graph }, userId, own)
    }
    await clearRemovals(db, own)
  }
  return removed
}

async function removeSome(
  { db, graph }: GraphParts,
  userId: string,
  removals: readonly GraphRemovalRow[],
): Promise<number> {
  let removed = 0
  const entities = removals.filter(({ entity }) => entity === true).map(({ id }) => id)
  removed += await tellEntities({ db, graph }, userId, entities)
  const memories = removals.filter(({ id, entity }) => id !== WHOLE_USER && entity !== true)
  for (const cascade of [true, false]) {
    const alike = memories.filter((removal) => removal.cascade === cascade)
    if (alike.length === 0) continue
    removed += (await graph.removeMemories({ userId, memories: alike, cascade })).memories
  }
  // One that was brought back before its removal was told is written again.
  await markPending(
    db,
    userId,
    memories.map(({ id }) => id),
  )
  return removed
}

/** Those that are gone go, the others get the links they have now. @returns how many went */
async function tellEntities(
  { db, graph }: GraphParts,
  userId: string,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0
  const entities = await removeGoneEntities({ db, graph }, userId, ids)
  await graph.writeEntities(userId, await loadGraphEntities(db, userId, ids))
  // One that went while it was written.
  await removeGoneEntities({ db, graph }, userId, ids)
  return entities
}
