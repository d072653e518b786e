import type { Hit, RecallRequest } from '../domain/recall.ts'
import type { Database } from '../stores/database.ts'
import {
  findLikenesses,
  pairKey,
  type Likenesses,
  type LikenessQuery,
} from '../stores/recall/likenesses.ts'
import { isSaidOfOthers, leadingSubject, possessionsIn } from '../text/leading-subject.ts'
import { withoutOwnName } from '../text/own-name.ts'
import { asksForPast } from '../text/past-questions.ts'
import { detectAmong } from '../text/language.ts'
import { roleOf } from '../domain/roles.ts'
import { attributesOf, isSingleValued } from '../text/extraction/relations.ts'
import { lexemesOf, queryLexemes } from '../text/tokens.ts'
import { wordsOf } from '../text/words.ts'
import type { ReadHit } from './last-read.ts'
import { languagesOf } from './model-languages.ts'
import type { Found } from './search.ts'
import { traitsOf, type Calibration } from './space-traits.ts'
import { left } from './stages.ts'

/**
 * What holds now: of two statements that answer a question about equally well and speak of the same, the newer is shown first. It only
 * orders; both stay. Where both plainly state what one person has one of at a time, such as where they live, the newer does. Else no
 * word decides that something has ended: what counts is which words of the question each statement has, how near both are to it, and
 * how near to each other.
 */

/** So many hits are looked at: what holds now is hardly further down, and each costs a row of the last read. */
const LOOKED_AT = 12

export const hitsToOrder = (request: RecallRequest): number => Math.max(request.k, LOOKED_AT)

/**
 * Differences of nearness, in parts of what lies between nothing in common and the same in this space. Picked on the person sets of this
 * project and on pairs of statements in six languages that do not contradict each other.
 */
const MARGINS = {
  /** The newer may be so much farther when it has all words of the question that the older has, */
  sameWords: -0.3,
  /** hardly any when it lacks one, or neither has any and both share others, */
  otherWords: -0.14,
  /** and has to be nearer when they share none. */
  noWords: 0.05,
} as const
/** Statements of the same matter are at least so near to each other. */
const ALIKE = 0.12

interface Statement {
  readonly hit: Hit
  readonly seq: number
  readonly lexemes: ReadonlySet<string>
  /** Words of the question that it has, by their places among them. */
  readonly asked: ReadonlySet<number>
  readonly subject: ReadonlySet<string>
  /** Two numbers of phones are of one matter, whatever they are called. */
  readonly phone: boolean
  /** "He is allergic": what it has of the question is said of somebody else. */
  readonly ofOthers: boolean
  /** Words for what the speaker calls theirs, as they are written. */
  readonly own: ReadonlySet<string>
  /** Where somebody lives or works, their name and age: the value by person and kind. */
  readonly single: ReadonlyMap<string, string>
}

interface Question {
  readonly lexemes: ReadonlySet<string>
  /** Of each of its words, in the languages of the memories. */
  readonly words: readonly ReadonlySet<string>[]
  /** What it calls the user's own, each word as it is written with its lexemes: "my cat" is not the neighbour's. */
  readonly own: ReadonlyMap<string, readonly string[]>
  readonly calibration: Calibration
  /** Null where there are no vectors, or they say no more than words. */
  readonly likenesses: Likenesses | null
}

/**
 * Whether the stage takes part, and how near the best hits are to the question and to each other.
 * Asked beside the last read, since neither needs the other.
 * @param seqs the best candidates, in order
 */
export async function findLikeness(
  db: Database,
  seqs: readonly number[],
  { found, request }: Asking,
): Promise<Likenesses | null> {
  const meaning = meaningOf(found)
  if (meaning === null || isDisabled(found, request) || seqs.length < 2) return null
  const looked = seqs.slice(0, LOOKED_AT)
  return await findLikenesses(db, { userId: found.user.id, seqs: looked, vector: meaning })
}

interface Asking {
  readonly found: Found
  readonly request: RecallRequest
}

