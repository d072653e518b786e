import { folded } from './spelling.ts'

/** Finds the words of a text, in any script. */

/** Longer runs are no words: base64, hashes, URLs. Their beginning still finds them. */
const MAX_WORD_CHARS = 64

/** Letters, marks and digits, joined by signs that stand inside a word; a trailing ++ or # belongs to C++ and C#. */
const WORD =
  /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’._@/-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*(?:\+\+|#)?/gu
const JOINED = /['’._@/-]/u
const JOINTS = /[._@/-]/u
const PLAIN = /^[a-z0-9]+$/

/** Written without spaces: words have to be found by dictionary. Extensions, because ー and 々 belong to no one script. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u
const RUNS = new RegExp(`${UNSPACED.source}[${UNSPACED.source.slice(1, -1)}\\p{M}]*`, 'gu')
/** Scripts in which two signs already carry meaning, so pairs of them find what a segmenter, or a particle, cut otherwise. */
const PAIRED = /[\p{Script=Han}\p{Script=Hangul}]+/gu
const HANGUL = /\p{Script=Hangul}/u

/** A segmenter's time grows faster than its text, so long runs are cut; a word at the cut is found by its pairs. */
const SEGMENTED_CHARS = 1_000
const SEGMENTERS = {
  zh: new Intl.Segmenter('zh', { granularity: 'word' }),
  ja: new Intl.Segmenter('ja', { granularity: 'word' }),
  th: new Intl.Segmenter('th', { granularity: 'word' }),
}

/** What follows an apostrophe in English and is no word. */
const ENGLISH_TAILS: ReadonlySet<string> = new Set(['s', 't', 'm', 'd', 're', 've', 'll'])

/**
 * The words of a text in order, with repeats; nothing dropped, nothing stemmed. Compounds give their parts; those that hold digits
 * or an at-sign (ids, versions, addresses) also stay whole.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const [found] of folded(text).matchAll(WORD)) {
    if (PLAIN.test(found)) words.push(cut(found))
    else if (UNSPACED.test(found)) pushMixed(words, found)
    else pushSpaced(words, found)
  }
  return words
}

/** "GPT-4模型": the runs of the one kind and what stands between them. */
function pushMixed(words: string[], found: string): void {
  let at = 0
  for (const { 0: run, index } of found.matchAll(RUNS)) {
    pushBetween(words, found.slice(at, index))
    for (let from = 0; from < run.length; from += SEGMENTED_CHARS) {
      pushUnspaced(words, run.slice(from, from + SEGMENTED_CHARS).toWellFormed())
    }
    at = index + run.length
  }
  pushBetween(words, found.slice(at))
}

function pushBetween(words: string[], between: string): void {
  if (between === '') return
  for (const [found] of between.matchAll(WORD)) pushSpaced(words, found)
}

function pushSpaced(words: string[], found: string): void {
  if (!JOINED.test(found)) {
    words.push(cut(found))
    if (HANGUL.test(found)) pushPairs(words, found, new Set())
    return
  }
  if (/[\d@]/u.test(found)) words.push(cut(found))
  for (const part of found.split(JOINTS)) {
    for (const word of partsOf(part)) {
      words.push(cut(word))
      if (HANGUL.test(word)) pushPairs(words, word, new Set())
    }
  }
}

/** English "Maya's" is Maya and "didn't" did; Romance "l'ami" is ami. */
function partsOf(part: string): string[] {
  const [stem = '', ...tails] = part.split(/['’]/u)
  if (tails.length === 0) return stem === '' ? [] : [stem]
  const negated = tails[0] === 't' && stem.endsWith('n') && stem !== 'can'
  const words = tails.filter((tail) => tail !== '' && !ENGLISH_TAILS.has(tail))
  const elided = words.length > 0 && (stem.length === 1 || stem === 'qu')
  if (stem !== '' && !elided) words.unshift(negated ? stem.slice(0, -1) : stem)
  return words
}

function pushUnspaced(words: string[], run: string): void {
  const segmenter = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(run)
    ? SEGMENTERS.ja
    : /\p{Script=Han}/u.test(run)
      ? SEGMENTERS.zh
      : SEGMENTERS.th
  const pairs = new Set<number>()
  for (const { segment, index, isWordLike } of segmenter.segment(run)) {
    if (isWordLike !== true) continue
    words.push(cut(segment))
    if (segment.length === 2) pairs.add(index)
  }
  pushPairs(words, run, pairs)
}

/** @param known where the segmenter found words of two signs, which are not to count twice */
function pushPairs(words: string[], text: string, known: ReadonlySet<number>): void {
  for (const { 0: run, index } of text.matchAll(PAIRED)) {
    // Alone, a word of two signs of Hangul is its own pair.
    if (run.length === text.length && run.length === 2 && HANGUL.test(run)) continue
    let at = index
    let before = ''
    for (const sign of run) {
      if (before !== '' && !known.has(at - before.length)) words.push(before + sign)
      at += sign.length
      before = sign
    }
  }
}

/** Never ends inside a surrogate pair. */
const cut = (word: string) =>
  word.length <= MAX_WORD_CHARS
    ? word
    : word.slice(0, MAX_WORD_CHARS).replace(/[\uD800-\uDBFF]$/, '')
