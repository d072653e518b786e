import type { Drift, SyncCounts } from '../domain/graph.ts'
import { NO_SYNC_COUNTS } from '../domain/graph.ts'
import {
  expectedBuckets,
  expectedRows,
  loadGraphEntities,
  type ExpectedBucket,
} from '../stores/graph-record.ts'
import { findUnsettled, markPending } from '../stores/graph-states.ts'
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

/** Compares these buckets and, unless told not to, makes the graph what it should be there. */
export async function compareBuckets(
  parts: GraphParts,
  buckets: readonly ExpectedBucket[],
  { mend, everything }: { readonly mend: boolean; readonly everything: boolean },
): Promise<Comparison> {
  const held = await parts.graph.hashes(buckets)
  const counts = { ...NO_SYNC_COUNTS }
  const differences: Difference[] = []
  for (const [index, bucket] of buckets.entries()) {
    const { nodes, hash } = held[index] ?? { nodes: -1, hash: '' }
    if (bucket.node === 'memory') counts.checked += bucket.nodes
    const same = nodes === bucket.nodes && hash === bucket.hash
    if (same && !everything) continue
    const found = same ? [] : await differencesIn(parts, bucket)
    for (const { kind } of found) counts[kind] += 1
    differences.push(...found)
    if (!mend) continue
    if (everything) await rewrite(parts, bucket)
    const mended = await mendAll(parts, bucket, found)
    counts.repaired += mended
    counts.failed += found.length - mended
  }
  return { counts, differences }
}

/** Buckets of the memories and of the entities of these users. */
export async function bucketsOf(
  { db }: GraphParts,
  userIds: readonly string[],
): Promise<ExpectedBucket[]> {
  const wanted = { userIds, after: null, size: BUCKET_NODES }
  return [
    ...(await expectedBuckets(db, { ...wanted, node: 'memory' })),
    ...(await expectedBuckets(db, { ...wanted, node: 'entity' })),
  ]
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

/** @returns how many were mended */
async function mendAll(
  parts: GraphParts,
  { node, userId }: GraphRange,
  found: readonly Difference[],
): Promise<number> {
  if (found.length === 0) return 0
  const surplus = found.filter(({ kind }) => kind === 'extra' || kind === 'ahead')
  const lacking = found.filter(({ kind }) => kind !== 'extra').map(({ id }) => id)
  if (node === 'entity') {
    await parts.graph.removeEntities(
      userId,
      surplus.map(({ id }) => id),
    )
    const entities = await loadGraphEntities(parts.db, userId, lacking)
    await parts.graph.writeEntities(userId, entities)
    return found.length - lacking.length + entities.length
  }
  const memories = surplus.map(({ id, revision }) => ({ id, revision }))
  await parts.graph.removeMemories({ userId, memories, cascade: false })
  await markPending(parts.db, userId, lacking)
  const { written } = await writeToGraph(parts, lacking)
  return found.length - lacking.length + written
}

/** Every node of the bucket, whatever its hash says. */
async function rewrite(
  parts: GraphParts,
  { node, userId, after, upTo }: GraphRange,
): Promise<void> {
  const range = { node, userId, after, upTo }
  const ids = (await expectedRows(parts.db, range)).map(({ id }) => id)
  if (node === 'memory') await writeToGraph(parts, ids)
  else await parts.graph.writeEntities(userId, await loadGraphEntities(parts.db, userId, ids))
}
