import { findEntities } from '../entities.ts'
import { clausesOf, wordCount } from './clauses.ts'
import { frenchTold } from './french.ts'
import { germanTold } from './german.ts'
import type { Sentence } from './sentences.ts'
import type { Speaker } from './speakers.ts'
import { spanishTold } from './spanish.ts'
import type { Told } from './told.ts'

/**
 * Statements in languages other than English. German, Spanish and French have light patterns for the first person; where those do
 * not settle every word, and in all other languages, a whole sentence is kept as it was said, with who said it.
 */

const TELLERS: Readonly<Record<string, (sentence: string, name: string) => string | undefined>> = {
  de: germanTold,
  es: spanishTold,
  fr: frenchTold,
}

/** Room for who said it, and for a date. */
const MOST_WORDS = 20
const FEWEST_WORDS = 3
/** Without spaces words cannot be counted by eye: two signs are about a word. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const UNSPACED_SIGNS = { fewest: 4, most: 50 }

const QUESTION = /[?？؟;;]\s*["'”’»)\]]*$|^\s*¿/u
const COURTESY =
  /^(?:hallo|hi|hey|guten (?:tag|morgen|abend)|danke|vielen dank|tschüss|bis (?:bald|später|morgen)|gern|bitte|klar|genau|schön|super|toll|wow|hola|gracias|muchas gracias|buen[oa]s (?:días|tardes|noches)|adiós|hasta|de nada|claro|qué (?:bien|bueno|guay)|genial|bonjour|salut|merci|au revoir|à (?:bientôt|demain)|de rien|bien sûr|super|génial|ciao|grazie|prego|olá|oi|obrigad[oa]|dank je|hoi|привет|спасибо|здравствуйте|пока|你好|您好|谢谢|謝謝|再见|再見|こんにちは|ありがとう|안녕|감사|مرحبا|شكرا|السلام)(?!\p{L})/iu
const UNSPACED_COURTESY = /^(?:你好|您好|谢谢|謝謝|再见|再見|こんにちは|ありがとう|안녕|감사)/u
/** A sentence that is only a courtesy is a short one. */
const COURTESY_WORDS = 6

/** "I", "my" and what verbs say for them, where that is common. */
const FIRST_PERSON: Readonly<Record<string, RegExp>> = {
  de: /(?<!\p{L})(?:ich|mich|mir|meine?[rnms]?|wir|uns(?:er\p{L}{0,2})?)(?!\p{L})/iu,
  es: /(?<!\p{L})(?:yo|me|mi|mis|m[ií]o|soy|estoy|tengo|vivo|trabajo|quiero|fui|he|voy|nuestr[oa]s?|nos|conmigo)(?!\p{L})/iu,
  fr: /(?<!\p{L})(?:je|j['’]|moi|m['’]|mon|ma|mes|nous|notre|nos)/iu,
  it: /(?<!\p{L})(?:io|mi[oae]?|miei|sono|ho|vivo|abito|lavoro|noi|nostr[oaie])(?!\p{L})/iu,
  pt: /(?<!\p{L})(?:eu|meus?|minhas?|sou|tenho|moro|trabalho|estou|nós|nosso)(?!\p{L})/iu,
  nl: /(?<!\p{L})(?:ik|mijn|mij|wij|we|ons|onze)(?!\p{L})/iu,
  ru: /(?<!\p{L})(?:я|мой|моя|моё|мои|мне|меня|мы|наш\p{L}?)(?!\p{L})/iu,
  zh: /[我咱]/u,
  ja: /私|僕|俺|わたし|ぼく/u,
  ko: /(?<!\p{L})(?:나|저|내|제|우리)/u,
  ar: /(?<!\p{L})(?:أنا|انا|لدي|عندي|أعمل|أعيش|أسكن|أحب|أريد|كنت|نحن|اسمي)(?!\p{L})|(?<=\p{L}{2})ي(?!\p{L})/u,
}
const NUMBER = /\p{N}/u
const NAME = /(?<=[\p{L},] )\p{Lu}\p{Ll}/u

export function otherStatements(sentence: Sentence, speaker: Speaker, language: string): Told[] {
  if (isNoStatement(sentence.text)) return []
  return clausesOf(sentence, MOST_WORDS)
    .filter(({ text }) => isFitting(text))
    .map((clause) => statementOf(clause, speaker, language))
    .filter((told) => told !== undefined)
}

const isNoStatement = (text: string) =>
  QUESTION.test(text) ||
  UNSPACED_COURTESY.test(text) ||
  (COURTESY.test(text) && wordCount(text) <= COURTESY_WORDS)

function isFitting(text: string): boolean {
  if (!UNSPACED.test(text)) {
    const words = wordCount(text)
    return words >= FEWEST_WORDS && words <= MOST_WORDS
  }
  return text.length >= UNSPACED_SIGNS.fewest && text.length <= UNSPACED_SIGNS.most
}

function statementOf({ text, start, end }: Sentence, speaker: Speaker, language: string) {
  const plain = text.replace(/[.!…,;:\s]+$/u, '').replaceAll(/\s+/gu, ' ')
  const told = TELLERS[language]?.(plain, speaker.name)
  const own = told !== undefined || FIRST_PERSON[language]?.test(plain) === true
  if (!own && !NUMBER.test(plain) && !NAME.test(plain)) return undefined
  return {
    told: told ?? `${speaker.name}: ${plain}`,
    leans: false,
    own,
    toOther: false,
    asked: false,
    answers: false,
    start,
    end,
    entities: findEntities(plain, language),
    relations: [],
    language,
  }
}
