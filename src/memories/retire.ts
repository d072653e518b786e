import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { ForgetSecret } from '../forget/remembered.ts'
import type { Logger } from '../logger.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { deleteEdgesOf, entitiesNamedBy } from '../stores/memories/edges.ts'
import { removeUngivenSpellings, removeUnnamedEntities } from '../stores/memories/entities.ts'
import { noteRemovals } from '../stores/graph/graph-states.ts'
import { findDue, isDue, type DueKind } from '../stores/memories/memory-retention.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { lockMemories, removeMemories } from '../stores/memories/memory-writes.ts'
import { policyOf } from './accept.ts'
import { hideMemories } from './hide.ts'
import { RESTORABLE_DAYS } from './remove.ts'
import { stayDeleted, type DeletedOf } from './stay-deleted.ts'
import { dropTellingSummaries } from './telling-summaries.ts'

/** What has expired goes out of sight like any deletion, and what was deleted long enough ago goes for good. */

export interface RetirementServices {
  readonly db: Database
  readonly log: Logger
  readonly config: Config
}

export interface Retired {
  readonly expired: number
  readonly purged: number
}

/** So few at once that nobody waits long for their locks. */
const BATCH = 500

/** Several workers may do it at once: each memory is looked at again under its user's lock. */
export async function retireOnce(db: Database, options: RetireOptions = {}): Promise<Retired> {
  const { secret, graph = false } = options
  return {
    expired: await inBatches({ db, secret, graph }, 'expired', hideExpired),
    purged: await inBatches({ db, secret, graph }, 'purgeable', purge),
  }
}

export interface RetireOptions {
  /** `MEMOIR_ENCRYPTION_KEY` */
  readonly secret?: ForgetSecret
  /** Whether there is a graph to be told. */
  readonly graph?: boolean
}

interface Due extends DeletedOf {
  readonly ids: readonly string[]
  readonly graph: boolean
}
type Retire = (tx: Queryable, due: Due) => Promise<number>

interface Retiring {
  readonly db: Database
  readonly secret: ForgetSecret
  readonly graph: boolean
}

async function inBatches(
  { db, secret, graph }: Retiring,
  kind: DueKind,
  retire: Retire,
): Promise<number> {
  let total = 0
  for (;;) {
    const due = await findDue(db, { kind, days: RESTORABLE_DAYS, limit: BATCH })
    let retired = 0
    for (const [userId, own] of Map.groupBy(due, ({ userId }) => userId)) {
      const ids = own.map(({ id }) => id)
      retired += await db.transaction(async (tx) => {
        await lockUsers(tx, [userId])
        const namespaceId = own[0]?.namespaceId ?? ''
        return await retire(tx, { namespaceId, userId, secret, graph, ids })
      })
    }
    total += retired
    // Somebody else may be at the same ones.
    if (due.length < BATCH || retired === 0) return total
  }
}

const hideExpired: Retire = async (tx, { ids, graph, ...of }) => {
  const { userId } = of
  const memories = (await lockMemories(tx, { userId, ids })).filter((memory) =>
    isDue(memory, { kind: 'expired', days: RESTORABLE_DAYS, now: new Date() }),
  )
  await dropTellingSummaries(tx, { userId, memories, hard: false })
  const gone = memories.length > 0 ? await hideMemories(tx, { userId, memories }) : []
  // Whatever they alone name goes with them: nobody restores what has expired.
  if (graph) {
    await noteRemovals(
      tx,
      gone.map((one) => ({ ...one, userId, cascade: true })),
    )
  }
  await stayDeleted(tx, of, memories)
  return memories.length
}

const purge: Retire = async (tx, { userId, ids }) => {
  const gone = (await lockMemories(tx, { userId, ids }))
    .filter((memory) =>
      isDue(memory, { kind: 'purgeable', days: RESTORABLE_DAYS, now: new Date() }),
    )
    .map(({ id }) => id)
  if (gone.length === 0) return 0
  const entityIds = await entitiesNamedBy(tx, { userId, traceIds: gone })
  await deleteEdgesOf(tx, { userIds: [userId], traceIds: gone })
  await removeMemories(tx, { userId, ids: gone })
  await removeUnnamedEntities(tx, { userId, entityIds })
  await removeUngivenSpellings(tx, { userId, entityIds, named: entityIds })
  return gone.length
}

/** Recall and lists leave out what has expired at once; the rest can wait so long. */
const LOOK_MS = 60_000

/** Looks until aborted; a failure is tried again at the next look. */
export async function keepRetiring(
  { db, log, config }: RetirementServices,
  { everyMs = LOOK_MS, signal }: { readonly everyMs?: number; readonly signal: AbortSignal },
): Promise<void> {
  const options = { secret: config.MEMOIR_ENCRYPTION_KEY, graph: policyOf(config).graph }
  while (!signal.aborted) {
    try {
      const counts = await retireOnce(db, options)
      if (counts.expired + counts.purged > 0) log.info(counts, 'memories were retired')
    } catch (error) {
      log.warn({ error }, 'expired memories could not be retired')
    }
    // Only an abort rejects it, and that is what ends the waiting.
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
