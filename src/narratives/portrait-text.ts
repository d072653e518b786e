import { NARRATIVE_SECTIONS, type NarrativeLine } from '../domain/narrative.ts'
import { headingsOf } from '../text/portrait/headings.ts'

/** A portrait as one text: sections of lines, each with the numbers of the memories that say so. */
export interface PortraitText {
  readonly text: string
  /** Ids of memories: the first is `[1]`. */
  readonly sources: readonly string[]
}

export function portraitText(lines: readonly NarrativeLine[], language: string): PortraitText {
  const headings = headingsOf(language)
  const numbers = new Map<string, number>()
  const cited = ({ text, sources }: NarrativeLine) => {
    for (const id of sources) if (!numbers.has(id)) numbers.set(id, numbers.size + 1)
    const marks = sources.map((id) => `[${numbers.get(id)}]`).join('')
    return `- ${text} ${marks}`
  }
  const sections = NARRATIVE_SECTIONS.map((section) => ({
    section,
    of: lines.filter((line) => line.section === section),
  })).filter(({ of }) => of.length > 0)
  const text = sections
    .map(({ section, of }) => `## ${headings[section]}\n${of.map(cited).join('\n')}`)
    .join('\n\n')
  return { text, sources: [...numbers.keys()] }
}
