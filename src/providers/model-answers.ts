import type { EntityMention } from '../domain/entity.ts'
import { normalizeEntity } from '../text/entities.ts'
import { maskSecrets } from '../text/steering/masks.ts'
import type { Evidence, ExtractedFact, ExtractRequest, FactRelation } from './language-model.ts'
import type { RawFact } from './prompts/extract.ts'

/** What is believed of a model's answer: nothing that was not in the request, and nothing without end. */

const MAX_FACT_CHARS = 300
const MAX_NAME_CHARS = 200
const MAX_PREDICATE_CHARS = 64
const MAX_QUOTE_CHARS = 500
/** Of entities, relations and evidence, each: the edges of a trace have the same bound. */
const MAX_A_FACT = 16
/** Several times what talkative turns hold: beyond it a model repeats itself, or follows somebody's order to. */
const MAX_FACTS_A_TURN = 5
const CHARS_A_FACT = 100
/** Facts that cannot be kept are no reason to look through an answer without end. */
const LOOKED_AT = 20
/** Models are sure of everything; what they name is right about nine times in ten. */
const CONFIDENCE = 0.9

/** The facts that stand on a turn of the request, in order, none twice. */
export function checkedFacts(
  given: readonly RawFact[],
  { turns, settings }: ExtractRequest,
): ExtractedFact[] {
  // The turns were shown masked: a secret that a model still knows is masked before its quote is looked for.
  const facts = (settings?.sensitive ?? 'keep') === 'keep' ? given : given.map(maskedFact)
  const said = new Map(turns.map(({ position, content }) => [position, content]))
  const chars = turns.reduce((sum, { content }) => sum + content.length, 0)
  const most = Math.max(turns.length * MAX_FACTS_A_TURN, Math.floor(chars / CHARS_A_FACT))
  const kept = new Map<string, ExtractedFact>()
  for (const fact of facts.slice(0, LOOKED_AT * most)) {
    const content = bounded(fact.content, MAX_FACT_CHARS)
    const evidence = checkedEvidence(fact.evidence, said)
    if (content === '' || isQuestion(content) || evidence.length === 0) continue
    if (!kept.has(content)) kept.set(content, { content, evidence, ...restOf(fact) })
    if (kept.size >= most) break
  }
  return [...kept.values()]
}

const maskedFact = (fact: RawFact): RawFact => ({
  ...fact,
  content: maskSecrets(fact.content),
  evidence: fact.evidence.map((one) => ({ ...one, quote: maskSecrets(one.quote) })),
})

function restOf(fact: RawFact): Omit<ExtractedFact, 'content' | 'evidence'> {
  return {
    occurredAt: instantOf(fact.occurred_at),
    entities: checkedEntities(fact.entities),
    relations: checkedRelations(fact.relations),
    salience: Math.min(1, Math.max(0, fact.salience)),
    ...(fact.category === undefined ? {} : { category: fact.category }),
  }
}

function checkedEvidence(
  evidence: RawFact['evidence'],
  said: ReadonlyMap<number, string>,
): Evidence[] {
  const kept = new Map<number, Evidence>()
  for (const { position, quote } of evidence.slice(0, MAX_A_FACT)) {
    const found = placeOf(position, quote, said)
    if (found === undefined) continue
    if ((kept.get(found.position)?.quote ?? '') === '') kept.set(found.position, found)
  }
  return [...kept.values()]
}

/** The turn that a quote is from: the one that is named, unless the words stand in another, since models count from one as well. */
function placeOf(
  position: number | null,
  quote: string,
  said: ReadonlyMap<number, string>,
): Evidence | undefined {
  const own = position === null ? undefined : said.get(position)
  const words = own === undefined ? '' : partOf(own, quote)
  if (position !== null && words !== '') return { position, quote: words }
  for (const [at, content] of said) {
    const found = partOf(content, quote)
    if (found !== '') return { position: at, quote: found }
  }
  return own === undefined || position === null ? undefined : { position, quote: '' }
}

/** What a pattern does not take literally. */
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g

/** The part of a text that a quote stands for, as it stands there: spaces and case may differ, nothing else. Empty when there is none. */
export function partOf(content: string, quote: string): string {
  const words = quote.slice(0, MAX_QUOTE_CHARS).trim().split(/\s+/u)
  if (words[0] === '') return ''
  const pattern = new RegExp(words.map((word) => word.replaceAll(SYNTAX, '\\$&')).join('\\s+'), 'i')
  return pattern.exec(content)?.[0] ?? ''
}

function checkedEntities(entities: RawFact['entities']): EntityMention[] {
  const kept = new Map<string, EntityMention>()
  for (const { type, value: written } of entities) {
    const value = bounded(written, MAX_NAME_CHARS)
    const normalized = normalizeEntity(type, value)
    if (normalized === '' || kept.size >= MAX_A_FACT) continue
    kept.set(`${type} ${normalized}`, {
      type,
      value,
      normalized,
      confidence: CONFIDENCE,
      source: 'model',
    })
  }
  return [...kept.values()]
}

function checkedRelations(relations: readonly FactRelation[]): FactRelation[] {
  return relations
    .map(({ subject, predicate, object }) => ({
      subject: bounded(subject, MAX_NAME_CHARS),
      predicate: snakeCase(predicate),
      object: bounded(object, MAX_NAME_CHARS),
    }))
    .filter(({ subject, predicate, object }) => subject !== '' && predicate !== '' && object !== '')
    .slice(0, MAX_A_FACT)
}

function snakeCase(predicate: string): string {
  return predicate
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .slice(0, MAX_PREDICATE_CHARS)
    .replaceAll(/^_+|_+$/g, '')
}

const ISO = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/

function instantOf(written: string | null): string | null {
  if (written === null || !ISO.test(written)) return null
  // A time without a zone is taken for UTC, as a date is.
  const zoned = written.includes('T') && !/(Z|[+-]\d{2}:?\d{2})$/.test(written)
  const at = new Date(zoned ? `${written}Z` : written)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

function isQuestion(content: string): boolean {
  return /[?？؟]["'”’)\]]*$/u.test(content)
}

/** One line without control signs, cut at a word where it is too long. */
export function bounded(text: string, maxChars: number): string {
  const line = clean(text).replaceAll(/\s+/gu, ' ').trim()
  return cutAt(line, maxChars, /\s\S*$/u)
}

/** Paragraphs stay; cut at a sentence, or else a word, where it is too long. */
export function boundedText(text: string, maxChars: number): string {
  const whole = clean(text).trim()
  if (whole.length <= maxChars) return whole
  const sentences = cutAt(whole, maxChars, /(?<=[.!?。！？؟]["'”’)\]]*)[^.!?。！？؟]*$/u)
  return sentences.length > maxChars / 2 ? sentences.trim() : bounded(whole, maxChars)
}

function cutAt(text: string, maxChars: number, tail: RegExp): string {
  if (text.length <= maxChars) return text
  const head = text.slice(0, maxChars).toWellFormed()
  const cut = /\s/u.test(text[maxChars] ?? '') ? head : head.replace(tail, '')
  return (cut === '' ? head : cut).trimEnd()
}

/** Postgres takes no NUL, and nobody wants to read the other control signs. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll(/(?![\t\n])\p{Cc}/gu, ' ')
}
