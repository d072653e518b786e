/** Cutting long texts, and guessing their size in tokens. */

/** Where a cut hurts least, best first: paragraphs, lines, sentences, words. */
const BREAKS: readonly RegExp[] = [
  /\n\s*\n\s*/gu,
  /\n\s*/gu,
  /[.!?؟]["'”’)\]]*\s+|[。！？]/gu,
  /\s+/gu,
]

/** A break in the first half would waste the chunk. */
const EARLIEST_SHARE = 0.5

/** A family emoji or a letter with its accents takes some ten units; what is longer is no sign a reader would miss. */
const SIGN_CHARS = 64
const SIGNS = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Cuts a text into pieces of at most `maxChars` UTF-16 units that, put together, are the text again. None is empty, none ends inside
 * a surrogate pair (but with `maxChars` of 1), and inside what readers see as one sign only where no other place is left.
 * @returns no piece for an empty text
 */
export function chunkText(text: string, maxChars: number): string[] {
  const limit = Math.max(1, Math.floor(maxChars))
  const chunks: string[] = []
  let at = 0
  while (text.length - at > limit) {
    const end = at + breakOf(text.slice(at, at + limit + SIGN_CHARS), limit)
    chunks.push(text.slice(at, end))
    at = end
  }
  if (at < text.length) chunks.push(text.slice(at))
  return chunks
}

/** @param ahead what can be cut, and a little more to see whether the limit lies inside a sign */
function breakOf(ahead: string, limit: number): number {
  const window = ahead.slice(0, limit)
  for (const pattern of BREAKS) {
    let last = 0
    for (const match of window.matchAll(pattern)) last = match.index + match[0].length
    if (last > limit * EARLIEST_SHARE) return last
  }
  // A sign reaches back no further than what is looked at here, so the segmenter need not read the whole window.
  const from = wholeFrom(ahead, Math.max(0, limit - SIGN_CHARS))
  const sign = SIGNS.segment(ahead.slice(from)).containing(limit - from)
  const start = sign === undefined ? limit : from + sign.index
  if (start > from) return start
  return wholeFrom(ahead, limit) === limit || limit === 1 ? limit : limit - 1
}

/** The place itself, or the one after it when it lies inside a surrogate pair. */
function wholeFrom(text: string, at: number): number {
  const low = /[\uDC00-\uDFFF]/.test(text[at] ?? '')
  return at > 0 && low && /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at + 1 : at
}

/** Greek, Cyrillic and accented Latin end here; from Arabic on a token is hardly more than a sign, or even less. */
const LAST_HALF_TOKEN = 0x5ff
/** Typographic quotes, dashes, ellipses: as common as ASCII's. */
const PUNCTUATION = { first: 0x2000, last: 0x206f }

/**
 * Tokens a model will count, as an estimate that is rather too high for prose: English letters four a token (OpenAI's rule of thumb
 * for its byte-pair vocabularies), digits, punctuation and other European letters two, any other sign one. Base64 and the like can
 * take up to twice as many as this says.
 */
export function estimateTokens(text: string): number {
  let quarters = 0
  for (let at = 0; at < text.length; at += 1) quarters += quartersOf(text.charCodeAt(at))
  return Math.ceil(quarters / 4)
}

function quartersOf(code: number): number {
  const letterOrBlank =
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x20
  if (letterOrBlank) return 1
  if (code <= LAST_HALF_TOKEN) return 2
  return code >= PUNCTUATION.first && code <= PUNCTUATION.last ? 2 : 4
}
