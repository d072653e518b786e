import { sentencesOf } from './extraction/sentences.ts'
import {
  isCardNumber,
  isChineseId,
  isFrenchSocialSecurity,
  isIban,
  isSpanishId,
} from './sensitive/check-digits.ts'
import {
  CONTEXT_WORDS,
  GETTING_IN,
  NUMBER_WORDS,
  ORDINARY,
  type SensitiveKind,
} from './sensitive/context-words.ts'
import { isValueOf, VALUES } from './sensitive/values.ts'

/**
 * The one detector of secrets in texts: passwords, codes that open something, keys of programs, numbers of documents, cards and
 * accounts. Formats with check digits stand for themselves; anything else needs a word beside it that says what it is. Phone
 * numbers and addresses are contact data and no secrets; so are numbers of invoices, orders and the like.
 */

export type { SensitiveKind } from './sensitive/context-words.ts'

/** Where the value itself stands, not the words around it. */
export interface Sensitive {
  readonly kind: SensitiveKind
  readonly start: number
  readonly end: number
}

interface Format {
  readonly kind: SensitiveKind
  readonly pattern: RegExp
  readonly holds?: (value: string) => boolean
}

const FORMATS: readonly Format[] = [
  {
    kind: 'card',
    pattern: /(?<![A-Za-z\d+-])\d(?:[ -]?\d){12,18}(?![A-Za-z\d])/gu,
    holds: isCardNumber,
  },
  // Written in fours and with the first digits of a card, it is one, mistyped or not; so is a number of an account.
  {
    kind: 'card',
    pattern:
      /(?<![A-Za-z\d+-])(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|3[47]\d\d|6[025]\d\d)([ -])\d{4}\1\d{4}\1\d{3,4}(?![A-Za-z\d])/gu,
  },
  {
    kind: 'account',
    pattern: /(?<![A-Za-z\d])[A-Z]{2}\d{2}(?: [A-Z\d]{4}){3,7}(?: [A-Z\d]{1,3})?(?![A-Za-z\d])/gu,
  },
  {
    kind: 'account',
    pattern: /(?<![A-Za-z\d])[A-Z]{2}\d{2}(?:[ -]?[A-Z\d]{1,4}){3,8}(?![A-Za-z\d])/gu,
    holds: isIban,
  },
  {
    kind: 'document',
    pattern: /(?<![A-Za-z\d])[1-9]\d{16}[\dXx](?![A-Za-z\d])/gu,
    holds: isChineseId,
  },
  {
    kind: 'document',
    pattern:
      /(?<![\p{L}\p{N}])(?:[XYZ]-?\d{7}|\d{8}|\d{2}\.\d{3}\.\d{3})[- ]?[A-Z](?![\p{L}\p{N}])/gu,
    holds: isSpanishId,
  },
  {
    kind: 'document',
    pattern: /(?<![\p{L}\p{N}])[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?![\p{L}\p{N}])/gu,
    holds: isFrenchSocialSecurity,
  },
  {
    kind: 'key',
    pattern:
      /(?<![\p{L}\p{N}])(?:sk|pk|rk|mk)[-_][\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|A(?:KIA|SIA)[A-Z\d]{16}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gu,
  },
  { kind: 'password', pattern: /(?<=:\/\/[^\s:/@]{1,64}:)[^\s:/@]{3,64}(?=@)/gu },
]

/** What stands further on is of something else. */
const AFTER_CHARS = 64
const BEFORE_CHARS = 32
const VALUE_CHARS = 64
/** A value that stands first is joined to what it is: "4711 is the code". */
const COPULA =
  /^['"”»)\]]?\s*(?:is|was|=|ist|lautet|es|est|como|als|as|for|für|para|pour|是|为|هو|هي)(?![\p{L}\p{N}])/iu
/** Further texts are looked at in their beginning only. */
const LOOKED_AT_CHARS = 200_000

/** @returns in order of their places; none overlaps another */
export function findSensitive(text: string): readonly Sensitive[] {
  const looked = text.slice(0, LOOKED_AT_CHARS)
  const found = [...formatsIn(looked), ...namedIn(looked)]
  const kept: Sensitive[] = []
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const before = kept.at(-1)
    if (before === undefined || one.start >= before.end) kept.push(one)
  }
  return kept
}

function* formatsIn(text: string): Generator<Sensitive> {
  for (const { kind, pattern, holds } of FORMATS) {
    for (const { 0: value, index } of text.matchAll(pattern)) {
      if (holds?.(value) === false || isOrdinary(text.slice(Math.max(0, index - 24), index)))
        continue
      yield { kind, start: index, end: index + value.length }
    }
  }
}

/** A word that says what stands beside it. */
interface Named extends Sensitive {
  readonly strict: boolean
}

function* namedIn(text: string): Generator<Sensitive> {
  for (const { kind, words, strict = false } of CONTEXT_WORDS) {
    for (const { 0: word, index } of text.matchAll(words)) {
      const at = { kind, strict, start: index, end: index + word.length }
      const after = [...valuesAfter(text, at)]
      yield* after
      const before = after.length === 0 ? valueBefore(text, at) : undefined
      if (before !== undefined) yield before
    }
  }
}

/** Several where one was changed into another. */
function* valuesAfter(text: string, { kind, end, strict }: Named): Generator<Sensitive> {
  const rest = sentenceFrom(text.slice(end, end + AFTER_CHARS + VALUE_CHARS))
  let from = 0
  for (const { 0: value, index } of rest.matchAll(VALUES[kind])) {
    const between = rest.slice(from, index)
    if (index > AFTER_CHARS || isOrdinary(between)) return
    const following = rest.slice(index + value.length)
    if (!isValueOf(kind, { value, between, following, strict })) continue
    const start = end + index
    from = index + value.replace(/[.,;:!?)\]]+$/u, '').length
    yield { kind, start, end: end + (QUOTE.test(between) ? endOfQuote(rest, from) : from) }
  }
}

