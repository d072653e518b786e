/** Cutting long texts, and guessing their size in tokens. */

/** Where a cut hurts least, best first: paragraphs, lines, sentences, words. */
const BREAKS: readonly RegExp[] = [/\n\s*\n/gu, /\n/gu, /[.!?。！？؟]\s*/gu, /\s+/gu]

/** A break in the first half would waste the chunk. */
const LATEST_HALF = 0.5

/**
 * Cuts a text into pieces of at most `maxChars` UTF-16 units that, put together, are the text again. A surrogate pair is never
 * split; a text without any break is cut at the limit.
 */
export function chunkText(text: string, maxChars: number): string[] {
  const chunks: string[] = []
  let at = 0
  while (text.length - at > maxChars) {
    const end = at + lengthOfChunk(text.slice(at, at + maxChars))
    chunks.push(text.slice(at, end))
    at = end
  }
  if (at < text.length || chunks.length === 0) chunks.push(text.slice(at))
  return chunks
}

function lengthOfChunk(window: string): number {
  for (const pattern of BREAKS) {
    let last = 0
    for (const match of window.matchAll(pattern)) last = match.index + match[0].length
    if (last > window.length * LATEST_HALF) return last
  }
  const splitsPair = /[\uD800-\uDBFF]$/.test(window)
  return splitsPair && window.length > 1 ? window.length - 1 : window.length
}

/**
 * Tokens a model will count, as an estimate: byte-pair vocabularies average four Latin characters a token, some two of other
 * alphabets, and one Chinese or Japanese sign.
 */
export function estimateTokens(text: string): number {
  let quarters = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x80) quarters += 1
    else if (code < 0x2e80) quarters += 2
    else quarters += 4
  }
  return Math.ceil(quarters / 4)
}
