import type { Drift, SyncCounts } from '../domain/graph.ts'
import { NO_SYNC_COUNTS } from '../domain/graph.ts'
import {
  expectedRows,
  idsIn,
  loadGraphEntities,
  type ExpectedBucket,
} from '../stores/graph-record.ts'
import { findUnsettled } from '../stores/graph-states.ts'
import type { GraphNode, GraphRange, GraphRow } from '../stores/graph-store.ts'
import { writeToGraph, type GraphParts } from './write.ts'

/** Where graph and record differ, and what mends it. Buckets are compared by hash; only where they differ are rows read. */

export type DriftKind = keyof Drift

export interface Difference {
  readonly node: GraphNode
  readonly userId: string
  readonly id: string
  readonly kind: DriftKind
  /** What the graph holds. */
  readonly revision: number
}

/** Nodes a bucket: one page of ids, and what is read at most where two buckets differ. */
export const BUCKET_NODES = 1_000

export interface Comparison {
  readonly counts: SyncCounts
  readonly differences: readonly Difference[]
}

export interface CompareOptions {
  /** Makes the graph what it should be. */
  readonly mend: boolean
  /** Writes every node again, whatever its hash says. */
  readonly rewrite: boolean
  /** The graph was emptied just now: there is nothing to compare. */
  readonly cleared: boolean
}

/** Compares these buckets and, when told to, makes the graph what it should be there. */
export async function compareBuckets(
  parts: GraphParts,
  buckets: readonly ExpectedBucket[],
  { mend, rewrite, cleared }: CompareOptions,
): Promise<Comparison> {
  if (parts.graph.backend === 'postgres') return { counts: countOnly(buckets), differences: [] }
  const held = cleared ? [] : await parts.graph.hashes(buckets)
  const counts = { ...NO_SYNC_COUNTS }
  const differences: Difference[] = []
  for (const [index, bucket] of buckets.entries()) {
    if (bucket.node === 'memory') counts.checked += bucket.nodes
    const there = held[index]
    const same = cleared || (there?.nodes === bucket.nodes && there.hash === bucket.hash)
    const found = same ? [] : await differencesIn(parts, bucket)
    for (const { kind } of found) counts[kind] += 1
    differences.push(...found)
    if (!mend || (same && !rewrite)) continue
    const ids = rewrite ? await idsIn(parts.db, bucket) : undefined
    const failed = await mendAll(parts, bucket, { found, ids })
    counts.failed += failed
    counts.repaired += (cleared ? (ids?.length ?? 0) : found.length) - failed
  }
  return { counts, differences }
}

/** Where the record is the graph there is nothing to compare it with. */
function countOnly(buckets: readonly ExpectedBucket[]): SyncCounts {
  const checked = buckets.reduce((sum, { node, nodes }) => sum + (node === 'memory' ? nodes : 0), 0)
  return { ...NO_SYNC_COUNTS, checked }
}

async function differencesIn(parts: GraphParts, range: GraphRange): Promise<Difference[]> {
  const expected = new Map((await expectedRows(parts.db, range)).map((row) => [row.id, row]))
  const found: Difference[] = []
  for await (const row of heldRows(parts, range)) {
    const kind = kindOf(expected.get(row.id), row)
    expected.delete(row.id)
    if (kind !== null) found.push(difference(range, row.id, { kind, revision: row.revision }))
  }
  for (const id of expected.keys()) {
    found.push(difference(range, id, { kind: 'missing', revision: 0 }))
  }
  return await withoutUnsettled(parts, range, found)
}

const difference = (
  { node, userId }: GraphRange,
  id: string,
  rest: Pick<Difference, 'kind' | 'revision'>,
): Difference => ({ node, userId, id, ...rest })

/** Page by page: what was put there by hand may be more than a bucket should hold. */
async function* heldRows({ graph }: GraphParts, range: GraphRange): AsyncGenerator<GraphRow> {
  let { after } = range
  for (;;) {
    const rows = await graph.rows({ ...range, after }, BUCKET_NODES)
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < BUCKET_NODES) return
    after = last.id
  }
}

function kindOf(expected: GraphRow | undefined, held: GraphRow): DriftKind | null {
  if (expected === undefined) return 'extra'
  if (held.revision > expected.revision) return 'ahead'
  const same =
    held.revision === expected.revision &&
    held.facts === expected.facts &&
    held.edges === expected.edges
  return same ? null : 'stale'
}

/**
 * What is being written at this moment is no drift: memories that a saga has not finished are not extra, and those whose state moved
 * between the two reads are looked at again by the next comparison.
 */
async function withoutUnsettled(
  { db }: GraphParts,
  { node, userId }: GraphRange,
  found: readonly Difference[],
): Promise<Difference[]> {
  if (node === 'entity' || found.length === 0) return [...found]
  const unsettled = new Set(
    await findUnsettled(
      db,
      userId,
      found.map(({ id }) => id),
    ),
  )
  return found.filter(({ id }) => !unsettled.has(id))
}

interface Mending {
  readonly found: readonly Difference[]
  /** What to write; undefined is what is lacking. */
  readonly ids: readonly string[] | undefined
}

/** @returns how many could not be written */
async function mendAll(
  { db, graph }: GraphParts,
  { node, userId }: GraphRange,
  { found, ids }: Mending,
): Promise<number> {
  const surplus = found.filter(({ kind }) => kind === 'extra' || kind === 'ahead')
  const lacking = found.filter(({ kind }) => kind !== 'extra').map(({ id }) => id)
  const wanted = ids ?? lacking
  if (node === 'entity') {
    await graph.removeEntities(
      userId,
      surplus.map(({ id }) => id),
    )
    await graph.writeEntities(userId, await loadGraphEntities(db, userId, wanted))
    return 0
  }
  const memories = surplus.map(({ id, revision }) => ({ id, revision }))
  await graph.removeMemories({ userId, memories, cascade: false })
  // Not marked as lacking before it is tried: whoever drains would write it too.
  const { failed } = await writeToGraph({ db, graph }, wanted)
  return failed
}
