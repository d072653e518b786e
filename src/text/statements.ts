import { courtesiesOf } from './courtesies.ts'
import { sentencesOf, type Sentence } from './extraction/sentences.ts'
import { detectLanguage } from './language.ts'
import { manners, type Manners } from './manners.ts'
import { OTHERS_SIGN, onlyOwnWords } from './own-words.ts'
import { lexemesOf } from './tokens.ts'

/** A part of a message that states something. */
export interface Statement {
  /** As it is written in the message between `start` and `end`. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Speaks of the one who wrote it. */
  readonly own: boolean
  /** Begins with a pronoun: of use only together with the statement before it. */
  readonly dependent: boolean
  /** Its subject is not said and can be anybody. */
  readonly subjectless: boolean
  /** A few words without a sentence: an answer, an item of a list, or an addition to the statement before. */
  readonly short: boolean
  /** Nothing but blanks is between it and the statement before. */
  readonly adjacent: boolean
  /** It was asked to be remembered. */
  readonly asked: boolean
  readonly language: string
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Nobody says more in one message; what is longer is pasted. They bound the time that a message can take. */
export const MESSAGE_CHARS = 12_000
const SENTENCES_READ = 400
/** A quotation of more signs is the point of its sentence, and the user's words are only the frame. */
const QUOTED_SIGNS = 32
/** Fewer content words are no sentence that stands for itself, unless it speaks of oneself. */
const CONTENT_WORDS = 3

/**
 * What the writer of a message states in words of their own: no questions, requests, suppositions or courtesies, nothing that is
 * quoted, pasted, played or handed over to be worked on, and none of Memoir's own memories.
 * @param language ISO 639-1 of the conversation: for a message too short to tell
 */
export function ownStatements(
  text: string,
  { language = 'und' }: { readonly language?: string } = {},
): Statement[] {
  const own = onlyOwnWords(text.slice(0, MESSAGE_CHARS))
  const written = languageOf(own, language)
  const found: Statement[] = []
  let before = 0
  const sentences = sentencesOf(own, written).slice(0, SENTENCES_READ).flatMap(unsegmented)
  for (const sentence of sentences) {
    const spoken = languageOf(sentence.text, written)
    const opened = withoutOpening(own, sentence, spoken)
    for (const part of statedParts(own, opened, manners(spoken))) {
      const described = statementOf(own, part, spoken)
      // A mark behind a quotation is not the user's, and still asks.
      if (described === undefined || ASKS.test(text.slice(part.start, part.end))) continue
      const statement = { ...described, asked: opened.asked }
      const { start, end } = statement
      const adjacent = found.length > 0 && /^[\s,;:.!–—*•-]*$/u.test(own.slice(before, start))
      found.push({ ...statement, text: text.slice(start, end), adjacent })
      before = politeLength(sentence.text, manners(spoken)) > 0 ? sentence.end : end
    }
  }
  return found
}

/** Segmenters end no sentence before a small letter, and whole chats are written in those. After a number or a short word the stop is none. */
const SMALL_LETTERS =
  /(?<=(?:[\p{L}'’]{5}|\p{L}[)"”]|[^\s.!?]))(?<!\p{N})(?:[!?…]+|\.{2,}|(?<=\p{L}{5})\.)\s+(?=\p{Ll})/gu

function unsegmented({ text, start }: Sentence): Sentence[] {
  const parts: Sentence[] = []
  let from = 0
  for (const { 0: stop, index } of text.matchAll(SMALL_LETTERS)) {
    const to = index + stop.trimEnd().length
    parts.push({ text: text.slice(from, to), start: start + from, end: start + to })
    from = index + stop.length
  }
  parts.push({ text: text.slice(from), start: start + from, end: start + text.length })
  return parts
}

/** A sentence of a message can be in another language than the rest, and does not tell where it is short. */
const languageOf = (text: string, around: string) =>
  detectLanguage(text.replaceAll(OTHERS_SIGN, ' '), around)

const CLAUSE_ENDS = /\s*[,;，；、،؛]\s*|\s+[-–—]+\s+|\s*[–—]\s*/gu

/** A sentence, or what it states before it asks something, begs for it or begins to wonder. */
function statedParts(own: string, { start, end }: Span, how: Manners): Span[] {
  const text = own.slice(start, end)
  if (how.condition?.test(text.replace(how.politeIf ?? NEVER, '')) === true) return []
  const whole = text.length - politeLength(text, how)
  const asks = ASKS.test(text)
  let begin = 0
  let stated = 0
  for (const { from, to } of clauses(text.slice(0, whole))) {
    const clause = text.slice(from, to)
    const asking = asks && (to === whole || how.question?.test(clause) === true)
    if (asking || how.request?.test(clause) === true || how.supposed?.test(clause) === true) break
    // "I need help, my son is ill": what is said out of courtesy ends with its clause.
    if (stated === 0 && how.courtesy?.test(clause) === true) continue
    if (stated === 0) begin = from
    stated = to
  }
  return mainClauses(text.slice(begin, stated), how).map(({ from, to }) => ({
    start: start + begin + from,
    end: start + begin + to,
  }))
}

/** "My husband" is none yet. */
const WHOLE = /\S\s+\S+\s+\S|[^\p{ASCII}]{4}/u

/** "My name is Ann, I live in Graz and I like tea": each can be replaced alone. Only where the first is a whole of its own. */
function mainClauses(text: string, { own, mainClause, hanging }: Manners): Piece[] {
  if (text === '') return []
  const parts: Piece[] = []
  let from = 0
  for (const { 0: seam, index } of mainClause === undefined ? [] : text.matchAll(mainClause)) {
    const before = text.slice(from, index)
    if (hanging?.test(before) === true) break
    if (own?.exec(before)?.index !== 0 || !WHOLE.test(before)) continue
    parts.push({ from, to: index })
    from = index + seam.length
  }
  return [...parts, { from, to: text.length }]
}

const NEVER = /(?!)/u
const ASKS = /[?？؟]["'”’»)\]\s]*$|^\s*¿/u

const isAsking = (text: string, { question, request }: Manners) =>
  ASKS.test(text) || question?.test(text) === true || request?.test(text) === true

/** "… if you need that" depends on nothing. */
function politeLength(text: string, { politeIf }: Manners): number {
  const found = politeIf?.exec(text)
  return found === null || found === undefined ? 0 : text.length - found.index
}

interface Piece {
  readonly from: number
  readonly to: number
}

function* clauses(text: string): Generator<Piece> {
  let from = 0
  for (const { 0: seam, index } of text.matchAll(CLAUSE_ENDS)) {
    if (index > from) yield { from, to: index }
    from = index + seam.length
  }
  if (from < text.length) yield { from, to: text.length }
}

function statementOf(
  own: string,
  { start, end }: Span,
  language: string,
): Omit<Statement, 'adjacent' | 'asked'> | undefined {
  // What is quoted goes on in the next line.
  const rest = own.slice(end).trimStart()
  if (own[end - 1] === OTHERS_SIGN && rest.startsWith(OTHERS_SIGN)) return undefined
  const how = manners(language)
  const text = own.slice(start, end)
  const content = contentOf(text, language)
  if (isAsking(text, how) || how.courtesy?.test(text) === true) return undefined
  if (text.split(OTHERS_SIGN).length > QUOTED_SIGNS || /[:：]\s*$/u.test(text)) return undefined
  const isOwn = how.own?.test(text) === true
  const subjectless = !isOwn && how.bareVerb?.test(text) === true
  if (content === 0) return undefined
  return {
    text,
    start,
    end,
    own: isOwn,
    dependent: subjectless || how.dependent?.test(text) === true,
    subjectless,
    short: !isOwn && content < CONTENT_WORDS,
    language,
  }
}

/** How many of its words are neither everywhere in a language nor said out of courtesy. */
function contentOf(text: string, language: string): number {
  const courtesies = courtesiesOf(language)
  return lexemesOf(text.replaceAll(OTHERS_SIGN, ' '), language).filter(
    (lexeme) => !courtesies.has(lexeme),
  ).length
}

const MAX_OPENINGS = 5

/** Without what only opens it: "Well, thanks! By the way, …", "Remember that …". */
function withoutOpening(
  own: string,
  { start, end }: Span,
  language: string,
): Span & { readonly asked: boolean } {
  const { opening, remember } = manners(language)
  let from = start + restOfBlock(own, start)
  let asked = false
  for (let round = 0; round < MAX_OPENINGS; round += 1) {
    const rest = own.slice(from, end)
    const wish = remember?.exec(rest)?.[0].length ?? 0
    const more =
      wish > 0 ? wish : (opening?.exec(rest)?.[0].length ?? courtesyLength(rest, language))
    if (more === 0 || more >= rest.length) break
    asked ||= wish > 0
    from += more
  }
  return { start: from, end, asked }
}

/** The end of what others said in the lines before. */
function restOfBlock(own: string, start: number): number {
  if (!own.slice(0, start).trimEnd().endsWith(OTHERS_SIGN)) return 0
  return BLOCK_END.exec(own.slice(start))?.[0].length ?? 0
}

const BLOCK_END = new RegExp(`^${OTHERS_SIGN}+\\s*`, 'u')

/** "Hello Tom, …": words of courtesy alone, up to a mark. */
function courtesyLength(text: string, language: string): number {
  const found = /^([^,!.:–—]{1,30})[,!.:–—]+\s+/u.exec(text)
  const words = found?.[1] ?? ''
  if (found === null || lexemesOf(words, language).length === 0) return 0
  return contentOf(words, language) === 0 ? found[0].length : 0
}
