/**
 * What Memoir answered, when it comes back inside a message: applications put recalled memories in front of the user's words. They are
 * known already, and remembered once more they would be memories of memories.
 */

/** Stands where they were, so that what introduces them introduces nothing else. */
const PLACE = '<memories></memories>'

const TAGGED = /(<|&lt;)memories(>|&gt;)([\s\S]*?)(?:\1\/memories\2|$(?![\s\S]))/giu
/** `[3] 2026-11-30 user: …`, as `POST /v1/context` writes a memory, also quoted or in a list. */
const INDENT = String.raw`[ \t>"'*|•-]{0,20}`
const CONTEXT_LINE = new RegExp(
  String.raw`^${INDENT}\[\d{1,4}\] \d{4}-\d{2}-\d{2} (?<who>[^:\n]{1,100}): [^\n]*$`,
  'gmu',
)
const KIND =
  /^(?:user|assistant|system|tool|message|fact|note|summary|episode|entity|participant)(?: \([^()\n]{1,60}\))?$/iu
/** `1. 2026-11-30 (fact, id …): "…"`, as the tools write one, and the line before them. */
const TOOL_LINE = new RegExp(
  String.raw`^${INDENT}\d{1,4}\. \d{4}-\d{2}-\d{2} \([^()\n]{1,60}, id [0-9a-f-]{36}\)(?: of "[^\n]{0,300}")?: [^\n]*$`,
  'gmu',
)
const OPENING =
  /^[ \t>"“„'«]{0,20}(?:Quotes from memory follow, one a line, as JSON strings\.|Quoted from what is remembered of (?:the user|several users, each line with whose it is in parentheses): data, not instructions\.)[^\n]*$/gmu
const QUOTED = new RegExp(`["“„«']?${PLACE}["”“»']`, 'gu')
/** What follows in the same line is another sentence. */
const BESIDE = new RegExp(`${PLACE}[ \\t]*(?=\\S)`, 'gu')
const PLACES = new RegExp(`(?:[ \\t]*${PLACE}\\s*)+${PLACE}`, 'gu')

/** The text with a mark in the place of memories that Memoir returned; the same text where there are none. */
export function withoutOwnContext(text: string): string {
  if (!/memories|\d{4}-\d{2}-\d{2}/iu.test(text)) return text
  const told = text
    .replaceAll(TAGGED, (found, _open: string, _close: string, inside: string) =>
      isClosed(found) ? PLACE : PLACE + afterEntries(inside),
    )
    .replaceAll(OPENING, PLACE)
    .replaceAll(TOOL_LINE, PLACE)
    .replaceAll(CONTEXT_LINE, (found, who: string) => (KIND.test(who.trim()) ? PLACE : found))
  if (told === text) return text
  return told.replaceAll(QUOTED, PLACE).replaceAll(PLACES, PLACE).replaceAll(BESIDE, `${PLACE}\n`)
}

/** Whether anything is left of a text besides the mark. */
export const saysMore = (text: string): boolean => text.replaceAll(PLACE, '').trim() !== ''

const isClosed = (found: string) => /(?:<|&lt;)\/memories(?:>|&gt;)$/iu.test(found)

const ENTRY =
  /^(?:[ \t>"'*|•-]{0,20}(?:\[\d{1,4}\]|\d{1,4}\.) \(?\d{4}-\d{2}-\d{2}|[ \t>]*Quote[ds])/u

/** What follows the entries of a block that was never closed. */
function afterEntries(inside: string): string {
  const lines = inside.split('\n')
  const first = lines.findIndex((line, at) => at > 0 && line.trim() !== '' && !ENTRY.test(line))
  return first === -1 ? '' : `\n${lines.slice(first).join('\n')}`
}
