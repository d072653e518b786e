import type { Filter } from '../domain/filter.ts'
import type { TraceKind } from '../domain/recall.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import {
  insertMemoryJob,
  newJobId,
  notFound,
  policyOf,
  type AcceptContext,
} from '../memories/accept.ts'
import { removeWhole } from '../memories/remove-whole.ts'
import { refusedAs, type BeforeCommit, type Queryable } from '../stores/database.ts'
import type { FocusBuffer } from '../stores/recall/focus.ts'
import {
  countHanging,
  deleteModelAnswers,
  deletePosts,
  deleteSourceMessages,
  deleteSources,
  dropKeptWrites,
  findDaySummaries,
  findDerived,
  findPostedWords,
  findTargets,
  type ForgetTarget,
} from '../stores/forget/forget.ts'
import { noteRemovals } from '../stores/graph/graph-states.ts'
import { findOwner } from '../stores/memories/memory-list.ts'
import { findMerged } from '../stores/memories/succession.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { findUserId, lockUsers } from '../stores/memory-users.ts'
import { factId } from '../facts/draft.ts'
import { readConversations, rebuildConversations, type Rebuilt } from './rebuild.ts'
import { foundIn, summariesSaying } from './found-in.ts'
import { noteErased, type LedgerNote } from './ledger.ts'
import {
  hashOfSession,
  rememberForgotten,
  type FoundIn,
  type Item,
  type Remembered,
} from './remembered.ts'

/** Forgetting for good: what is meant, all that came of it alone, and what would bring it back. */

export interface ForgetRequest {
  readonly namespaceId: string
  /** One memory, or */
  readonly ids?: readonly string[]
  /** what matches of a user: the caller's own id. */
  readonly userId?: string
  /** Surrogate uuid: only if it is this user's. */
  readonly boundTo?: string
  readonly scopes?: readonly string[]
  readonly sessionId?: string
  readonly kinds?: readonly TraceKind[]
  readonly from?: Date
  readonly to?: Date
  readonly filter?: Filter
  readonly dryRun: boolean
}

export interface Tombstone {
  readonly ids: readonly string[]
  readonly forgottenAt: Date | null
  readonly counts: {
    readonly traces: number
    readonly vectors: number
    readonly edges: number
    readonly nodes: number
  }
}

export interface ForgetContext extends AcceptContext {
  readonly focus?: Pick<FocusBuffer, 'forget'>
}

/** Ends the transaction of a dry run. */
class DryRun extends Error {
  readonly tombstone: Tombstone
  constructor(tombstone: Tombstone) {
    super('nothing is changed')
    this.tombstone = tombstone
  }
}

/**
 * Forgets in one transaction under the user's lock; the graph follows with jobs. A dry run does the same and takes it back, so that
 * its counts are those of the real one.
 * @throws MemoirError `not_found`
 */
export async function forget(
  context: ForgetContext,
  request: ForgetRequest,
  beforeCommit?: BeforeCommit<Tombstone>,
): Promise<Tombstone> {
  const userId = await requireUser(context, request)
  try {
    const locked = async (tx: Queryable) => {
      const done = await forgetLocked(tx, context, { request, userId })
      if (request.dryRun) throw new DryRun({ ...done.tombstone, forgottenAt: null })
      await beforeCommit?.(tx, done.tombstone)
      // Last, when nothing but the commit can fail: the file cannot be taken back.
      await noteErased(tx, context.config, done.note)
      return done
    }
    const { tombstone, rows } = await refusedAs(
      'persistence_failed',
      async () => await context.db.transaction(locked),
    )
    for (const row of rows) context.launch(row)
    await context.focus?.forget(userId, tombstone.ids)
    return tombstone
  } catch (error) {
    if (error instanceof DryRun) return error.tombstone
    throw error
  }
}

async function requireUser(
  { db }: ForgetContext,
  { namespaceId, ids, userId, boundTo }: ForgetRequest,
): Promise<string> {
  const [first] = ids ?? []
  const owner =
    first === undefined
      ? userId === undefined
        ? null
        : await findUserId(db, { namespaceId, externalId: userId })
      : await findOwner(db, { namespaceId, id: first })
  if (owner === null || (boundTo !== undefined && owner !== boundTo)) throw notFound()
  return owner
}

interface Forgetting {
  readonly request: ForgetRequest
  readonly userId: string
}

