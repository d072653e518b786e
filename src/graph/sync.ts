import {
  NO_SYNC_COUNTS,
  SYNC_START,
  type SyncCounts,
  type SyncOperation,
  type SyncPosition,
} from '../domain/graph.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import {
  addStep,
  beginReport,
  findReport,
  findUnknownUsers,
  finishReport,
  listSyncUsers,
  noteTotal,
  type DriftReport,
  type DriftSample,
} from '../stores/graph/drift-reports.ts'
import { expectedBuckets, type ExpectedBucket } from '../stores/graph/graph-record.ts'
import type { GraphNode } from '../stores/graph/graph-store.ts'
import { BUCKET_NODES, compareBuckets, type Comparison } from './compare.ts'
import type { GraphParts } from './write.ts'

/** Compares a namespace or a user with the graph, step by step; the report's row is where it stands and what it found. */

export interface SyncRequest {
  readonly operation: SyncOperation
  readonly dryRun: boolean
  /** Empties the graph of the namespace or the user first; of `rebuild` only. */
  readonly clearExisting: boolean
  /** Compares so many memories at most; the next such comparison goes on there. */
  readonly limit: number | null
}

export interface SyncKey {
  readonly jobId: string
  readonly namespaceId: string
}

export interface SyncJob extends SyncKey {
  readonly userId: string | null
  readonly request: SyncRequest
}

/** Users a step looks at, and nodes a step reads: some seconds' work. */
const USERS_A_STEP = 100
const NODES_A_STEP = 10_000

export async function beginSync(parts: GraphParts, job: SyncJob): Promise<void> {
  try {
    await parts.graph.prepare()
  } catch (error) {
    // What keeps the constraints from being made may be what is cleared: the first write asks for them again.
    const refused = error instanceof MemoirError && error.code === 'graph_store_failed'
    if (!refused || !isCleared(job)) throw error
  }
  const { operation, dryRun, limit } = job.request
  await beginReport(parts.db, {
    ...job,
    operation,
    dryRun,
    start: SYNC_START,
    fromCursor: limit !== null,
  })
  await noteTotal(parts.db, job)
}

/** One step. Safe to repeat: what it found is added once. @returns whether there is more to do */
export async function syncStep(parts: GraphParts, job: SyncJob): Promise<boolean> {
  const report = await findReport(parts.db, job)
  if (report === null) throw new MemoirError('sync_failed', SENTENCE.sync_failed)
  const { position: from } = report
  const left = room(job, report)
  if (from === null || left <= 0) return false
  const step =
    from.part === 'users'
      ? await usersStep(parts, { job, from, left })
      : await othersStep(parts, { job, from })
  await addStep(parts.db, { ...job, from, ...step })
  return step.to !== null && step.counts.checked < left
}

export async function endSync({ db }: GraphParts, key: SyncKey): Promise<DriftReport> {
  await finishReport(db, key)
  const report = await findReport(db, key)
  if (report === null) throw new MemoirError('sync_failed', SENTENCE.sync_failed)
  return report
}

const room = ({ request }: SyncJob, { checked }: DriftReport): number =>
  request.limit === null ? Number.POSITIVE_INFINITY : request.limit - checked

interface Step {
  readonly to: SyncPosition | null
  readonly counts: SyncCounts
  readonly sample: DriftSample
}

interface StepStart {
  readonly job: SyncJob
  readonly from: SyncPosition
}

async function usersStep(
  parts: GraphParts,
  { job, from, left }: StepStart & { readonly left: number },
): Promise<Step> {
  const { namespaceId, userId } = job
  const page = { namespaceId, only: userId, after: from.afterUser, limit: USERS_A_STEP }
  const users = takeUpTo(await listSyncUsers(parts.db, page), NODES_A_STEP)
  if (users.length === 0) {
    const to = userId === null ? { ...SYNC_START, part: 'others' as const } : null
    return { to, counts: NO_SYNC_COUNTS, sample: {} }
  }
  const ids = users.map(({ id }) => id)
  await clearAll(
    parts,
    job,
    ids.filter((id) => from.within?.userId !== id),
  )
  const size = Math.min(BUCKET_NODES, left)
  const hashed = !isCleared(job)
  const buckets = await bucketsFrom(parts, ids, { within: from.within, size, hashed })
  const taken = takeBuckets(buckets, Math.min(left, NODES_A_STEP))
  const found = await compare(parts, job, { buckets: taken, cleared: isCleared(job) })
  const rest = buckets[taken.length]
  const to: SyncPosition =
    rest === undefined
      ? { part: 'users', afterUser: ids.at(-1) ?? null, within: null }
      : {
          part: 'users',
          afterUser: ids[ids.indexOf(rest.userId) - 1] ?? from.afterUser,
          within: isStart(rest)
            ? null
            : { userId: rest.userId, node: rest.node, afterId: rest.after },
        }
  return { to, ...found }
}

