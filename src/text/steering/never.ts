import { detectLanguage } from '../language.ts'
import { findSensitive } from '../sensitive.ts'
import { folded } from '../spelling.ts'
import { lexemesOf } from '../tokens.ts'
import { wordsOf } from '../words.ts'
import { phrasesOf, topicsNamedBy, type Phrase, type Topic } from './topics.ts'

/**
 * Topics that are never to be remembered, looked for by words: those of the topic itself in all their inflections, and for common
 * topics ("health", "salary") the words by which texts speak of them. What a text says in other words is not recognised.
 */

/** @returns the topic, as it was given, that a text touches; undefined when it touches none */
export type TouchedTopic = (text: string, language: string) => string | undefined

interface Part {
  /** In the topic's own spelling: stemmed as the text is. */
  readonly word: string
  readonly topics: ReadonlySet<Topic>
}

interface Rule {
  readonly given: string
  /** What is looked for where the topic has no word: ".*", "{}". */
  readonly literal: string | null
  /** Alternatives ("health or salary"), of each of which all parts have to be touched. */
  readonly alternatives: readonly (readonly Part[])[]
}

export function findTouched(never: readonly string[]): TouchedTopic {
  const rules = never.map(ruleOf)
  if (rules.length === 0) return () => undefined
  return (text, language) => {
    const looked = readText(text, language)
    return rules.find((rule) => isTouched(rule, looked))?.given
  }
}

/** Between topics of one entry. */
const SEPARATORS =
  /[,;/|、，؛،]|(?<![\p{L}\p{N}])(?:and|or|und|oder|y|e|o|u|et|ou|و|أو)(?![\p{L}\p{N}])|[和或]/giu

/** Words of an entry that say no topic: "never store anything about the user's medical details". */
const GENERIC: ReadonlySet<string> = new Set(
  (
    'anything everything something things thing information info details detail data facts fact number numbers no not never don dont do does any all about of on related regarding ' +
    'concerning topic topics subject subjects matter matters issue issues personal private user users user’s their his her my our your the a an store save remember mention mentions keep ' +
    'status history record records condition conditions question questions opinion opinions view views belief situation names name that who what when says said ' +
    'alles etwas nichts angaben daten informationen persönliche persönlich private nie niemals über zu zum zur speichern merken thema themen nutzer nutzers details ' +
    'todo nada datos información detalles sobre nunca guardar recordar personal personales usuario tema temas número números ' +
    'tout rien données informations détails sur jamais garder retenir mémoriser personnel personnelles utilisateur sujet sujets numéro numéros'
  ).split(/\s+/u),
)

function ruleOf(given: string): Rule {
  const alternatives = given
    .split(SEPARATORS)
    .map((one) => partsOf(wordsOf(one)))
    .filter(({ length }) => length > 0)
  return {
    given,
    literal: alternatives.length === 0 ? folded(given).trim() : null,
    alternatives,
  }
}

function partsOf(all: readonly string[]): Part[] {
  const telling = all.filter((word) => !GENERIC.has(word) && !isStopWord(word))
  // "Personal data" says nothing else: then these are the words.
  const words = telling.length > 0 ? telling : all
  const parts: Part[] = []
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', next] = [words[at], words[at + 1]]
    const both = next === undefined ? NO_TOPIC : topicsNamedBy(`${word} ${next}`)
    if (both.size > 0) {
      parts.push({ word: `${word} ${next}`, topics: both })
      at += 1
    } else parts.push({ word, topics: topicsNamedBy(word) })
  }
  return parts
}

const NO_TOPIC: ReadonlySet<Topic> = new Set()

/** In the language that the entry seems to be in. */
const isStopWord = (word: string) =>
  ['en', 'de', 'es', 'fr'].every((language) => lexemesOf(word, language).length === 0) ||
  (word.length < 4 && lexemesOf(word, detectLanguage(word, 'en')).length === 0)

interface Looked {
  readonly text: string
  readonly language: string
  readonly words: ReadonlySet<string>
  readonly lexemes: (language: string) => Lexemes
  /** What was found out of it already: a text may be as long as a book, and topics share their words. */
  readonly topics: Map<Topic, boolean>
}

interface Lexemes {
  readonly all: ReadonlySet<string>
  /** How they begin, as far as beginnings count. */
  readonly beginnings: ReadonlySet<string>
  /** All of them, for what stands within. */
  readonly joined: string
}

function readLexemes(text: string, language: string): Lexemes {
  const all = new Set(lexemesOf(text, language))
  const beginnings = new Set<string>()
  for (const one of all) {
    for (let end = SHORTEST_BEGINNING; end < one.length; end += 1) beginnings.add(one.slice(0, end))
  }
  return { all, beginnings, joined: [...all].join(' ') }
}

function readText(text: string, language: string): Looked {
  const known = new Map<string, Lexemes>()
  return {
    text,
    language,
    words: new Set(wordsOf(text)),
    topics: new Map(),
    lexemes(of) {
      const found = known.get(of) ?? readLexemes(text, of)
      known.set(of, found)
      return found
    },
  }
}

function isTouched({ literal, alternatives }: Rule, looked: Looked): boolean {
  if (literal !== null) return literal !== '' && folded(looked.text).includes(literal)
  return alternatives.some((parts) => parts.every((part) => touches(part, looked)))
}

const touches = (part: Part, looked: Looked): boolean =>
  saysWord(part.word, looked) || [...part.topics].some((topic) => speaksOfTopic(topic, looked))

/** The word itself, under the stemmer of the text's language and that of English, in which topics are often named. */
function saysWord(word: string, looked: Looked): boolean {
  const spelled = wordsOf(word)
  if (spelled.length > 0 && spelled.every((one) => looked.words.has(one))) return true
  return [...new Set([looked.language, 'en'])].some((language) =>
    holds(looked.lexemes(language), lexemesOf(word, language), language),
  )
}

function speaksOfTopic(topic: Topic, looked: Looked): boolean {
  const known = looked.topics.get(topic)
  if (known !== undefined) return known
  const found =
    phrasesOf(topic, looked.language).some(([language, phrase]) =>
      holds(looked.lexemes(language), phrase, language),
    ) || SIGNS[topic]?.(looked.text) === true
  looked.topics.set(topic, found)
  return found
}

/** What some topics are known by besides words. */
const SIGNS: Readonly<Partial<Record<Topic, (text: string) => boolean>>> = {
  secrets: (text) => findSensitive(text).length > 0,
  contact: (text) => CONTACT.test(text),
}
const CONTACT =
  /[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}|(?<![\d.,-])\+?\d(?:[ ()/-]{0,2}\d){7,14}(?![\d])/u

const holds = (lexemes: Lexemes, phrase: Phrase, language: string): boolean =>
  phrase.length > 0 &&
  phrase.every((one) => lexemes.all.has(one) || isWithin(one, lexemes, language))

/** Languages that write compounds as one word. */
const COMPOUNDING: ReadonlySet<string> = new Set(['de', 'nl', 'da', 'sv', 'no', 'fi', 'hu'])
const SHORTEST_PART = 5
/** Shorter stems begin words of other meanings. */
const SHORTEST_BEGINNING = 6

/** "Gehaltserhöhung" speaks of "Gehalt", and "salaried" of "salary". */
function isWithin(lexeme: string, { beginnings, joined }: Lexemes, language: string): boolean {
  if (COMPOUNDING.has(language) && lexeme.length >= SHORTEST_PART) {
    return joined.includes(lexeme)
  }
  return beginnings.has(lexeme)
}
