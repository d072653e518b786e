import { findSensitive } from '../sensitive.ts'
import type { Answer, AnswerRequest, FoundMemory } from '../../providers/language-model.ts'
import { detectAmong, detectLanguage } from '../language.ts'
import { leadingSubject } from '../leading-subject.ts'
import { withoutOwnName } from '../own-name.ts'
import { asksForPast } from '../past-questions.ts'
import { isMachine } from '../../domain/roles.ts'
import { asksWhatWasSaid } from '../spoken-to.ts'
import { lexemesOf } from '../tokens.ts'
import { wordsOf } from '../words.ts'
import { holds, wantedBy, type Wanted } from './answer-kinds.ts'
import { namedIn } from './named-in-question.ts'
import { sentencesOf } from './sentences.ts'
import { oneLine } from './summarise.ts'
import { withBaseVerbs } from './verbs.ts'

/**
 * Answers a question with what was found for it, word for word, or says that it is not known. The memories come in recall's order, and
 * the first passage that is believed to answer does: by how relevant its memory is, by whom it speaks of, and by whether it has what
 * is asked for. Words in common help, but are not needed.
 */

const UNKNOWN: Answer = { known: false, answer: '', citations: [] }

/**
 * Relevance from which a passage is believed. Picked on the person sets of this project, where half of the questions that nothing
 * answers are about somebody or something that is spoken of otherwise.
 */
const BELIEVED = {
  /** It has more than half of the question's words, or the kind of thing that is asked for beside one of them; */
  byWords: 0.6,
  /** half of them, or recall thinks another better. */
  byHalf: 0.85,
  /** It has a name out of the question, and no other word: a name draws all that is said of somebody. */
  byName: 0.7,
  /** It has nothing of the question but its meaning. English is what small models know best. */
  byMeaning: 0.33,
  byMeaningElsewhere: 0.9,
} as const
const HALF = 0.5
/** Further down a memory answers by accident. */
const LOOKED_AT = 4

/** What asks, in words that no answer repeats. */
const ASKING =
  /(?<![\p{L}\p{N}])(?:what|which|who|whom|whose|when|where|why|how|kind|sort|type|many|much|tell|know|remember|please|name of|does|did|was|wer|wo|wann|warum|wie|welche[rsmn]?|viele?|qué|quién|dónde|cuándo|cuál|cuánt[oa]s?|qui|où|quand|comment|quel(?:le)?s?|combien)(?![\p{L}\p{N}])/giu

interface Asked {
  readonly language: string
  /** Its words without names and what asks. */
  readonly terms: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  readonly wanted: Wanted
  readonly past: boolean
  readonly words: ReadonlySet<string>
  /** The caller's own id of the user: who is called so is nobody else. */
  readonly userId: string
  /** It asks for what an assistant said: what others said is no answer. */
  readonly ofMachine: boolean
  /** The memory that recall thinks best; it alone may answer without any of the question's words. */
  readonly first: boolean
}

export function answerFrom({ question, memories, userId = '' }: AnswerRequest): Answer {
  // Without relevance they are in no order, and words alone decide.
  const ranked = memories.some(({ relevance }) => relevance !== undefined)
  const looked = ranked ? memories.slice(0, LOOKED_AT) : memories
  const languages = new Set(looked.map(({ content }) => detectLanguage(content)))
  const known = [...languages].filter((language) => language !== 'und')
  const asked = askedBy(question, known.length === 0 ? ['en'] : known, userId)
  if (asked.terms.size + asked.names.size === 0) return UNKNOWN
  for (const [place, memory] of looked.entries()) {
    const said = passageOf(memory, { ...asked, first: ranked && place === 0 })
    if (said === undefined) continue
    const answer = asked.wanted === 'date' ? withDay(said, memory) : said
    return { known: true, answer, citations: [memory.id] }
  }
  return UNKNOWN
}

