import type { SensitiveKind } from './context-words.ts'

/** What values of each kind look like, once a word beside them has said what they are. */

/** Signs of a word around a value would make it a part of that; Chinese writes no blank between. */
const IN_WORD = String.raw`[\p{L}--\p{Script=Han}]\p{N}_`
const EDGE = `(?<![${IN_WORD}])`
const END = `(?![${IN_WORD}])`
const GROUP = String.raw`[ .\/\-]?(?:\p{Lu}[ .\/\-])?[\p{Lu}\p{Nd}]*\p{Nd}[\p{Lu}\p{Nd}]*`
/** Digits and capitals in groups, as numbers of documents are written; without capitals in one. */
const GROUPED = new RegExp(
  String.raw`${EDGE}(?:\p{Lu}{1,4}-)?(?:\p{Lu}{0,3}\p{Nd}|\p{Lu}(?=\p{Lu}?[\p{Nd} ]))[\p{Lu}\p{Nd}]*(?:${GROUP})*${END}|${EDGE}[a-z]{0,3}\p{Nd}[a-z\p{Nd}]{4,20}${END}`,
  'gv',
)

export const VALUES: Readonly<Record<SensitiveKind, RegExp>> = {
  password: /[^\s"“”„«»‘’'`「」『』，。、：\p{Script=Han}]+/gu,
  code: new RegExp(
    String.raw`(?<![${IN_WORD}.,:\/+\-])[#*]?[A-Z]?\p{Nd}(?:[ \-]?[A-Z\p{Nd}]){2,9}[#*]?${END}`,
    'gv',
  ),
  key: /[\w+/=.-]{10,}/gu,
  document: GROUPED,
  card: new RegExp(String.raw`(?<![${IN_WORD}+\-])\p{Nd}(?:[ \-]?\p{Nd}){11,18}(?!\p{Nd})`, 'gv'),
  account: GROUPED,
}

interface Beside {
  readonly value: string
  /** From the word that says what it is to the value. */
  readonly between: string
  readonly following: string
  /** No plain word will do. */
  readonly strict: boolean
}

export function isValueOf(kind: SensitiveKind, beside: Beside): boolean {
  if (kind === 'password') return isPassword(beside)
  const { value, following } = beside
  if (isTimeOrPrice(beside)) return false
  const digits = value.match(/\p{Nd}/gu)?.length ?? 0
  if (kind === 'key') return digits >= 2 && /\p{L}/u.test(value)
  if (kind === 'code')
    return digits >= 3 && !isYear(beside) && !/^\s*(?:digits?|stellig)/iu.test(following)
  return digits >= 5 || (digits >= 3 && /^[\p{Lu}\p{Nd}]{8,}$/u.test(value))
}

const DATE =
  /^(?:\d{4}[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|[12]\d|3[01])[./-]\d{2,4})$/u
const CLOCK = /^\s?(?::\p{Nd}|uhr|h\b|am\b|pm\b|o['’]clock|点|時|时)/iu
const PRICE =
  /^\s?(?:[€$£¥%]|eur|usd|gbp|euros?|dollars?|pounds?|dólares|欧元|元|块|美元|ريال|درهم|يورو|دولار|جنيه)/iu
const PRICED = /[€$£¥]\s?$/u

const isTimeOrPrice = ({ value, between, following }: Beside) =>
  DATE.test(value) || CLOCK.test(following) || PRICE.test(following) || PRICED.test(between)

/** "I changed it in 2024" says when, "it is 2024" says what. */
const isYear = ({ value, between, following }: Beside) =>
  /^(?:19|20)\p{Nd}{2}$/u.test(value) && (!JOINED.test(between) || /^\s?年/u.test(following))

/** A word of being, or a sign that stands for one, right before a value. */
const JOINED =
  /(?:[:：=]|(?<![\p{L}\p{N}])(?:is|was|are|ist|lautet|heißt|es|será|est|c['’]est|sont|هو|هي|to)|是|为|為|叫|改成|设为)\s*["“”„«‘'`「『(]?\s*$/iu
const MARKED = /[:：=]\s*["“”„«‘'`「『(]?\s*$/u
const QUOTED = /["“„«‘'`「『]\s*$/u

/** What is said of a password where its value could stand. */
const SAID_OF_IT: ReadonlySet<string> = new Set(
  (
    'wrong weak strong secure safe secret gone lost missing correct incorrect old new expired invalid different simple easy hard long short unknown changed forgotten needed required ' +
    'falsch richtig schwach stark sicher geheim weg alt neu abgelaufen ungültig anders einfach schwer lang kurz unbekannt geändert vergessen nötig ' +
    'incorrecta correcta débil fuerte segura secreta vieja nueva caducada fácil difícil larga corta desconocida necesaria ' +
    'faux mauvais correct faible fort sûr secret perdu ancien nouveau expiré facile difficile long court inconnu nécessaire oublié ' +
    'خاطئة صحيحة ضعيفة قوية سرية قديمة جديدة سهلة صعبة طويلة قصيرة'
  ).split(' '),
)

/** "5GHz" and "B204" are shorter. */
const STRICT_CHARS = 8

/**
 * Passwords may be words. One with a digit or a sign in it is believed anywhere near; a plain word only in quotes, after a colon, or
 * as all that is said of the password.
 */
function isPassword({ value: token, between, following, strict }: Beside): boolean {
  const value = token.replace(/[.,;:!?)\]]+$/u, '')
  if (value.length < 4 || /^[\p{P}\p{S}]+$/u.test(value)) return false
  const joined = JOINED.test(between) || QUOTED.test(between)
  const mixed = /\p{Nd}/u.test(value) && (/\p{L}/u.test(value) || joined)
  if (mixed && strict) return /\p{L}/u.test(value) && value.length >= STRICT_CHARS
  if (mixed) return !isTimeOrPrice({ value, between, following, strict })
  if (/\p{L}[^\p{L}\p{N}'’.,/-]+\p{L}/u.test(value)) return true
  if (strict) return false
  if (QUOTED.test(between) || MARKED.test(between)) return joined
  const alone = /^[.,;!?)\]]*\s*$/u.test(following) || /[.,;!]$/u.test(token)
  return joined && alone && !/\p{Script=Han}/u.test(value) && !SAID_OF_IT.has(value.toLowerCase())
}
