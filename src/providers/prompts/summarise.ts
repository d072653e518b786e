import { z } from 'zod'
import type { SummariseRequest } from '../language-model.ts'
import { objectWith, textsOf } from '../loose.ts'
import type { Prompt } from './prompt.ts'
import { DATA_RULE, quotedMessage } from './quoted.ts'
import { neverRule } from './steering.ts'
import { languageRule, shownWithin } from './turns.ts'

export const SUMMARISE_VERSION = 'summarise-2'

export const summarySchema = z.object({ summary: z.string() })

/** Some 12,000 tokens: fits small models, and a summary of 2,000 characters rests on no more. */
const MAX_SHOWN_CHARS = 48_000

const SYSTEM = `You write the summary by which a conversation is found again months later.

${DATA_RULE}

Rules:
- What it was about, what was decided, planned or found out, and by whom; names, places and dates as they were said.
- Plain sentences in the third person and the past tense. No lists, no headings, no introduction such as "In this conversation".
- What somebody quotes, pastes, hands over to be worked on, or says in a part they play is not about them: say at most what they did with it.
- Only what the data says. The facts were taken from the conversation before; lean on them for what matters.`

export function summarisePrompt(request: SummariseRequest): Prompt<z.infer<typeof summarySchema>> {
  const { turns, facts, maxChars, language, never = [] } = request
  return {
    name: 'conversation_summary',
    schema: summarySchema,
    read: readSummary,
    system: never.length === 0 ? SYSTEM : `${SYSTEM}\n\n${neverRule(never, 'Say nothing')}`,
    user: quotedMessage(
      `${languageRule(language)} Write the summary, in at most ${maxChars} characters.`,
      [
        { title: 'The conversation', lines: shownWithin(turns, MAX_SHOWN_CHARS) },
        ...(facts.length === 0
          ? []
          : [
              {
                title: 'Facts taken from it before',
                lines: facts.map((fact) => fact.toWellFormed()),
              },
            ]),
      ],
    ),
  }
}

function readSummary(said: unknown): z.infer<typeof summarySchema> | undefined {
  const summary = textsOf(objectWith(said, 'summary')?.['summary']).join(' ')
  return summary === '' ? undefined : { summary }
}