async function forgetLocked(
  tx: Queryable,
  context: ForgetContext,
  { request, userId }: Forgetting,
): Promise<{ tombstone: Tombstone; rows: JobRow[]; note: LedgerNote }> {
  if (!(await lockUsers(tx, [userId])).has(userId)) {
    throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
  }
  const secret = context.config.MEMOIR_ENCRYPTION_KEY
  const targets = await findTargets(tx, { ...request, userId })
  if (targets.length === 0 && request.ids !== undefined) throw notFound()
  const { sessionId } = wholeSession(request)
  const { all, found } = await findAllOf(tx, { userId, targets, sessionId })
  const ids = all.map(({ id }) => id)
  const hanging = await countHanging(tx, userId, ids)
  const words = sessionId === undefined ? [] : await findPostedWords(tx, { userId, sessionId })
  // The chain of messages is read before it is broken.
  const conversations = await readConversations(tx, userId, targets)
  const nodes = await removeWhole(tx, { userId, ids })
  await deleteSources(tx, { userId, targets, sessionId })
  if (sessionId !== undefined) await deletePosts(tx, { userId, sessionId })
  await deleteModelAnswers(tx, userId)
  await dropKeptWrites(tx, { userId, ids })
  await deleteSourceMessages(tx, { namespaceId: request.namespaceId, targets })
  const rebuilt = await rebuildConversations(tx, context.config, {
    namespaceId: request.namespaceId,
    userId,
    conversations,
  })
  const remembered = { namespaceId: request.namespaceId, userId, secret }
  const known = await rememberForgotten(tx, remembered, [
    ...itemsOf(all, { userId, words }),
    ...found,
  ])
  const rows = await followUps(tx, context, { request, userId, all, rebuilt })
  const forgottenAt = new Date()
  const counts = {
    traces: ids.length + rebuilt.removed.length,
    vectors: hanging.vectors + rebuilt.removed.length,
    edges: hanging.edges,
    nodes,
  }
  const note = noteOf({ request, userId, sessionId, known })
  return { tombstone: { ids: [...ids, ...rebuilt.removed], forgottenAt, counts }, rows, note }
}

interface Noting extends Forgetting {
  readonly sessionId: string | undefined
  readonly known: Remembered
}

function noteOf({ request, userId, sessionId, known }: Noting): LedgerNote {
  const { key, hashes, clauses } = known
  const session =
    sessionId === undefined
      ? []
      : [{ kind: 'session' as const, hash: hashOfSession(key, userId, sessionId) }]
  return {
    namespaceId: request.namespaceId,
    userId,
    key,
    hashes: [...hashes, ...session],
    clauses,
  }
}

/** What goes with the targets, and the words that its facts were found in. */
async function findAllOf(
  tx: Queryable,
  {
    userId,
    targets,
    sessionId,
  }: { userId: string; targets: readonly ForgetTarget[]; sessionId: string | undefined },
): Promise<{ all: readonly ForgetTarget[]; found: readonly FoundIn[] }> {
  const derived = await findDerived(tx, { userId, targets, sessionId })
  const said = [...targets, ...derived]
  const merged = await findMerged(tx, { userId, ids: said.map(({ id }) => id) })
  const rests = [...said, ...(await findTargets(tx, { userId, ids: merged }))]
  const days = await findDaySummaries(
    tx,
    userId,
    rests.map(({ id }) => id),
  )
  const found = await foundIn(tx, { userId, facts: rests, deletedOnly: false })
  const lost = [...rests, ...days]
  const items = [...itemsOf(lost, { userId, words: [] }), ...found]
  const all = [...lost, ...(await summariesSaying(tx, { userId, items, except: lost }))]
  return { all, found }
}

/** A session goes whole unless something narrows it down. */
function wholeSession({ sessionId, scopes, kinds, from, to, filter, ids }: ForgetRequest): {
  sessionId: string | undefined
} {
  const narrowed = [scopes, kinds, from, to, filter, ids].some((one) => one !== undefined)
  return { sessionId: narrowed ? undefined : sessionId }
}

/** Summaries are made anew of what is left; everything else is never to come back. */
function itemsOf(
  all: readonly ForgetTarget[],
  { userId, words }: { userId: string; words: readonly string[] },
): Item[] {
  const kept = all.filter(({ kind }) => kind !== 'summary')
  const contents = [
    ...kept.map(({ kind, content }) => ({ content, whole: kind === 'fact' })),
    ...words.map((content) => ({ content, whole: false })),
  ]
  return [
    ...kept.map(({ id }): Item => ({ kind: 'trace', id })),
    ...contents.map((said): Item => ({ kind: 'content', userId, ...said })),
    ...contents.map(({ content }): Item => ({ kind: 'trace', id: factId(userId, content) })),
  ]
}

interface FollowUp extends Forgetting {
  readonly all: readonly ForgetTarget[]
  readonly rebuilt: Rebuilt
}

/** What is left to do is what other writes leave too: the vectors of episodes that were rebuilt, and the graph. */
async function followUps(
  tx: Queryable,
  context: ForgetContext,
  { request, userId, all, rebuilt }: FollowUp,
): Promise<JobRow[]> {
  const { namespaceId } = request
  const rows: JobRow[] = []
  const about = { namespaceId, userId, extract: false, writes: [] }
  if (rebuilt.episodes.length > 0) {
    const memories = rebuilt.episodes.map(({ id, revision }) => ({
      id,
      revision,
      before: revision - 1,
    }))
    const job = { ...about, operation: 'restore' as const, memories }
    rows.push(await insertMemoryJob(tx, context, { id: newJobId(), job }))
  }
  if (!policyOf(context.config).graph) return rows
  const gone = [...all, ...rebuilt.removedTargets].map(({ id, revision }) => ({
    id,
    revision: revision + REVISIONS_OF_A_REMOVAL,
  }))
  await noteRemovals(
    tx,
    gone.map((one) => ({ ...one, userId, cascade: true })),
  )
  const memories = gone.map((one) => ({ ...one, before: null }))
  const job = { ...about, operation: 'delete' as const, hard: true, cascade: true, memories }
  rows.push(await insertMemoryJob(tx, context, { id: newJobId(), job }))
  return rows
}

/** Hiding makes one revision, and the graph may hold none that is newer. */
const REVISIONS_OF_A_REMOVAL = 1