/** @param read the best, in order */
export function currentFirst(
  read: readonly ReadHit[],
  { found, request, likenesses }: Asking & { readonly likenesses: Likenesses | null },
): readonly Hit[] {
  const hits = read.map(({ hit }) => hit)
  if (isDisabled(found, request) || hits.length < 2) return hits
  const { languages } = found.user
  const lexemes = new Set(found.lexemes)
  const question: Question = {
    lexemes,
    words: [...new Set(wordsOf(request.query))]
      .map((word) => new Set(queryLexemes(word, languages, found.language)).intersection(lexemes))
      .filter(({ size }) => size > 0),
    own: new Map(
      ownWords(request.query).map((word) => [word, queryLexemes(word, languages, found.language)]),
    ),
    calibration: traitsOf(found.asked.vector?.space).calibration,
    likenesses,
  }
  const { userId } = request
  const statements = read
    .slice(0, LOOKED_AT)
    .map((one) => statementOf(one, { question, languages, userId }))
  return [...ordered(statements, question), ...hits.slice(LOOKED_AT)]
}

/** The question's vector, where it says more than words: not that of the built-in embedder, nor in a language that the model does not know. */
function meaningOf({ asked: { vector }, language }: Found): LikenessQuery['vector'] | null {
  if (vector === null || vector.space.provider === 'builtin') return null
  return languagesOf(vector.space)?.has(language) === false ? null : vector
}

/** A question about a time is not about now. */
function isDisabled({ window, language }: Found, request: RecallRequest): boolean {
  const { asOf, from, to, query } = request
  const timed = asOf !== undefined || from !== undefined || to !== undefined || window !== null
  return timed || left(request, 'current') || asksForPast(query, language)
}

const PHONE = /(?<![\p{L}\p{N}])(?:\+|0)\p{N}[\p{N} ()/-]{6,18}\p{N}(?![\p{L}\p{N}])/u

interface Known {
  readonly question: Question
  readonly languages: readonly string[]
  readonly userId: string
}

function statementOf(
  { hit, seq, language: written }: ReadHit,
  { question, languages, userId }: Known,
): Statement {
  const language = written ?? detectAmong(hit.content, languages)
  const lexemes = new Set(lexemesOf(hit.content, language))
  const people = hit.entities.flatMap((entity) => personOf(entity))
  const subject = leadingSubject(hit.content, people)
  return {
    hit,
    seq,
    lexemes,
    asked: new Set(
      question.words.flatMap((word, place) => (word.isDisjointFrom(lexemes) ? [] : [place])),
    ),
    subject: new Set(isOfUser(subject, { userId, language }) ? [] : lexemesOf(subject, language)),
    phone: PHONE.test(hit.content),
    ofOthers: isSaidOfOthers(wordsOf(hit.content), (word) =>
      lexemesOf(word, language).some((lexeme) => question.lexemes.has(lexeme)),
    ),
    own: new Set(ownWords(hit.content)),
    single: singleIn(hit.content, { userId, language }),
  }
}

/** What the user states themselves, as notes and messages do, is read as a fact of theirs. */
function singleIn(
  content: string,
  of: { readonly userId: string; readonly language: string },
): Map<string, string> {
  const stated = [...attributesOf(content), ...attributesOf(`User: ${content}`)]
  return new Map(
    stated
      .filter(({ predicate }) => isSingleValued(predicate))
      .map(({ subject, predicate, object }) => {
        const isUser = /^(?:I|The user)$/u.test(subject) || isOfUser(subject, of)
        return [JSON.stringify([isUser ? '' : subject, predicate]), object.toLowerCase()]
      }),
  )
}

const isOfUser = (subject: string, of: { userId: string; language: string }) =>
  withoutOwnName(subject, of) !== subject

const personOf = (entity: unknown): string[] =>
  typeof entity === 'object' &&
  entity !== null &&
  'type' in entity &&
  entity.type === 'person' &&
  'value' in entity &&
  typeof entity.value === 'string'
    ? [entity.value]
    : []

/**
 * Each statement is preceded by the newest of those after it that take its place. As it answers as well, it is worth as much: scores go
 * on falling down the list, and what cuts by relevance does not leave the older one alone.
 */
function ordered(statements: readonly Statement[], question: Question): Hit[] {
  const rest = [...statements]
  const order: Hit[] = []
  while (rest.length > 0) {
    const [older] = rest
    if (older === undefined) break
    const newest = rest
      .filter((newer) => newer !== older && takesPlaceOf(newer, older, question))
      .reduce<Statement>((best, one) => (isNewer(one, best) ? one : best), older)
    order.push(newest === older ? older.hit : raised(newest.hit, older.hit))
    rest.splice(rest.indexOf(newest), 1)
  }
  return order
}

