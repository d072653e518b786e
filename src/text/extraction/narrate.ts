import type { NarrateRequest, Narrative, QuotedMemory } from '../../providers/language-model.ts'
import { bestFitting } from './rank.ts'
import { HEADINGS, headingsOf, sectionOf, SECTIONS, type Section } from './sections.ts'
import { oneLine } from './summarise.ts'
import { keyTerms } from './terms.ts'

/** Who somebody is, out of their memories' own sentences: sections of lines, each line a memory. */

interface Line {
  readonly section: Section
  readonly text: string
  readonly terms: ReadonlySet<string>
  readonly id: string | undefined
}

export function narrativeOf(request: NarrateRequest): Narrative {
  const { parts, memories, language } = request
  const lines = parts.length > 0 ? linesOfParts(parts, language) : linesOf(memories, language)
  const chosen = fitting(lines, request)
  const sources = chosen.map(({ id }) => id).filter((id) => id !== undefined)
  return { narrative: written(chosen, language), sources: [...new Set(sources)] }
}

/** In the order they happened; what happened last decides which plans are current. */
function linesOf(memories: readonly QuotedMemory[], language: string): Line[] {
  const ordered = memories.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))
  const newest = Date.parse(ordered.at(-1)?.occurredAt ?? '')
  return ordered.map((memory) => {
    const section = sectionOf(memory.content, { at: Date.parse(memory.occurredAt), newest })
    const text = section === 'when' ? dated(memory) : oneLine(memory.content)
    return { section, text, terms: keyTerms(text, language), id: memory.id }
  })
}

/** The day leads, so that the section reads as a timeline. */
const dated = ({ content, occurredAt }: QuotedMemory) =>
  Number.isNaN(Date.parse(occurredAt))
    ? oneLine(content)
    : `${new Date(occurredAt).toISOString().slice(0, 10)}: ${oneLine(content)}`

/** Narratives made here before: their headings say where each line belongs. */
function linesOfParts(parts: readonly string[], language: string): Line[] {
  const known = new Set<string>()
  const lines: Line[] = []
  for (const part of parts) {
    let section: Section = 'what'
    for (const written of part.split('\n').map((line) => line.trim())) {
      const heading = written.replace(/^#+\s*/u, '')
      const named = SECTIONS.find((one) => headingsEverywhere(one).includes(heading))
      const text = written.replace(/^- /u, '')
      if (named !== undefined) section = named
      else if (text !== '' && !known.has(text)) {
        known.add(text)
        lines.push({ section, text, terms: keyTerms(text, language), id: undefined })
      }
    }
  }
  return lines
}

const headingsEverywhere = (section: Section) =>
  Object.values(HEADINGS).map((headings) => headings[section])

/** Room is shared out evenly among the sections that have something; what one leaves the next may take. */
function fitting(lines: readonly Line[], { maxChars, language }: NarrateRequest): Line[] {
  const used = SECTIONS.filter((section) => lines.some((line) => line.section === section))
  const headings = headingsOf(language)
  const chosen: Line[] = []
  let left = maxChars
  used.forEach((section, at) => {
    const frame = headings[section].length + SECTION_FRAME
    const room = Math.floor(left / (used.length - at)) - frame
    const best = bestFitting(
      lines.filter((line) => line.section === section),
      { maxChars: room, separator: LINE_FRAME },
    )
    if (best.length === 0) return
    const taken = best.reduce((sum, { text }) => sum + text.length + LINE_FRAME, 0)
    left -= taken + frame
    chosen.push(...best)
  })
  return chosen
}

/** "## ", the line break after it and the empty line before. */
const SECTION_FRAME = 5
/** "- " and the line break. */
const LINE_FRAME = 3

function written(lines: readonly Line[], language: string): string {
  const headings = headingsOf(language)
  return SECTIONS.map((section) => ({
    heading: headings[section],
    texts: lines.filter((line) => line.section === section).map(({ text }) => `- ${text}`),
  }))
    .filter(({ texts }) => texts.length > 0)
    .map(({ heading, texts }) => `## ${heading}\n${texts.join('\n')}`)
    .join('\n\n')
}
