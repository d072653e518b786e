import { z } from 'zod'
import type { HeadVectors } from '../memories/derive.ts'
import { RELATIONS, type Candidate, type Resolution } from '../providers/language-model.ts'
import { findNeighbours, type Neighbour } from '../stores/memories/fact-neighbours.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { wordsOfAttributes } from '../text/extraction/relations.ts'
import { lexemesOf } from '../text/tokens.ts'
import { answered } from './answers.ts'
import type { FactDraft } from './draft.ts'
import type { FactContext } from './extract.ts'
import { speaksOf } from './speaks-of.ts'

/** A draft with all that resolving needs of it. */
export interface ReadDraft {
  readonly draft: FactDraft
  /** Null where the embedding model has none for it and will have none: such a draft is found by its words. */
  readonly vec: Float32Array | null
  /** Those of other heads, by `headKey`. */
  readonly heads: HeadVectors
  readonly language: string
  readonly lexemes: ReadonlySet<string>
}

/** What a draft is to facts that were there before it. */
export interface Resolved {
  readonly read: ReadDraft
  readonly relation: Resolution['relation']
  readonly targets: readonly Target[]
  /** Known facts close to it, whatever the relation. */
  readonly near: readonly Target[]
}

export interface Target {
  readonly id: string
  readonly content: string
  readonly occurredAt: Date
  readonly cosine: number
}

export function readDraft(
  draft: FactDraft,
  { vec, heads, language }: Pick<ReadDraft, 'vec' | 'heads' | 'language'>,
): ReadDraft {
  return { draft, vec, heads, language, lexemes: new Set(lexemesOf(draft.content, language)) }
}

/** Facts of one request to the model: with eight candidates each some 3,000 tokens. */
const FACTS_A_REQUEST = 12
/** More candidates tell a model nothing and cost tokens. */
const MAX_CANDIDATES = 8
/** Drafts of one passage are compared with each other from here on: below it two sentences speak of different things. */
const SIBLING_COSINE = 0.5
const SIBLINGS = 3

const resolutionsSchema: z.ZodType<readonly Resolution[]> = z.array(
  z.object({ relation: z.enum(RELATIONS), targets: z.array(z.string()) }),
)

interface Candidates {
  readonly space: Space
  readonly step: string
  readonly afterSeq: number
  readonly lastSeq: number
}

/**
 * Says of each draft what it is to the facts of its user that stand, and to the drafts before it. Only what a draft was compared
 * with can be its target.
 * @param afterSeq compares only with facts added after this number
 * @param lastSeq the number of the newest fact: where none is newer, none is looked for
 */
export async function resolveDrafts(
  context: FactContext,
  drafts: readonly ReadDraft[],
  { space, step, afterSeq, lastSeq }: Candidates,
): Promise<Resolved[]> {
  const asked = drafts.map(({ vec, lexemes, draft, language }) => ({
    vec: vec ?? NO_VECTOR,
    lexemes: [...lexemes, ...lexemesOf(wordsOfAttributes(draft.content), language)],
  }))
  const except = drafts.map(({ draft }) => draft.id)
  const { db, userId } = context
  const found =
    lastSeq > afterSeq ? await findNeighbours(db, { userId, space, asked, except, afterSeq }) : []
  const byDraft = Map.groupBy(found, ({ n }) => n)
  const shown = drafts.map((read, n) => ({
    read,
    near: [...siblingsOf(drafts, n, afterSeq), ...(byDraft.get(n) ?? []).map(targetOf)].slice(
      0,
      MAX_CANDIDATES,
    ),
  }))
  const open = shown.filter(({ near }) => near.length > 0)
  const answers = new Map<string, Resolution>()
  for (let at = 0; at < open.length; at += FACTS_A_REQUEST) {
    const some = open.slice(at, at + FACTS_A_REQUEST)
    const resolutions = await ask(context, `${step}:${at / FACTS_A_REQUEST}`, some)
    for (const [index, { read }] of some.entries()) {
      const resolution = resolutions[index]
      if (resolution) answers.set(read.draft.id, resolution)
    }
  }
  const trusted = context.model.identity.provider === 'builtin'
  return shown.map((one) =>
    resolvedOf(one, { resolution: answers.get(one.read.draft.id), trusted }),
  )
}

