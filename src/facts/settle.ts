import { aboutFact } from '../forget/found-in.ts'
import { openGate } from '../forget/gate.ts'
import { forgottenAmong, learnWords, type Item } from '../forget/remembered.ts'
import { MemoirError } from '../errors.ts'
import { headTexts } from '../memories/head-text.ts'
import { requireSpace } from '../memories/space.ts'
import { embedEach } from '../providers/embedder.ts'
import { notePassedOver } from '../stores/jobs/jobs.ts'
import type { Queryable } from '../stores/database.ts'
import { anyFactAfter, factsOf, findFacts, type KnownFact } from '../stores/memories/facts.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { detectLanguage } from '../text/language.ts'
import type { FactDraft } from './draft.ts'
import type { FactContext } from './extract.ts'
import { fencedTransaction, type Fence } from './fence.ts'
import { checkGuard } from './guard.ts'
import { readDraft, resolveDrafts, type ReadDraft, type Resolved } from './resolve.ts'
import { writeResolved, type FactOrigin, type WrittenFacts } from './write.ts'

export interface SettleRequest {
  readonly drafts: readonly FactDraft[]
  readonly origin: FactOrigin
  /** Names the group of drafts within its job. */
  readonly step: string
  /** Facts that this session has replaced before: the guard counts them. */
  readonly replacedBefore: number
  /** Written in the same transaction. */
  readonly also?: (tx: Queryable, written: WrittenFacts) => Promise<void>
}

/**
 * Resolving again each time others were faster; whoever loses five times in a row writes its facts as they are, and what they repeat
 * is left to consolidation. The same words are one fact even then.
 */
const MAX_ROUNDS = 5

/**
 * Resolves drafts against what is known of the user and writes them. No lock is held while the model thinks: it is taken for the
 * write, and if facts were added since the candidates were read, the drafts are resolved against just those first.
 * @throws MemoirError `guard`, `reembed_required`, `suppressed_user`; those of the models
 */
export async function settleFacts(
  context: FactContext,
  request: SettleRequest,
): Promise<WrittenFacts> {
  const { db, userId } = context
  const space = await requireSpace(db, context.embedder)
  const reads = await readDrafts(context, request.drafts)
  let lastSeq = 0
  let resolved: Resolved[] = []
  for (let round = 0; ; round += 1) {
    const afterSeq = lastSeq
    const now = await factsOf(db, userId)
    lastSeq = now.lastSeq
    // Where there are no facts at all, there is nothing to be found.
    const known = await (lastSeq === 0
      ? new Map<string, KnownFact>()
      : findFacts(db, userId, idsOf(reads)))
    const step = `${request.step}:${round}`
    const fresh = await resolveDrafts(context, openOf(reads, known), {
      space,
      step,
      afterSeq,
      lastSeq,
    })
    resolved = round === 0 ? fresh : joined(resolved, fresh)
    checkGuard(resolved, { facts: now.count, before: request.replacedBefore })
    const all = [...resolved, ...repeated(reads, resolved)]
    const check = round < MAX_ROUNDS ? lastSeq : null
    const written = await fencedTransaction(context, async (tx) => {
      const left = await withoutForgotten(tx, all, { userId, fence: context.fence })
      return await writeLocked(tx, left, { ...request, userId, space, check })
    })
    if (written !== null) return written
  }
}

/** @returns null when facts were added since the drafts were resolved: nothing is written then */
async function writeLocked(
  tx: Queryable,
  all: readonly Resolved[],
  {
    userId,
    space,
    origin,
    check,
    also,
  }: Pick<SettleRequest, 'origin' | 'also'> & {
    userId: string
    space: Space
    check: number | null
  },
): Promise<WrittenFacts | null> {
  const except = all.map(({ read }) => read.draft.id)
  if (check !== null && (await anyFactAfter(tx, { userId, seq: check, except }))) return null
  const written = await writeResolved(tx, all, { userId, space, origin })
  await also?.(tx, written)
  return written
}

