import { readLabel, type Label } from './labels.ts'

/** Where in a text somebody begins to speak: which of the labels that lines begin with are speakers and which are words. */

export interface Speaker {
  /** Where its line begins. */
  readonly start: number
  readonly label: Label
}

interface Candidate extends Speaker {
  /** Its number among the lines that hold anything, from 1. */
  readonly line: number
  readonly afterBlank: boolean
}

interface Candidates {
  readonly all: readonly Candidate[]
  /** Lines that hold anything; when each begins with a label, it is the script of a play. */
  readonly lines: number
}

/** A post of more turns is refused; beyond this what follows stays with the last one, so that memory stays bounded. */
const MAX_SPEAKERS = 100_000
/** No label and no fence takes more, so the rest of a line of megabytes is not looked at. */
const LOOK_AT = 300

export function findSpeakers(text: string): Speaker[] {
  const { all, lines } = readCandidates(text)
  const isSpeaker = speakersAmong(all, lines)
  return all.filter(isSpeaker)
}

function readCandidates(text: string): Candidates {
  const all: Candidate[] = []
  const indent = /^(?:[ \t]*\n)*([ \t]{0,40})/.exec(text.slice(0, LOOK_AT))?.[1] ?? ''
  const fences = createFences()
  let lines = 0
  let afterBlank = true
  for (let start = 0; start < text.length && all.length < MAX_SPEAKERS;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, Math.min(end, start + LOOK_AT))
    const blank = line.trim() === ''
    if (!blank) {
      lines += 1
      // What stood in a block of code were no speakers, as is known once it is closed.
      all.length = fences.read(line, all.length)
      const label = line.startsWith(indent) ? readLabel(line.slice(indent.length)) : null
      if (label !== null) {
        all.push({
          start,
          line: lines,
          afterBlank,
          label: { ...label, length: label.length + indent.length },
        })
      }
    }
    afterBlank = blank
    start = end + 1
  }
  return { all, lines }
}

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`\n]{0,80})/

/** Blocks of code. One that is never closed is none; a line that names a language begins one even inside another. */
function createFences() {
  let open: { readonly mark: string; readonly before: number } | null = null
  return {
    /** @returns how many of the `found` labels stand */
    read(line: string, found: number): number {
      const [, mark, info = ''] = FENCE.exec(line) ?? []
      if (mark === undefined) return found
      if (open === null || info.trim() !== '') {
        open = { mark, before: found }
        return found
      }
      if (mark[0] !== open.mark[0] || mark.length < open.mark.length) return found
      const { before } = open
      open = null
      return before
    },
  }
}

/**
 * Words for roles always are speakers, and so is a name with a time. A plain name is one when the text is a conversation of
 * names: it begins with one, or nobody speaks by role and two names occur twice each. Then those count that occur twice, that
 * come first, that are the only other one, or whose line stands after an empty one or in a text where every line has its
 * speaker.
 */
function speakersAmong(
  all: readonly Candidate[],
  lines: number,
): (candidate: Candidate) => boolean {
  const times = new Map<string, number>()
  for (const { label } of all) times.set(label.text, (times.get(label.text) ?? 0) + 1)
  const first = all[0]
  const byRole = all.some(({ label }) => label.role !== null)
  const repeated = [...times.values()].filter((count) => count > 1).length
  const named = (first?.line === 1 && first.label.role === null) || (!byRole && repeated > 1)
  const script = lines === all.length
  const dated = all.filter(({ label }) => label.stamp?.at != null)
  const datedNames = new Set(dated.map(({ label }) => label.text))
  return ({ label, afterBlank }) => {
    if (label.role !== null || label.stamp !== null) return true
    if (!named) return false
    // Where messages are dated a name without a date is one only if it is that of a message.
    if (dated.length > 1 && !datedNames.has(label.text)) return false
    const often = (times.get(label.text) ?? 0) > 1
    return often || afterBlank || script || times.size <= 2 || label.text === first?.label.text
  }
}