/** The passage that answers with the most words of the question; a short memory whole. */
function passageOf(memory: FoundMemory, asked: Asked): string | undefined {
  const whole = oneLine(memory.content)
  if (asked.ofMachine) return isMachine(memory.role ?? null) ? advice(whole, memory) : undefined
  const wordless = heldBy(whole, asked).isDisjointFrom(asked.terms)
  const passages = passagesOf(memory).filter(
    (passage) =>
      // Where a memory has words of the question, those of its passages count that have them.
      (wordless || !heldBy(passage.begins, asked).isDisjointFrom(asked.terms)) &&
      answers(passage, memory, asked),
  )
  const [first] = passages
  if (first === undefined || whole.length <= WHOLE_CHARS) return first === undefined ? first : whole
  const worth = passages.map(({ begins }) => heldBy(begins, asked).size)
  return passages[worth.indexOf(Math.max(...worth))]?.text
}

/** Advice is a list more often than a sentence. */
const ADVICE_CHARS = 1_500

const advice = (said: string, { relevance = 1 }: FoundMemory): string | undefined =>
  relevance < BELIEVED.byMeaning
    ? undefined
    : said.length <= ADVICE_CHARS
      ? said
      : `${said.slice(0, ADVICE_CHARS - 1).trimEnd()}…`

function askedBy(query: string, languages: readonly string[], userId: string): Asked {
  const language = detectAmong(query, languages)
  const question = withoutOwnName(query, { userId, language })
  const names = termsOf(namedIn(question, language).join(' '), language)
  const terms = termsOf(question.replaceAll(ASKING, ' '), language).difference(names)
  const words = new Set(wordsOf(question))
  const past = asksForPast(question, language)
  const wanted = wantedBy(question)
  const ofMachine = asksWhatWasSaid(question, language)
  return { language, userId, terms, names, wanted, past, words, ofMachine, first: true }
}

const termsOf = (text: string, language: string): ReadonlySet<string> =>
  new Set(lexemesOf(withBaseVerbs(text), language))

/** Words of the question that a passage has, names among them. */
function heldBy(passage: string, { language, terms, names }: Asked): ReadonlySet<string> {
  const own = detectLanguage(passage, language)
  const said = termsOf(passage, language).union(termsOf(passage, own))
  return terms.union(names).intersection(said)
}

function answers(passage: Passage, { relevance = 1 }: FoundMemory, asked: Asked): boolean {
  const { begins, text } = passage
  const own = detectLanguage(text, asked.language)
  const terms = heldBy(begins, asked)
  // What is said of somebody or somewhere else does not answer.
  if (!asked.names.isSubsetOf(terms) || isOfAnother(text, own, asked)) return false
  const held = terms.intersection(asked.terms).size
  if (isOfAnotherNumber(begins, terms, asked)) return false
  if (asked.past && isOnlyMeant(begins, asked.words)) return false
  // What happened, happened on the day that it is remembered of.
  const dated = asked.wanted === 'date' && asked.past && held === asked.terms.size
  if (!dated && !holds(asked.wanted, text, asked.words)) return false
  const specific = asked.wanted !== 'anything'
  const share = asked.terms.size === 0 ? 0 : held / asked.terms.size
  if (share >= HALF || (held > 0 && specific)) {
    const sure = asked.first && (share > HALF || specific)
    return relevance >= (sure ? BELIEVED.byWords : BELIEVED.byHalf)
  }
  // One word of several is of another matter as often as not.
  if (held > 0) return false
  if (!asked.first) return false
  if (asked.names.size > 0) {
    return (specific || asked.terms.size === 0) && relevance >= BELIEVED.byName
  }
  const known = asked.language === 'en' ? BELIEVED.byMeaning : BELIEVED.byMeaningElsewhere
  return relevance >= known
}

const KINDS_OF_NUMBER = 'number amount nummer betrag número importe numéro montant'
const PHONE =
  /^(?:(?:tele)?phone|mobile|cell\p{L}*|handy\p{L}*|telefon\p{L}*|móvil|teléfono|téléphone|portable)$/iu

/** Digits as phone numbers have them: groups of two to five, nine and more in all. */
const PHONE_DIGITS = /(?<![\p{L}\p{N}])\+?(?:\(?\d{2,5}\)?[ ./-]?){2,5}\d{2,}(?![\p{L}\p{N}])/u

/**
 * Of "passport number" it has but "number": the number of something else. A phone is called by many names, and often by none: "New
 * number: 07700 900387."
 */
