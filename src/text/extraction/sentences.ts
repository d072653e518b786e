import { chunkText } from '../chunks.ts'

/** Cuts what was said into sentences, each with its place, so that evidence can be quoted word for word. */

export interface Sentence {
  /** As it stands in the text between `start` and `end`, but for markup, which is blank here. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** How a sentence that is whole ends. */
export const SENTENCE_END = /[.!?。！？؟…"'”’»)\]]$/u

/** A segmenter's time grows faster than its text; pieces keep it linear, and are cut at sentence ends where there are any. */
const PIECE_CHARS = 4_000

/** Nobody's sentence is longer. What follows is not looked at, which bounds what any pattern can cost on one sentence. */
const SENTENCE_CHARS = 1_000

/** What no one said in words. Every pattern is bounded or has no second way to match, so time grows with the text alone. */
const MARKUP: readonly RegExp[] = [
  /```[^`]*(?:```|$)/gu,
  /`[^`\n]{1,200}`/gu,
  /<[/!]?[a-z][^<>]{0,200}>/giu,
  /(?:https?:\/\/|www\.)\S+/giu,
  /\S{65,}/gu,
  /^[ \t]*(?:[#>*+|-]+|\d{1,3}[.)])[ \t]/gmu,
  /\*\*|__|[*|~]/gu,
]

const SIGN = String.raw`(?:\p{Extended_Pictographic}|[\u{1F3FB}-\u{1F3FF}]|\u{200D}|\u{FE0F})`
const PICTURE = new RegExp(SIGN, 'gu')
/** Emoji often stand in place of a full stop. */
const PICTURES_BEFORE_SENTENCE = new RegExp(
  String.raw`(?<=[\p{L}\p{N}] {0,2})\p{Extended_Pictographic}(?:${SIGN}| ){0,20}(?=\p{Lu})`,
  'gu',
)

/** A full stop after these ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|e\.g|i\.e|approx|No|Nr|bzw|ca|Sra?|Mme|\p{Lu})\.\s*$/u
const LOOKED_BACK_CHARS = 12
/** "am 1. Juni", "vom 2. bis 16. August" */
const GERMAN_ORDINAL = /(?<![\p{L}\p{N}])\d{1,2}\.\s*$/u

/** Blanks of equal length in place of markup, code, addresses and what is too long to be a word: positions stay true. */
export function withoutMarkup(text: string): string {
  const blank = (found: string) => found.replaceAll(/[^\n]/g, ' ')
  const plain = MARKUP.reduce((rest, pattern) => rest.replaceAll(pattern, blank), text)
  return plain
    .replaceAll(PICTURES_BEFORE_SENTENCE, (found) => `.${blank(found.slice(1))}`)
    .replaceAll(PICTURE, blank)
}

/** @param language BCP 47's first part; `und` cuts by the rules common to all */
export function sentencesOf(text: string, language: string): Sentence[] {
  const segmenter = segmenterOf(language)
  const found: Sentence[] = []
  let start = 0
  let end = 0
  const plain = withoutMarkup(text)
  const close = () => {
    const sentence = trimmed(plain, { start, end, text })
    if (sentence !== undefined) found.push(sentence)
    start = end
  }
  for (const piece of chunkText(plain, PIECE_CHARS)) {
    for (const { segment } of segmenter.segment(piece)) {
      end += segment.length
      const tail = plain.slice(Math.max(start, end - LOOKED_BACK_CHARS), end)
      const goesOn = ABBREVIATION.test(tail) || (language === 'de' && GERMAN_ORDINAL.test(tail))
      if (!goesOn) close()
    }
  }
  close()
  return found
}

const segmenters = new Map<string, Intl.Segmenter>()

function segmenterOf(language: string): Intl.Segmenter {
  const known = segmenters.get(language)
  if (known !== undefined) return known
  const locale = /^[a-z]{2,3}$/u.test(language) ? language : 'und'
  const made = new Intl.Segmenter(locale, { granularity: 'sentence' })
  // Languages come with requests: a hostile caller may name thousands.
  if (segmenters.size < 200) segmenters.set(language, made)
  return made
}

/** A full stop may have taken the place of an emoji's first half: a sentence ends with no half of a sign. */
const endsInSign = (text: string, end: number) => /[\uD800-\uDBFF]/.test(text.charAt(end - 1))

function trimmed(
  plain: string,
  { start, end, text }: { start: number; end: number; text: string },
): Sentence | undefined {
  const raw = plain.slice(start, end)
  const inner = raw.trim().slice(0, SENTENCE_CHARS)
  if (inner === '') return undefined
  const from = start + raw.length - raw.trimStart().length
  const to = from + inner.length
  if (!endsInSign(text, to)) return { text: inner, start: from, end: to }
  return { text: inner.slice(0, -1).trimEnd(), start: from, end: to - 1 }
}
