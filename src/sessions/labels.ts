import { knownRole } from '../domain/roles.ts'
import { readStamp, type Stamp } from './stamps.ts'

/** What stands at the beginning of a line and may say who speaks from here on. The rules are written down in docs/sessions.md. */
export interface Label {
  /** As it was written, without colon and markup. */
  readonly text: string
  /** Set when the word is one for a role; a name otherwise, which counts only where the text as a whole says so. */
  readonly role: string | null
  readonly stamp: Stamp | null
  /** How many characters of the line it takes, colon, markup and time included. */
  readonly length: number
}

/** Words that begin a line as a role, in any case. Others, such as a product's name, could be a person's. */
const ROLE_LABELS =
  'user human assistant ai bot chatbot chatgpt system developer tool function'.split(' ')

/** What is written like a name before a colon and is none. */
const NOT_NAMES = new Set(
  `answer attention bonus caution caveat code conclusion context date deadline definition details disclaimer email error example
   examples explanation fact from goal hint however idea important info input instructions issue list location next no note notes
   ok option options output phone plan problem ps question reason reminder result results solution source step steps subject
   summary tip tips title to today todo tomorrow update url usage warning yes`.split(/\s+/),
)

const ROLE_WORD = ROLE_LABELS.join('|')
/** One to four words, each with a capital or in a script without them; `Speaker 1`, `SPEAKER_00` and `O'Neil-Smith` too. */
const NAME_WORD = String.raw`[\p{Lu}\p{Lt}\p{Lo}][\p{L}\p{M}\p{Nd}_.'’-]{0,39}`
const NAME = String.raw`${NAME_WORD}(?: (?:${NAME_WORD}|(?:de|da|del|di|van|von|der|den|la|le|bin|al)|\d{1,3})){0,3}`
const AFTER = String.raw`(?: ?[([](?<after>[^\])\n]{4,40})[\])])?`

/** `https://` and `12:30` are no labels; the wide colon needs no space. */
const COLON = String.raw`(?:：|:(?=[\s*_]|$|[^\x00-\x7f]))`
const MARK = String.raw`(?:\*{1,2}|_{1,2})?`

const ROLE_LINE = new RegExp(
  String.raw`^(?:(?:#{1,6} +)?${MARK}(?<word>${ROLE_WORD})${AFTER}${MARK} ?${COLON}${MARK}[ \t]*|(?:#{1,6} +${MARK}|\*\*)(?<alone>${ROLE_WORD})${MARK}[ \t]*$)`,
  'iu',
)
const NAME_LINE = new RegExp(
  String.raw`^${MARK}(?<word>${NAME})${AFTER}${MARK} ?${COLON}${MARK}[ \t]*`,
  'u',
)
/** `[2023-05-08 13:56]`, `(…)`, or a bare time before the name, with a dash between or without. */
const STAMP_LINE =
  /^(?:[[(](?<inner>[^\])\n]{4,40})[\])]|(?<bare>\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}[\d:.]{0,12}(?:Z|[+-]\d{2}:?\d{2})?))[ \t]*(?:[-–—|][ \t]*)?/u

/** No label is longer, so the rest of a line of megabytes is not looked at. */
const LOOK_AT = 240

/** The label a line begins with, or null. Linear: only the line's beginning is read. */
export function readLabel(line: string): Label | null {
  const start = line.slice(0, LOOK_AT)
  const before = STAMP_LINE.exec(start)
  const stamp =
    before === null ? null : readStamp(before.groups?.['inner'] ?? before.groups?.['bare'])
  if (before !== null && stamp === null) return null
  const skipped = before?.[0].length ?? 0
  const rest = start.slice(skipped)
  const found = readWord(rest)
  if (found === null) return null
  return { ...found, stamp: stamp ?? found.stamp, length: skipped + found.length }
}

function readWord(text: string): Label | null {
  const role = ROLE_LINE.exec(text)
  if (role !== null) {
    const word = role.groups?.['word'] ?? role.groups?.['alone'] ?? ''
    return labelOf(role, { text: word, role: knownRole(word) ?? null })
  }
  const name = NAME_LINE.exec(text)
  const word = name?.groups?.['word']
  if (name === null || word === undefined || NOT_NAMES.has(word.toLowerCase())) return null
  return labelOf(name, { text: word, role: null })
}

function labelOf(
  match: RegExpExecArray,
  { text, role }: Pick<Label, 'text' | 'role'>,
): Label | null {
  const after = match.groups?.['after']
  const stamp = after === undefined ? null : readStamp(after)
  // `Caroline (my sister): …` is a sentence.
  if (after !== undefined && stamp === null) return null
  return { text, role, stamp, length: match[0].length }
}
