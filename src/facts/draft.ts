import { v5 as uuidv5 } from 'uuid'
import { z } from 'zod'
import type { EntityMention } from '../domain/entity.ts'
import type { Turn } from '../domain/transcript.ts'
import type { OwnTurn } from '../text/extraction/own-turns.ts'
import { quotedIn, saidFor } from './evidence.ts'
import { speakerOf } from './whose.ts'
import type { ExtractedFact, FactRelation } from '../providers/language-model.ts'

/** What a fact rests on. */
export interface DraftSource {
  readonly position: number
  readonly quote: string
}

/** A fact on its way into the record: it has its id already, so that whatever says the same is the same. */
export interface FactDraft {
  readonly id: string
  readonly content: string
  readonly occurredAt: Date
  readonly salience: number
  readonly sources: readonly DraftSource[]
  /** Another speaker whose statement it is; null for the user's, or where nobody says who the user is. */
  readonly speaker: string | null
  /** The clauses it is quoted from, and a question that they answer: what was said, and not what a model made of it. */
  readonly said: string
  readonly entities: readonly EntityMention[]
  readonly relations: readonly FactRelation[]
  /** Undefined where no settings say what there is. */
  readonly category?: string | null | undefined
  readonly model: string
  readonly promptVersion: string
}

/** Fixed for ever, as other derived ids are. */
const FACT_SPACE = '3c1f0c58-0f0e-4f0b-8f55-6b5a3d0c8d21'

/** What two ways to write one fact have in common: letters, case, space and the final stop do not make another. */
export function normalizeFact(content: string): string {
  return content
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/[\s.!。！]+$/u, '')
    .trim()
}

export function factId(userId: string, content: string): string {
  return uuidv5(JSON.stringify([userId, 'fact', normalizeFact(content)]), FACT_SPACE)
}

const entitySchema = z.object({
  type: z.string(),
  value: z.string(),
  normalized: z.string(),
  confidence: z.number(),
  source: z.enum(['given', 'rules', 'model']),
})

/** Facts as they are stored with an answer. */
export const extractedSchema: z.ZodType<readonly ExtractedFact[]> = z.array(
  z.object({
    content: z.string(),
    evidence: z.array(z.object({ position: z.number(), quote: z.string() })),
    occurredAt: z.string().nullable(),
    entities: z.array(entitySchema),
    relations: z.array(
      z.object({ subject: z.string(), predicate: z.string(), object: z.string() }),
    ),
    salience: z.number(),
    category: z.string().nullable().optional(),
  }),
)

export interface DraftContext {
  readonly userId: string
  readonly turns: readonly OwnTurn[]
  /** Turns before these. */
  readonly before?: readonly Turn[]
  readonly referenceTime: Date
  readonly model: string
  readonly promptVersion: string
}

/** Makes drafts of what was extracted and quotes what was said; the same fact twice is one with the sources of both. */
export function draftsOf(facts: readonly ExtractedFact[], context: DraftContext): FactDraft[] {
  const drafts = facts
    .filter(({ content }) => normalizeFact(content) !== '')
    .map((fact) => ({ ...fact, evidence: quotedIn(fact.evidence, context.turns) }))
    .filter(({ evidence }) => evidence.length > 0)
    .flatMap((fact) => {
      const speaker = speakerOf(fact, context.turns)
      return speaker === undefined ? [] : [draftOf(fact, speaker, context)]
    })
  return mergeDrafts(drafts)
}

function draftOf(fact: ExtractedFact, speaker: string | null, context: DraftContext): FactDraft {
  const { userId, turns, referenceTime, model, promptVersion } = context
  const [first] = fact.evidence
  const said = turns.find(({ position }) => position === first?.position)?.at
  return {
    id: factId(userId, fact.content),
    content: fact.content.trim(),
    occurredAt: timeOf(fact.occurredAt) ?? timeOf(said) ?? referenceTime,
    salience: Math.min(1, Math.max(0, fact.salience)),
    sources: fact.evidence,
    speaker,
    said: saidFor(fact.evidence, context),
    entities: fact.entities,
    relations: fact.relations,
    category: fact.category,
    model,
    promptVersion,
  }
}

/** What Postgres and JSON can hold; a model may name any year. */
function timeOf(text: string | null | undefined): Date | null {
  if (text === null || text === undefined) return null
  const time = new Date(text)
  const year = time.getUTCFullYear()
  return Number.isNaN(time.getTime()) || year < 1 || year > 9999 ? null : time
}

/** One draft an id, in order of the first. */
export function mergeDrafts(drafts: readonly FactDraft[]): FactDraft[] {
  const merged = new Map<string, FactDraft>()
  for (const draft of drafts) {
    const known = merged.get(draft.id)
    merged.set(draft.id, known ? { ...known, ...bothOf(known, draft) } : draft)
  }
  return [...merged.values()]
}

const bothOf = (one: FactDraft, other: FactDraft) => ({
  sources: [...one.sources, ...other.sources],
  speaker: one.speaker === other.speaker ? one.speaker : null,
  said: `${one.said}\n${other.said}`,
})