/** A fact that was forgotten stays so, whatever says it again; what says it is known from now on, and nothing else is made of it. */
async function withoutForgotten(
  tx: Queryable,
  all: readonly Resolved[],
  { userId, fence }: { userId: string; fence: Fence | undefined },
): Promise<readonly Resolved[]> {
  if (fence === undefined || fence.seq === 0) return all
  const items = all.map(({ read }): Item => ({ kind: 'trace', id: read.draft.id }))
  const gone = await forgottenAmong(tx, fence, items)
  const gate = await openGate(tx, { ...fence, userId })
  const known = all.filter((_, index) => gone[index] === true)
  await learnWords(
    tx,
    { ...fence, userId },
    known.flatMap(({ read }) => saidIn(read.draft)),
  )
  return all.filter(({ read }, index) => gone[index] !== true && gate.passes(read.draft.content))
}

const saidIn = ({ id, content, sources }: FactDraft) =>
  sources
    .filter(({ quote }) => quote !== '')
    .map(({ quote }) => ({
      traceId: id,
      content: aboutFact(quote, content),
      deletedOnly: true,
    }))

const idsOf = (reads: readonly ReadDraft[]) => reads.map(({ draft }) => draft.id)

/** One call for all heads of all drafts. */
async function readDrafts(
  context: FactContext,
  drafts: readonly FactDraft[],
): Promise<ReadDraft[]> {
  const { embedder, language, priority, signal, purses, heads = [] } = context
  const others = heads.filter((head) => head !== 'semantic')
  const read = drafts.map((draft) => {
    const written = language === 'auto' ? detectLanguage(draft.content) : language
    return { draft, language: written, texts: headTexts(others, { ...draft, language: written }) }
  })
  const texts = read.flatMap((one) => one.texts)
  const vectors = await embedEach(
    embedder,
    [...drafts, ...texts].map(({ content }) => content),
    { priority, signal, ...(purses ? { purse: purses.embedding } : {}) },
  )
  await noteVectorless(context, vectors)
  const byKey = new Map(
    texts.flatMap(({ id }, index) => {
      const vec = vectors[drafts.length + index]
      return vec instanceof Float32Array ? [[id, { vec, passages: [] }] as const] : []
    }),
  )
  return read.flatMap(({ draft, language: written, texts: own }, index) => {
    const made = vectors[index]
    if (made === undefined) return []
    const vec = made instanceof Float32Array ? made : null
    const mine = new Map(
      own.flatMap(({ id }) => {
        const other = byKey.get(id)
        return other ? [[id, other] as const] : []
      }),
    )
    return [readDraft(draft, { vec, heads: mine, language: written })]
  })
}

/** A text without a vector is kept by its words; the job's failures say why it has none. */
export async function noteVectorless(
  { db, jobId }: FactContext,
  vectors: readonly (Float32Array | MemoirError)[],
): Promise<void> {
  const failure = vectors.find((vector) => vector instanceof MemoirError)
  if (failure === undefined) return
  const { code, vendorText: detail } = failure
  await notePassedOver(db, jobId, {
    step: 'embedFacts',
    code,
    ...(detail === undefined ? {} : { detail }),
  })
}

/** What is known word for word needs no resolving, unless it was replaced and is said again. */
function openOf(reads: readonly ReadDraft[], known: ReadonlyMap<string, KnownFact>): ReadDraft[] {
  return reads.filter(({ draft, vec }) => {
    // What has no vector is compared with nothing: side by side does less harm than lost.
    if (vec === null) return false
    const fact = known.get(draft.id)
    return fact === undefined || fact.state === 'superseded'
  })
}

/** Drafts that are known word for word: only their sources are new. */
function repeated(reads: readonly ReadDraft[], resolved: readonly Resolved[]): Resolved[] {
  const open = new Set(resolved.map(({ read }) => read.draft.id))
  return reads
    .filter(({ draft }) => !open.has(draft.id))
    .map((read) => ({ read, relation: 'new' as const, targets: [], near: [] }))
}

/** What a later round found comes on top of what earlier ones did; a duplicate stays one. */
function joined(before: readonly Resolved[], now: readonly Resolved[]): Resolved[] {
  const earlier = new Map(before.map((one) => [one.read.draft.id, one]))
  return now.map((one) => {
    const first = earlier.get(one.read.draft.id)
    if (first === undefined || first.relation === 'new') return one
    if (first.relation === 'duplicate' || one.relation === 'new') return first
    return { ...one, targets: [...first.targets, ...one.targets] }
  })
}