const raised = (newer: Hit, older: Hit): Hit => ({
  ...newer,
  score: Math.max(newer.score, older.score),
  scores: {
    ...newer.scores,
    relevance: Math.max(newer.scores.relevance, older.scores.relevance),
  },
})

const isNewer = ({ hit: { occurred_at: one } }: Statement, { hit }: Statement) =>
  Date.parse(one) > Date.parse(hit.occurred_at)

function takesPlaceOf(newer: Statement, older: Statement, question: Question): boolean {
  if (!isNewer(newer, older) || !areComparable(newer.hit, older.hit)) return false
  if (!haveSameSubject(newer, older, question)) return false
  if (lacksOwner(newer, older, question)) return false
  if (replaces(newer, older)) return true
  if (question.likenesses === null && newer.phone && older.phone) return true
  return question.likenesses === null
    ? byWords(newer, older, question)
    : byMeaning(newer, older, { question, likenesses: question.likenesses })
}

/** Summaries repeat what others say, under a later date; what an assistant said holds for nobody. */
function areComparable(one: Hit, other: Hit): boolean {
  const statements = [one, other].every(
    ({ kind, role }) =>
      kind !== 'summary' && kind !== 'episode' && roleOf(role ?? 'user') === 'user',
  )
  return statements && one.metadata['name'] === other.metadata['name']
}

function haveSameSubject(newer: Statement, older: Statement, { lexemes }: Question): boolean {
  const shared = (one: Statement, other: Statement) =>
    one.subject.size === 0 ||
    !one.subject.isDisjointFrom(lexemes) ||
    !one.subject.isDisjointFrom(other.lexemes)
  return newer.ofOthers === older.ofOthers && shared(newer, older) && shared(older, newer)
}

const ownWords = (text: string): string[] => possessionsIn(text).flatMap((thing) => wordsOf(thing))

const replaces = (newer: Statement, older: Statement) =>
  [...older.single].some(([of, value]) => {
    const now = newer.single.get(of)
    return now !== undefined && now !== value
  })

/** "My cat" is asked for, and the newer speaks of somebody else's; "mi prima" has the stem of "mi primo". */
function lacksOwner(newer: Statement, older: Statement, { own }: Question): boolean {
  return [...own].some(
    ([word, lexemes]) =>
      older.own.has(word) &&
      !newer.own.has(word) &&
      lexemes.some((lexeme) => newer.lexemes.has(lexeme)),
  )
}

/** Without a measure of meaning both have to have the same words of the question, and all of them or another word in common. */
function byWords(newer: Statement, older: Statement, { words, lexemes }: Question): boolean {
  if (older.asked.size === 0 || !older.asked.isSubsetOf(newer.asked)) return false
  return older.asked.size === words.length || haveMoreInCommon(newer, older, lexemes)
}

/** Words that neither has from the question. */
const haveMoreInCommon = (newer: Statement, older: Statement, asked: ReadonlySet<string>) =>
  !newer.lexemes.intersection(older.lexemes).isSubsetOf(asked)

function byMeaning(
  newer: Statement,
  older: Statement,
  { question, likenesses }: { question: Question; likenesses: Likenesses },
): boolean {
  const { floor, ceiling } = question.calibration
  const nearness = likenesses.asked.get(newer.seq)
  const before = likenesses.asked.get(older.seq)
  const likeness = likenesses.pairs.get(pairKey(newer.seq, older.seq))
  if (nearness === undefined || before === undefined || likeness === undefined) return false
  if (likeness < floor + ALIKE * (ceiling - floor)) return false
  const nearer = (nearness - before) / (ceiling - floor)
  const sameWords = newer.asked.size > 0 && older.asked.isSubsetOf(newer.asked)
  if (sameWords || (newer.phone && older.phone)) return nearer >= MARGINS.sameWords
  // Without the words only what is nearest of all is believed to answer.
  const others = [...likenesses.asked].filter(([seq]) => seq !== older.seq)
  if (others.some(([, cosine]) => cosine > nearness)) return false
  const shared = haveMoreInCommon(newer, older, question.lexemes)
  return nearer >= (shared ? MARGINS.otherWords : MARGINS.noWords)
}
