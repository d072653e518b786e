import { chunkText } from './chunks.ts'

/**
 * Long texts in passages: a vector of the whole says what it is about, that of a passage what stands there. Sentence models read some
 * 256 tokens, so of a long text all but the beginning would be lost.
 */

/** Up to here the whole is passage enough. */
export const LONG_CHARS = 1_500
/** Some two hundred tokens of prose. */
const PASSAGE_CHARS = 800
/** The rest of a book is found by its words. */
const MOST_PASSAGES = 500

/** The passages of a text, which put together are its beginning; none for one that is short. Cut as they are embedded. */
export function passagesOf(text: string): string[] {
  if (text.length <= LONG_CHARS) return []
  return chunkText(text.slice(0, PASSAGE_CHARS * MOST_PASSAGES).toWellFormed(), PASSAGE_CHARS)
}
