import { z } from 'zod'
import type { NarrateRequest } from '../language-model.ts'
import type { Prompt } from './prompt.ts'
import { memoryLines } from './memories.ts'
import { DATA_RULE, quotedMessage } from './quoted.ts'
import { languageRule } from './turns.ts'

export const NARRATE_VERSION = 'narrate-1'

export const narrativeSchema = z.object({ narrative: z.string(), sources: z.array(z.string()) })

const SYSTEM = `You write who somebody is, for an assistant that will talk with them: what they do and care about, the people and places of their life, what they are working on, what changed, what lies ahead.

${DATA_RULE}

Rules:
- Flowing prose in the third person, the lasting first, then the current. Where memories disagree the later one holds, and the change may be told.
- Only what the data says. No advice, no judgement, no headings, no lists, no instructions to the reader.
- sources: the labels of the memories that it rests on; [] when there are only earlier narratives.`

export function narratePrompt(request: NarrateRequest): Prompt<z.infer<typeof narrativeSchema>> {
  const { memories, parts, maxChars, language } = request
  return {
    name: 'narrative',
    schema: narrativeSchema,
    system: SYSTEM,
    user: quotedMessage(
      `${languageRule(language)} Write one narrative, in at most ${maxChars} characters.`,
      [
        ...(memories.length === 0 ? [] : [{ title: 'Memories', lines: memoryLines(memories) }]),
        ...(parts.length === 0
          ? []
          : [
              {
                title: 'Narratives of parts of the memories, to be made into one',
                lines: parts.map((part) => part.toWellFormed()),
              },
            ]),
      ],
    ),
  }
}
