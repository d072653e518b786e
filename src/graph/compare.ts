import type { Drift, SyncCounts } from '../domain/graph.ts'
import { NO_SYNC_COUNTS } from '../domain/graph.ts'
import {
  expectedRows,
  idsIn,
  loadGraphEntities,
  type ExpectedBucket,
  loadGraphMemories,
} from '../stores/graph/graph-record.ts'
import { findGoneEntities, findStanding, findUnsettled } from '../stores/graph/graph-states.ts'
import type {
  GraphEdge,
  GraphEntities,
  GraphMemory,
  GraphNode,
  GraphRange,
  GraphRow,
  GraphStore,
} from '../stores/graph/graph-store.ts'
import { writeLoaded, type GraphParts } from './write.ts'

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
  const read = rewrite && mend ? readAhead(parts, buckets) : undefined
  const counts = { ...NO_SYNC_COUNTS }
  const differences: Difference[][] = []
  // All before any is mended, which may mend another: a repair counts what a check does.
  for (const [index, bucket] of buckets.entries()) {
    if (bucket.node === 'memory') counts.checked += bucket.nodes
    const there = held[index]
    const same = cleared || (there?.nodes === bucket.nodes && there.hash === bucket.hash)
    const found = same ? [] : await differencesIn(parts, bucket)
    for (const { kind } of found) counts[kind] += 1
    differences.push(found)
  }
  const writes = inTurn({ ...parts, graph: oneAtATime(parts.graph) })
  for (const [index, bucket] of mend ? buckets.entries() : []) {
    const found = differences[index] ?? []
    if (found.length === 0 && !rewrite) continue
    const whole = await read?.(index)
    const all = cleared && whole ? linkedBackwards(whole, bucket) : whole
    await writes.begin(async (own) => {
      const failed = await mendAll(own, bucket, { found, all, fresh: cleared })
      counts.failed += failed
      counts.repaired += (cleared ? bucket.nodes : found.length) - failed
    })
  }
  await writes.end()
  return { counts, differences: differences.flat() }
}

/** Two buckets at once: as one is marked in the record, the next is written. */
const AT_ONCE = 2

function inTurn(parts: GraphParts) {
  const under: Promise<void>[] = []
  return {
    /** After an earlier one has ended, if there are too many. */
    async begin(work: (parts: GraphParts) => Promise<void>) {
      const own = work(parts)
      // Whoever waits for it hears of a failure.
      own.catch(() => undefined)
      under.push(own)
      if (under.length >= AT_ONCE) await under.shift()
    },
    async end() {
      await Promise.all(under)
    },
  }
}

/** Memories go in in the order in which they were begun: their links lead to those that were written before. */
function oneAtATime(graph: GraphStore): GraphStore {
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...graph,
    async writeMemories(batch, options) {
      const own = last.then(async () => await graph.writeMemories(batch, options))
      last = own.catch(() => undefined)
      return await own
    },
  }
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
  return await withoutUnsettled(parts, range, await withoutNew(parts, range, found))
}

/** The record is read before the graph: what came in between is in the graph and was not in the record. */
async function withoutNew(
  { db }: GraphParts,
  { node, userId }: GraphRange,
  found: readonly Difference[],
): Promise<Difference[]> {
  const extra = found.filter(({ kind }) => kind === 'extra')
  if (extra.length === 0) return [...found]
  const gone = new Set(
    node === 'entity'
      ? await findGoneEntities(
          db,
          userId,
          extra.map(({ id }) => id),
        )
      : (await findStanding(db, extra)).gone.map(({ id }) => id),
  )
  return found.filter(({ id, kind }) => kind !== 'extra' || gone.has(id))
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

/** Everything of a bucket, while the next one is read already: one store reads as the other writes. */
function readAhead(parts: GraphParts, buckets: readonly ExpectedBucket[]) {
  const reads = new Map<number, Promise<Whole>>()
  const begin = (index: number): Promise<Whole> => {
    const bucket = buckets[index]
    const read = reads.get(index) ?? (bucket ? readWhole(parts, bucket) : Promise.resolve(NO_NODES))
    // Whoever asks for it hears of a failure.
    read.catch(() => undefined)
    reads.set(index, read)
    return read
  }
  return async (index: number): Promise<Whole> => {
    const own = begin(index)
    reads.delete(index)
    const whole = await own
    void begin(index + 1)
    return whole
  }
}

interface Whole {
  readonly memories: readonly GraphMemory[]
  readonly entities: GraphEntities
}

/** In an emptied graph a link to a later bucket leads nowhere yet: it comes with that one, which names it too. */
function linkedBackwards({ memories, entities }: Whole, { upTo }: ExpectedBucket): Whole {
  if (upTo === null) return { memories, entities }
  const there = ({ src, dst, srcIs, dstIs }: GraphEdge) =>
    (srcIs === 'entity' || src <= upTo) && (dstIs === 'entity' || dst <= upTo)
  return {
    memories: memories.map((memory) => ({ ...memory, edges: memory.edges.filter(there) })),
    entities,
  }
}

const NO_ENTITIES: GraphEntities = { entities: [], edges: [] }
const NO_NODES: Whole = { memories: [], entities: NO_ENTITIES }

async function readWhole({ db }: GraphParts, bucket: ExpectedBucket): Promise<Whole> {
  const ids = await idsIn(db, bucket)
  return bucket.node === 'memory'
    ? { memories: await loadGraphMemories(db, ids), entities: NO_ENTITIES }
    : { memories: [], entities: await loadGraphEntities(db, bucket.userId, ids) }
}

interface Mending {
  readonly found: readonly Difference[]
  /** What to write; undefined is what is lacking. */
  readonly all: Whole | undefined
  /** The graph was emptied. */
  readonly fresh: boolean
}

/** @returns how many could not be written */
async function mendAll(
  { db, graph }: GraphParts,
  { node, userId }: GraphRange,
  { found, all, fresh }: Mending,
): Promise<number> {
  const surplus = found.filter(({ kind }) => kind === 'extra' || kind === 'ahead')
  const lacking = found.filter(({ kind }) => kind !== 'extra').map(({ id }) => id)
  if (node === 'entity') {
    const gone = surplus.map(({ id }) => id)
    if (gone.length > 0) await graph.removeEntities(userId, gone)
    await graph.writeEntities(
      userId,
      all?.entities ?? (await loadGraphEntities(db, userId, lacking)),
    )
    return 0
  }
  const wrong = surplus.map(({ id, revision }) => ({ id, revision }))
  if (wrong.length > 0) await graph.removeMemories({ userId, memories: wrong, cascade: false })
  // Not marked as lacking before it is tried: whoever drains would write it too.
  const memories = all?.memories ?? (await loadGraphMemories(db, lacking))
  const { failed } = await writeLoaded({ db, graph }, memories, { fresh })
  return failed
}