function isOfAnotherNumber(passage: string, held: ReadonlySet<string>, asked: Asked): boolean {
  const kinds = termsOf(KINDS_OF_NUMBER, asked.language)
  const things = asked.terms.difference(kinds)
  const shared = held.intersection(asked.terms)
  if (shared.size === 0 || things.size === 0 || !shared.isSubsetOf(kinds)) return false
  const isOfPhones = (words: Iterable<string>) => [...words].some((word) => PHONE.test(word))
  if (!isOfPhones(asked.words)) return true
  const isPhone = PHONE_DIGITS.test(passage) && findSensitive(passage).length === 0
  return !isOfPhones(wordsOf(passage)) && !isPhone
}

/** What somebody wants or plans to do, at the beginning of what they say, in the languages of the rules. */
const MEANT =
  /^(?:\P{L}*)(?:(?:(?:i|we|the user|user:(?: i| we)?)(?: (?:really|still|also))? (?:(?:wants?|plan(?:s|ned)?|hopes?|intends?|wish(?:es)?) to|would like to|(?:am|are|is) (?:going|planning|hoping) to|will(?!\p{L}))|(?:i['’](?:m|d)|we['’](?:re|d)) (?:going|planning|hoping|like) to)|(?:ich|wir) (?:will|wollen|möchten?|plane|planen|habe vor|werde|werden)|(?:yo )?(?:quiero|quisiera|voy a|vamos a|pienso|planeo)|(?:je (?:veux|voudrais|vais|compte|prévois)|j['’](?:aimerais|ai l['’]intention)))(?!\p{L})/iu
const MEANING_WORDS =
  /(?<!\p{L})(?:want(?:ed)?|plan(?:s|ned|ning)?|hop(?:e|ed|ing)|intend(?:ed)?|going|wish(?:ed)?|like|wollte\p{L}*|möchte\p{L}*|vor|geplant|quería\p{L}*|iba\p{L}*|voulais|voulait|allais)(?!\p{L})/iu

/** Who asks what happened is not told what was only meant to, unless they ask for that. */
const isOnlyMeant = (passage: string, words: ReadonlySet<string>) =>
  MEANT.test(passage) && ![...words].some((word) => MEANING_WORDS.test(word))

/** A sentence of it begins with somebody whom the question does not mention. */
function isOfAnother(passage: string, language: string, asked: Asked): boolean {
  const { terms, names, userId } = asked
  return sentencesOf(passage, language).some(({ text }) => {
    const subject = termsOf(withoutOwnName(leadingSubject(text), { userId, language }), language)
    return subject.size > 0 && subject.isDisjointFrom(terms) && subject.isDisjointFrom(names)
  })
}

/** Shorter memories are quoted whole. */
const WHOLE_CHARS = 200
const PASSAGE_CHARS = 280
/** A segmenter ends a sentence at "11. September". */
const ORDINAL = /\p{N}\.$/u

/** A sentence, alone or with the next. */
interface Passage {
  /** It has to speak of what is asked; what is asked for may follow, with a pronoun ("It starts on …"). */
  readonly begins: string
  readonly text: string
}

function passagesOf({ content }: FoundMemory): Passage[] {
  const ends = sentencesOf(content, 'und')
  const sentences = ends.flatMap(({ start }, at) => {
    if (at > 0 && ORDINAL.test(ends[at - 1]?.text ?? '')) return []
    const last = ends.slice(at).find(({ text }) => !ORDINAL.test(text)) ?? ends.at(-1)
    return [{ start, end: last?.end ?? content.length }]
  })
  const piece = (from: number, to: number) =>
    oneLine(content.slice(from, Math.min(to, from + PASSAGE_CHARS)))
  const alone = sentences.map(({ start, end }) => {
    const text = piece(start, end)
    return { begins: text, text }
  })
  const pairs = sentences.flatMap(({ start, end }, at) => {
    const next = sentences[at + 1]
    return next === undefined ? [] : [{ begins: piece(start, end), text: piece(start, next.end) }]
  })
  return [...alone, ...pairs]
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
})

/** A memory that says no day itself has the one it is of. */
function withDay(said: string, { occurredAt }: FoundMemory): string {
  const at = new Date(occurredAt)
  if (/\b\d{4}\b/u.test(said) || Number.isNaN(at.getTime())) return said
  return `${said.replace(/[.!]$/u, '')} (remembered of ${DAY.format(at)}).`
}