/** A rebuild clears a user only where it has not begun. */
const isStart = ({ node, after }: ExpectedBucket): boolean => node === 'memory' && after === null

/** The first users, until they have about so many memories; at least one. */
function takeUpTo<User extends { readonly memories: number }>(
  users: User[],
  nodes: number,
): User[] {
  let sum = 0
  const count = users.findIndex(({ memories }) => (sum += memories) > nodes)
  return count === -1 ? users : users.slice(0, Math.max(count, 1))
}

/** The first buckets that fit; at least one. */
function takeBuckets(buckets: readonly ExpectedBucket[], nodes: number): ExpectedBucket[] {
  let sum = 0
  const count = buckets.findIndex((bucket) => {
    sum += bucket.node === 'memory' ? bucket.nodes : 0
    return sum > nodes
  })
  return buckets.slice(0, count === -1 ? buckets.length : Math.max(count, 1))
}

/** User by user, memories before entities; the user that a step before stopped in goes on. */
async function bucketsFrom(
  { db }: GraphParts,
  ids: readonly string[],
  { within, size, hashed }: { within: SyncPosition['within']; size: number; hashed: boolean },
): Promise<ExpectedBucket[]> {
  const whole = ids.filter((id) => id !== within?.userId)
  const of = async (node: GraphNode, userIds: readonly string[], after: string | null) =>
    userIds.length === 0 ? [] : await expectedBuckets(db, { node, userIds, after, size, hashed })
  const found: ExpectedBucket[] = []
  if (within !== null && ids.includes(within.userId)) {
    const { userId, node, afterId } = within
    found.push(...(await of(node, [userId], afterId)))
    if (node === 'memory') found.push(...(await of('entity', [userId], null)))
  }
  const memories = Map.groupBy(await of('memory', whole, null), ({ userId }) => userId)
  const entities = Map.groupBy(await of('entity', whole, null), ({ userId }) => userId)
  for (const id of whole) found.push(...(memories.get(id) ?? []), ...(entities.get(id) ?? []))
  return found
}

/** What the graph holds of users whom nobody knows, and of no user at all. */
async function othersStep(parts: GraphParts, { job, from }: StepStart): Promise<Step> {
  const page = { after: from.afterUser, limit: USERS_A_STEP }
  const ids = await parts.graph.userIds(page)
  const last = ids.at(-1)
  if (last === undefined) {
    const dryRun = !mends(job)
    const strays = await parts.graph.removeStrays({ dryRun })
    const counts = { ...NO_SYNC_COUNTS, extra: strays, repaired: dryRun ? 0 : strays }
    return { to: null, counts, sample: {} }
  }
  const unknown = await findUnknownUsers(
    parts.db,
    ids.filter((id) => UUID.test(id)),
  )
  const buckets = await bucketsFrom(parts, unknown, {
    within: null,
    size: BUCKET_NODES,
    hashed: true,
  })
  const found = await compare(parts, job, { buckets, cleared: false })
  return { to: { part: 'others', afterUser: last, within: null }, ...found }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const mends = ({ request }: SyncJob): boolean => !request.dryRun && request.operation !== 'check'

/** Users of the record are empty in the graph before they are written: there is nothing to compare. */
const isCleared = (job: SyncJob): boolean => mends(job) && job.request.clearExisting

async function clearAll(
  { graph }: GraphParts,
  job: SyncJob,
  userIds: readonly string[],
): Promise<void> {
  if (!isCleared(job)) return
  for (const userId of userIds) await graph.removeUser(userId)
}

async function compare(
  parts: GraphParts,
  job: SyncJob,
  { buckets, cleared }: { buckets: readonly ExpectedBucket[]; cleared: boolean },
): Promise<Omit<Step, 'to'>> {
  const { operation } = job.request
  const mend = mends(job)
  const { counts, differences } = await compareBuckets(parts, buckets, {
    mend,
    rewrite: operation === 'full' || operation === 'rebuild',
    cleared,
  })
  return { counts, sample: sampleOf(differences) }
}

/** More would only be cut. */
const SAMPLE = 20

function sampleOf(differences: Comparison['differences']): DriftSample {
  const byKind = Map.groupBy(differences, ({ kind }) => kind)
  return Object.fromEntries(
    [...byKind].map(([kind, found]) => [kind, found.slice(0, SAMPLE).map(({ id }) => id)]),
  )
}
