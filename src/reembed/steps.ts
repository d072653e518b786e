import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { findPosition, savePosition } from '../stores/jobs/job-progress.ts'
import { findJobRow } from '../stores/jobs/jobs.ts'
import {
  clearDue,
  listDue,
  openShadow,
  switchSpaces,
  walkSpace,
  type ShadowGap,
  type SpacePair,
} from '../stores/spaces/reembed.ts'
import { countVectors } from '../stores/spaces/space-compare.ts'
import { withStatementClass } from '../stores/statement-limits.ts'
import { hasLargeUser } from '../stores/spaces/space-indexer.ts'
import { buildSpaceIndex, findActiveSpace, findSpace, type Space } from '../stores/spaces/spaces.ts'
import { compareSpaces } from './compare.ts'
import { fillGaps, requireMaker } from './fill.ts'
import { readCursor, readReembedRequest, spaceName, type ReembedRequest } from './job.ts'

/** The steps of embedding all memories anew. Each may be repeated: what is done stands in the spaces, the place in the job's row. */
export interface ReembedSteps {
  /** @returns whether the switch was made before, by a run that did not come to its end */
  begin(key: ReembedKey): Promise<{ readonly switched: boolean }>
  /** @returns whether there is more of the space to walk */
  page(key: ReembedKey, hooks: ReembedHooks): Promise<{ readonly more: boolean }>
  /** Builds the index where the store is of a size for one, and compares the two. */
  compare(key: ReembedKey): Promise<void>
  /** Catches up with what was written meanwhile, and switches when nothing is left. */
  switch(
    key: ReembedKey & { readonly round: number },
    hooks: ReembedHooks,
  ): Promise<{ readonly switched: boolean }>
  /** Whatever came in at the last moment, and the counts. */
  finish(key: ReembedKey, hooks: ReembedHooks): Promise<void>
}

export interface ReembedKey {
  readonly jobId: string
  readonly namespaceId: string
}

export interface ReembedHooks {
  readonly signal: AbortSignal
}

export interface ReembedDependencies {
  /** With the models in force: budgets are counted in what they cost. */
  readonly inForce: () => Promise<Config>
  readonly db: Database
  /** Whoever makes the vectors of a stored space; null when no known endpoint does. */
  readonly makerOf: (space: Space) => Promise<Embedder | null>
  /** Told when another space has become active. */
  readonly onSwitch: () => void
}

/** One statement walks so many vectors; far fewer texts are in hand at once. */
const PAGE = 500
/** A try finds the store quiet for a moment, or the next one does. After so many a few late writes may follow the switch instead. */
const STRICT_ROUNDS = 20
const LATE_WRITES = 100

interface Work extends ReembedRequest {
  readonly jobId: string
  readonly pair: SpacePair
}

export function createReembedSteps(dependencies: ReembedDependencies): ReembedSteps {
  const { db } = dependencies
  const workOf = async (key: ReembedKey) => await requireWork(db, key)
  return {
    async begin(key) {
      const work = await workOf(key)
      return { switched: await beginWork(db, work) }
    },
    async page(key, { signal }) {
      const work = await workOf(key)
      return { more: await walkOn(dependencies, work, signal) }
    },
    async compare(key) {
      const { jobId, pair } = await workOf(key)
      const { to } = pair
      if (db.pool.options.max !== 1 && (await hasLargeUser(db))) {
        await withStatementClass('build', async () => await buildSpaceIndex(db, to))
      }
      const compared = await compareSpaces(db, pair)
      await savePosition(db, { jobId, cursor: null, progress: { phase: 'switch', compared } })
    },
    async switch(key, { signal }) {
      const work = await workOf(key)
      await catchUp(dependencies, work, signal)
      const tolerated = key.round < STRICT_ROUNDS ? 0 : LATE_WRITES
      const switched = await db.transaction(
        async (tx) => await switchSpaces(tx, work.pair, { tolerated, pinned: work.undo }),
      )
      if (switched) dependencies.onSwitch()
      else await requireOpen(db, work)
      return { switched }
    },
    async finish(key, { signal }) {
      const work = await workOf(key)
      dependencies.onSwitch()
      await catchUp(dependencies, work, signal)
      const progress = { phase: 'done', eta_seconds: 0 }
      await savePosition(db, { jobId: work.jobId, cursor: null, progress })
    },
  }
}