const targetOf = ({ id, content, occurredAt, cosine }: Neighbour): Target => ({
  id,
  content,
  occurredAt,
  cosine,
})

/** Drafts before this one that say something close: a transcript may take back what it said. */
function siblingsOf(drafts: readonly ReadDraft[], n: number, afterSeq: number): Target[] {
  const own = drafts[n]
  if (!own || afterSeq > 0) return []
  return drafts
    .slice(0, n)
    .map(({ draft, vec }) => ({
      ...draft,
      cosine: cosineOf(own.vec ?? NO_VECTOR, vec ?? NO_VECTOR),
    }))
    .filter(({ cosine }) => cosine >= SIBLING_COSINE)
    .toSorted((one, other) => other.cosine - one.cosine)
    .slice(0, SIBLINGS)
    .map(({ id, content, occurredAt, cosine }) => ({ id, content, occurredAt, cosine }))
}

const NO_VECTOR = new Float32Array(0)

function cosineOf(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (const [index, value] of one.entries()) sum += value * (other[index] ?? 0)
  return sum
}

interface Open {
  readonly read: ReadDraft
  readonly near: readonly Target[]
}

async function ask(
  context: FactContext,
  step: string,
  some: readonly Open[],
): Promise<readonly Resolution[]> {
  const { db, model, jobId, userId, priority, signal, purses, fence } = context
  const request = {
    facts: some.map(({ read: { draft }, near }) => ({
      content: draft.content,
      occurredAt: draft.occurredAt.toISOString(),
      candidates: near.map(({ id, content, occurredAt }): Candidate => ({
        id,
        content,
        occurredAt: occurredAt.toISOString(),
      })),
    })),
  }
  const answer = await answered(
    db,
    {
      jobId,
      userId,
      step,
      model: model.identity.model,
      input: request,
      schema: resolutionsSchema,
      fence,
    },
    async () =>
      await model.resolve(request, {
        priority,
        signal,
        ...(purses ? { purse: purses.language } : {}),
      }),
  )
  return answer.value
}

function resolvedOf(
  { read, near }: Open,
  { resolution, trusted }: { resolution: Resolution | undefined; trusted: boolean },
): Resolved {
  const named = new Set(resolution?.targets)
  const { relation: meant = 'new' } = resolution ?? {}
  const targets = near.filter(
    (target) => named.has(target.id) && (trusted || isCredible(read, { target, meant })),
  )
  const relation = targets.length === 0 ? 'new' : meant
  return { read, relation, targets: relation === 'new' ? [] : targets, near }
}

/** A duplicate takes nothing away. */
const isCredible = (
  read: ReadDraft,
  { target, meant }: { target: Target; meant: Resolution['relation'] },
) => isPlausible(read, target) && (meant === 'duplicate' || wasSaidOf(read, target))

/** Of the words that a known fact is made of, names left out, so many a new one on the same matter has too. */
const SHARED_WORDS = 1 / 3
/** A sentence that says more than so many times as much is about something else, or about everything. */
const TIMES_AS_MUCH = 3

/**
 * A vendor's model may be talked into anything by what it reads, so what a fact is said to repeat or replace has to speak of the same:
 * "contradicts everything" then reaches nothing. A replacement that is missed leaves one memory too many; a false one hides a true.
 */
function isPlausible({ draft, lexemes, language }: ReadDraft, target: Target): boolean {
  const names = new Set(draft.entities.flatMap(({ value }) => lexemesOf(value, language)))
  const own = [...lexemes].filter((lexeme) => !names.has(lexeme))
  const known = new Set(lexemesOf(target.content, language).filter((lexeme) => !names.has(lexeme)))
  const shared = own.filter((lexeme) => known.has(lexeme)).length
  return (
    shared > 0 &&
    shared >= known.size * SHARED_WORDS &&
    own.length <= Math.max(1, known.size) * TIMES_AS_MUCH
  )
}

/** What is replaced was spoken of. */
function wasSaidOf({ draft, language }: ReadDraft, { content }: Target): boolean {
  const names = new Set(draft.entities.flatMap(({ value }) => lexemesOf(value, language)))
  return speaksOf(draft.said, { content, language, names })
}
