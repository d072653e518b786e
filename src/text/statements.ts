import { courtesiesOf } from './courtesies.ts'
import { sentencesOf } from './extraction/sentences.ts'
import { detectLanguage } from './language.ts'
import { manners, type Manners } from './manners.ts'
import { OTHERS_SIGN, onlyOwnWords } from './own-words.ts'
import { lexemesOf } from './tokens.ts'

/** A part of a message that states something. */
export interface Statement {
  /** As it stands in the message between `start` and `end`. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** It speaks of the one who wrote it; else of the world. */
  readonly own: boolean
  /** Begins with a pronoun: of use only together with the statement before it. */
  readonly dependent: boolean
  /** It was asked to be remembered. */
  readonly asked: boolean
  readonly language: string
}

/** Nobody says more in one message; what is longer is pasted. It bounds the time a message can take. */
const SENTENCES_READ = 400
/** A quotation of more signs is the point of its sentence, and the user's words are only the frame. */
const QUOTED_SIGNS = 32
/** Fewer signs say nothing, in any script. */
const FEWEST_SIGNS = 4

/**
 * What the writer of a message states in words of their own: no questions, requests, suppositions or courtesies, nothing that is
 * quoted, pasted, played or handed over to be worked on, and none of Memoir's own memories.
 * @param language ISO 639-1 of the conversation: for a message too short to tell
 */
export function ownStatements(
  text: string,
  { language = 'und' }: { readonly language?: string } = {},
): Statement[] {
  const own = onlyOwnWords(text)
  const written = languageOf(own, language)
  return sentencesOf(own, written)
    .slice(0, SENTENCES_READ)
    .map((sentence) => statementOf(own, sentence, languageOf(sentence.text, written)))
    .filter((statement) => statement !== undefined)
    .map((statement) => ({ ...statement, text: text.slice(statement.start, statement.end) }))
}

/** A sentence of a message can be in another language than the rest, and does not tell where it is short. */
const languageOf = (text: string, around: string) =>
  detectLanguage(text.replaceAll(OTHERS_SIGN, ' '), around)

function statementOf(
  own: string,
  { start, end }: Pick<Statement, 'start' | 'end'>,
  language: string,
): Statement | undefined {
  // What is quoted goes on in the next line.
  if (own[end - 1] === OTHERS_SIGN && own.slice(end).trimStart().startsWith(OTHERS_SIGN))
    return undefined
  const how = manners(language)
  const whole = own.slice(start, end)
  const skipped = openingLength(whole, how, language)
  const text = whole.slice(skipped)
  if (!isStatement(text, how, language)) return undefined
  const isOwn = how.own?.test(text) === true
  const dependent = how.dependent?.test(text) === true
  if (!isOwn && !dependent && !isOfTheWorld(text, how)) return undefined
  const asked = how.remember?.test(whole) === true
  return { text, start: start + skipped, end, own: isOwn, dependent, asked, language }
}

function isStatement(text: string, how: Manners, language: string): boolean {
  const signs = text.split(OTHERS_SIGN).length - 1
  const plain = text.replaceAll(OTHERS_SIGN, '').trim()
  if (plain.length < FEWEST_SIGNS || signs > QUOTED_SIGNS) return false
  if (/[?？؟]["'”’»)\]\s]*$|^\s*¿|[:：]\s*$/u.test(text)) return false
  if (how.question?.test(text) === true || how.request?.test(text) === true) return false
  if (how.supposed?.test(text) === true || how.courtesy?.test(text) === true) return false
  const lexemes = lexemesOf(plain, language)
  return lexemes.some((lexeme) => !courtesiesOf(language).has(lexeme))
}

/** Of what is not the writer's own, only what names or counts something is worth keeping: "Invoice 2025-117 is due in May." */
const isOfTheWorld = (text: string, { world }: Manners) =>
  world !== undefined &&
  world.test(text) &&
  (/\p{N}/u.test(text) || /(?<=[\p{L},] )\p{Lu}/u.test(text))

const MAX_OPENINGS = 5

/** How much of a sentence only opens it: "Well, thanks! By the way, …", "Remember that …". */
function openingLength(text: string, { opening, remember }: Manners, language: string): number {
  let length = 0
  for (let round = 0; round < MAX_OPENINGS; round += 1) {
    const rest = text.slice(length)
    const found = opening?.exec(rest) ?? remember?.exec(rest)
    const more = found?.[0].length ?? courtesyLength(rest, language)
    if (more === 0 || more >= rest.length) break
    length += more
  }
  return length
}

/** "Hello Tom, …": words of courtesy alone, up to a mark. */
function courtesyLength(text: string, language: string): number {
  const found = /^([^,!.:–—]{1,30})[,!.:–—]+\s+/u.exec(text)
  if (found === null) return 0
  const lexemes = lexemesOf(found[1] ?? '', language)
  const courtesies = courtesiesOf(language)
  return lexemes.length > 0 && lexemes.every((lexeme) => courtesies.has(lexeme))
    ? found[0].length
    : 0
}
