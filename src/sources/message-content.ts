import { isSilentPart } from '../text/content-parts.ts'
import { isFields, type Fields } from './files/formats/fields.ts'

/** What the message formats of chat libraries say, however deep they wrap it. */

/** Deeper is no format. */
const DEEPEST = 8

/** The words of a message's content: a text, or a list of parts of which some are text. */
export function contentText(content: unknown, depth = 0): string {
  if (typeof content === 'string') return content
  if (depth > DEEPEST) return ''
  if (Array.isArray(content)) {
    return content
      .map((part) => contentText(part, depth + 1))
      .filter((text) => text.trim() !== '')
      .join('\n')
  }
  return isFields(content) && !isSilentPart(content) ? partText(content, depth) : ''
}

function partText(part: Fields, depth: number): string {
  const inside = ['text', 'value', 'content', 'parts', 'data', 'kwargs']
    .map((name) => contentText(part[name], depth + 1))
    .find((text) => text.trim() !== '')
  return inside ?? ''
}
