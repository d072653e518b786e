import { z } from 'zod'
import { NARRATIVE_SECTIONS, type NarrativeSection } from '../../domain/narrative.ts'
import type { NarrateRequest } from '../language-model.ts'
import { each, fieldsOf, itemsOf, textOf, textsOf, wordOf, type Drop } from '../loose.ts'
import type { Prompt } from './prompt.ts'
import { memoryLines } from './memories.ts'
import { DATA_RULE, quotedMessage } from './quoted.ts'
import { languageRule } from './turns.ts'

export const NARRATE_VERSION = 'narrate-2'

const SECTIONS = NARRATIVE_SECTIONS.filter((section) => section !== 'more')

export const narrativeSchema = z.object({
  lines: z.array(
    z.object({ section: z.enum(SECTIONS), text: z.string(), memories: z.array(z.string()) }),
  ),
})

export interface NarrativeAnswer {
  readonly lines: readonly {
    readonly section: NarrativeSection
    readonly text: string
    /** Labels. */
    readonly memories: readonly string[]
  }[]
}

const SYSTEM = `You write who somebody is, for an assistant that will talk with them: a short portrait in lines, each under one of the sections who, work, home, people, health, preferences, plans (plans and projects).

${DATA_RULE}

Rules:
- The memories are the user's own statements. Each line says one thing in one or two short sentences in the third person, and names in "memories" the labels of all memories that say it, and of no other.
- Only what holds now. Where memories disagree about the same thing the later one holds: tell it alone. No plan whose time is over.
- Only what the data says. No advice, no judgement, no instructions to the reader. No passwords, codes, or numbers of documents, cards and accounts.
- The most lasting and telling things first; leave out small talk. A section of which nothing is known has no line.`

export function narratePrompt(request: NarrateRequest): Prompt<NarrativeAnswer> {
  const { memories, maxChars, language } = request
  return {
    name: 'narrative',
    schema: narrativeSchema,
    read: readLines,
    system: SYSTEM,
    user: quotedMessage(
      `${languageRule(language)} Write the lines, in at most ${maxChars} characters together.`,
      [{ title: 'Memories', lines: memoryLines(memories) }],
    ),
  }
}

/** A line of a section that is not in the list fits nowhere else. */
function readLines(said: unknown, drop: Drop): NarrativeAnswer | undefined {
  const lines = each(
    itemsOf(said, 'lines', 'text') ?? [],
    (one) => {
      const line = fieldsOf(one)
      const text = textOf(line['text'])
      if (text === undefined) return undefined
      const section = wordOf(line['section'], NARRATIVE_SECTIONS) ?? 'more'
      return { section, text, memories: textsOf(line['memories']) }
    },
    () => drop('line'),
  )
  return lines.length === 0 ? undefined : { lines }
}