async function requireWork(db: Database, { jobId, namespaceId }: ReembedKey): Promise<Work> {
  const row = await findJobRow(db, { namespaceId, id: jobId })
  if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
  const request = readReembedRequest(row)
  const [from, to] = await Promise.all([findSpace(db, request.from), findSpace(db, request.to)])
  if (from === null || to === null) throw gone()
  return { ...request, jobId, pair: { from, to } }
}

const gone = () =>
  new MemoirError('conflict', 'The embedding spaces of this job are no longer what they were.')

async function beginWork(db: Database, { jobId, pair }: Work): Promise<boolean> {
  const { from, to } = pair
  if ((await findActiveSpace(db))?.id === to.id) return true
  const shadow = await db.transaction(
    async (tx) => await openShadow(tx, { from: from.id, wanted: to }),
  )
  if (shadow === null) throw gone()
  const total = await countVectors(db, from)
  const progress = { phase: 'fill', total, from: spaceName(from), to: spaceName(to) }
  await savePosition(db, { jobId, cursor: null, progress })
  return false
}

/** A run that was to go on finds that nothing is filled any more. */
async function requireOpen(db: Database, { pair: { from, to } }: Work): Promise<void> {
  const active = await findActiveSpace(db)
  if (active?.id !== from.id || active.successor !== to.id) throw gone()
}

async function walkOn(
  dependencies: ReembedDependencies,
  work: Work,
  signal: AbortSignal,
): Promise<boolean> {
  const { db } = dependencies
  const { jobId, pair } = work
  const position = await findPosition(db, jobId)
  const after = readCursor(position?.cursor)
  if (after === 'done') return false
  const walked = await walkSpace(db, pair, { after, limit: PAGE })
  const embedded = await fill(dependencies, work, { walked, signal })
  const last = walked.at(-1)
  const more = last !== undefined && walked.length === PAGE
  const next = more ? [last.userId, last.head, last.seq] : 'done'
  await savePosition(db, {
    jobId,
    cursor: JSON.stringify(next),
    progress: paceOf(position, { walked: walked.length, embedded }),
  })
  return more
}

type Position = Awaited<ReturnType<typeof findPosition>>

/** What is there already counts as processed too: it is what a walk has seen. */
function paceOf(position: Position, page: { readonly walked: number; readonly embedded: number }) {
  const before = position?.progress ?? {}
  const number = (name: string) => (typeof before[name] === 'number' ? before[name] : 0)
  const processed = number('processed') + page.walked
  const embedded = number('embedded') + page.embedded
  const total = Math.max(number('total'), processed)
  const seconds = position?.startedAt ? (Date.now() - position.startedAt.getTime()) / 1000 : 0
  const rate = seconds > 0 ? Math.round((processed / seconds) * 10) / 10 : 0
  const eta = rate > 0 ? Math.ceil((total - processed) / rate) : null
  return { processed, embedded, total, rate, eta_seconds: eta }
}

async function fill(
  { inForce, db, makerOf }: ReembedDependencies,
  { jobId, pair }: Work,
  { walked, signal }: { readonly walked: readonly ShadowGap[]; readonly signal: AbortSignal },
): Promise<number> {
  if (walked.every(({ there }) => there)) return 0
  const maker = requireMaker(await makerOf(pair.to), pair)
  return await fillGaps({ config: await inForce(), db, jobId, pair, maker, signal }, walked)
}

/** Embeds what was written since the walk began, until there is nothing left to see. */
async function catchUp(
  dependencies: ReembedDependencies,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const { db } = dependencies
  const { pair } = work
  for (;;) {
    const due = await listDue(db, pair, PAGE)
    if (due.length === 0) return
    await fill(dependencies, work, { walked: due, signal })
    // What is read again lacks nothing, unless it was written once more.
    await clearDue(db, pair.to, due)
    signal.throwIfAborted()
  }
}
