import { sentencesOf } from './extraction/sentences.ts'
import { lexemesOf } from './tokens.ts'

/**
 * Explicit corrections, and what they correct: "Correction: …", "I was wrong, it is …", "the 4th, not the 3rd". A statement that is
 * merely newer corrects nothing. Whatever is in doubt is left to stand: a correction that is missed is one memory too many.
 */

const OPENING = new RegExp(
  `^\\P{L}*(?:${[
    'correction|i was wrong|i (?:made a|was) mistaken?|my mistake|sorry,? i meant|i got (?:it|that) wrong',
    'korrektur|berichtigung|richtigstellung|ich (?:habe|hab) mich (?:geirrt|vertan|getäuscht)|ich lag falsch|mein fehler',
    'correcci[oó]n|rectificaci[oó]n|me equivoqu[eé]|estaba equivocad[oa]|error m[ií]o',
    "rectification|rectificatif|erratum|je me suis tromp[eé]e?|je m['’]étais tromp[eé]e?|au temps pour moi",
    '更正|纠正|我(?:记|说|写|弄)错了|(?:记|说)错了',
    'تصحيح|تصويب|أخطأت|اخطأت|كنت مخطئ',
  ].join('|')})`,
  'iu',
)

/** "…, not on the 3rd": a value that is denied beside the one that holds. */
const DENIED =
  /[,;:，、،—–-]\s*(?:and |und |y |et |و)?(?:not|nicht|no|non(?: pas)?|pas|不是|而不是|ليس(?:ت)?)\s?(?:\p{Ll}+\s){0,3}([\p{Lu}\p{Nd}][\p{L}\p{Nd}:./-]*)/gu

export interface Correction {
  /** It says so itself, not only by what it denies. */
  readonly opens: boolean
  /** Values that are said to be wrong. */
  readonly denied: readonly string[]
}

/** @returns null for all other statements */
export function correctionIn(text: string): Correction | null {
  const opens = OPENING.test(text)
  const denied = [...text.matchAll(DENIED)].map(([, value = '']) => value)
  return opens || denied.some((value) => /\p{Nd}/u.test(value)) ? { opens, denied } : null
}

/** Of the words of what is corrected so many stand in a correction that names no wrong value. */
const SAME_MATTER = 0.6

/**
 * Whether a statement is what a correction corrects: it is one sentence, holds the denied values and speaks of the same; where nothing is denied, most of its words are the correction's, and another number is.
 */
export function corrects(
  { text, language }: { readonly text: string; readonly language: string },
  correction: Correction,
  older: string,
): boolean {
  if (!isOneSentence(older, language) || correctionIn(older)?.opens === true) return false
  const [said, known] = [valuesIn(text), valuesIn(older)]
  const [words, others] = [plainLexemes(text, language), plainLexemes(older, language)]
  const common = words.intersection(others)
  const denied = new Set(correction.denied.flatMap((value) => [...valuesIn(value)]))
  const names = new Set(
    correction.denied
      .filter((value) => !/\p{Nd}/u.test(value))
      .flatMap((value) => lexemesOf(value, language)),
  )
  if (denied.size + names.size > 0) {
    const matter = common.difference(names)
    return matter.size > 0 && denied.isSubsetOf(known) && names.isSubsetOf(others)
  }
  const changed = [...said].some((value) => !known.has(value)) && known.size > 0
  return changed && common.size >= 2 && common.size >= others.size * SAME_MATTER
}

/** Superseding more than was corrected would take it along. A segmenter ends a sentence at "17. November". */
const isOneSentence = (text: string, language: string) =>
  sentencesOf(text, language)
    .slice(0, -1)
    .every((sentence) => /\p{Nd}\.$/u.test(sentence.text))

/** Numbers without their endings: "3rd", "3." and "3" are one. */
const valuesIn = (text: string): ReadonlySet<string> =>
  new Set(text.match(/\p{Nd}+(?:[.,:/-]\p{Nd}+)*/gu) ?? [])

const plainLexemes = (text: string, language: string): ReadonlySet<string> =>
  new Set(lexemesOf(text, language).filter((lexeme) => !/\p{Nd}/u.test(lexeme)))