const QUOTE = /["“„«‘'`「『]$/u

/** What is quoted is a value with its blanks. */
function endOfQuote(text: string, from: number): number {
  const close = text.slice(from).search(/["”“»’'`」』]/u)
  return close === -1 ? from : from + close
}

function valueBefore(text: string, { kind, start, strict }: Named): Sensitive | undefined {
  const from = Math.max(0, start - BEFORE_CHARS - VALUE_CHARS)
  const rest = text.slice(from, start)
  for (const { 0: value, index } of [...rest.matchAll(VALUES[kind])].toReversed()) {
    const between = rest.slice(index + value.length)
    if (between.length > BEFORE_CHARS || isOrdinary(between) || !COPULA.test(between)) continue
    if (!isValueOf(kind, { value, between: ' = ', following: '', strict })) continue
    return { kind, start: from + index, end: from + index + value.length }
  }
  return undefined
}

/** Up to where the sentence ends; an abbreviation ("No. 5"), a line's end after a colon and a number that follows end none. */
function sentenceFrom(text: string): string {
  const end =
    /(?<!\b(?:no|nr|num|núm|tel))[.!?](?:\s(?!\s*\p{Lu}{0,3}\p{Nd}{5})|$)|[。！？؟;；]|(?<![:：=])\n/iu.exec(
      text,
    )
  return end === null ? text : text.slice(0, end.index)
}

const isOrdinary = (between: string) => between.search(ORDINARY) !== -1

/**
 * A text without the sentences that hold secrets, others than those that may be shown.
 * @returns empty when nothing else is left
 */
export function withoutSensitive(text: string, shown: ReadonlySet<SensitiveKind>): string {
  const secrets = findSensitive(text).filter(({ kind }) => !shown.has(kind))
  if (secrets.length === 0) return text
  return sentencesOf(text, 'und')
    .filter(({ start, end }) => !secrets.some((secret) => secret.start < end && secret.end > start))
    .map(({ start, end }) => text.slice(start, end))
    .join(' ')
}

/** The kinds that a question asks for, so that what is found of them may be shown. Documents are only asked for by their numbers. */
export function asksForSensitive(question: string): ReadonlySet<SensitiveKind> {
  const kinds = CONTEXT_WORDS.filter(
    ({ kind, words }) =>
      question.search(words) !== -1 &&
      (!NUMBERED.has(kind) || question.search(NUMBER_WORDS) !== -1),
  )
  const asked = new Set(kinds.map(({ kind }) => kind))
  if (question.search(GETTING_IN) !== -1) asked.add('code')
  return asked
}

/** "When does my passport expire?" and "Which bank card do I use?" ask for no number. */
const NUMBERED: ReadonlySet<SensitiveKind> = new Set(['document', 'card'])
