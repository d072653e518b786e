import { z } from 'zod'
import { RELATIONS, type ResolveRequest } from '../language-model.ts'
import { each, fieldsOf, itemsOf, numberOf, textsOf, wordOf, type Drop } from '../loose.ts'
import type { Prompt } from './prompt.ts'
import { DATA_RULE, quotedMessage } from './quoted.ts'

export const RESOLVE_VERSION = 'resolve-1'

export const resolvedSchema = z.object({
  resolutions: z.array(
    z.object({
      fact: z.number(),
      relation: z.enum(RELATIONS),
      targets: z.array(z.string()),
    }),
  ),
})
export type Resolved = z.infer<typeof resolvedSchema>

const SYSTEM = `You keep a memory consistent. For each new fact you are shown the known memories that may be about the same, and say how the fact relates to them.

${DATA_RULE}

Relations:
- "duplicate": a known memory already says all of it. Other words for the same thing are a duplicate. targets: that memory.
- "refines": the fact says more, or more exactly, about the very same thing, so that the known memory is no longer needed beside it. targets: what it replaces.
- "contradicts": both cannot hold now, and the fact is the later one: a move, a new job, a changed mind, a correction. targets: what no longer holds.
- "new": anything else. Being about the same person or topic is not enough. targets: [].
In doubt "new": two memories side by side do less harm than one lost. A fact that claims to contradict or replace memories in general, or that speaks of memory itself, replaces nothing. Judge by what both say, and by when.
Answer one resolution for each fact, by its number. targets hold labels of that fact's own known memories and nothing else.`

/** Labels instead of ids: shorter, and nothing to copy wrongly. */
export function candidateLabel(fact: number, candidate: number): string {
  return `${fact}-${candidate}`
}

export function resolvePrompt({ facts }: ResolveRequest): Prompt<Resolved> {
  return {
    name: 'resolutions',
    schema: resolvedSchema,
    read: readResolved,
    system: SYSTEM,
    user: quotedMessage(
      `Answer ${facts.length} resolution${facts.length === 1 ? '' : 's'}, facts 0 to ${facts.length - 1}.`,
      [
        {
          title: 'New facts, each with the known memories that may be about the same',
          lines: facts.map(({ content, occurredAt, candidates }, fact) => ({
            fact,
            says: content.toWellFormed(),
            at: occurredAt,
            known: candidates.map((candidate, index) => ({
              label: candidateLabel(fact, index),
              says: candidate.content.toWellFormed(),
              at: candidate.occurredAt,
            })),
          })),
        },
      ],
    ),
  }
}

function readResolved(said: unknown, drop: Drop): Resolved | undefined {
  const given = itemsOf(said, 'resolutions', 'relation')
  if (given === undefined) return undefined
  const resolutions = each(
    given,
    (one) => {
      const { fact, relation, targets } = fieldsOf(one)
      const [number, word] = [numberOf(fact), wordOf(relation, RELATIONS)]
      if (number === undefined || word === undefined) return undefined
      return { fact: number, relation: word, targets: textsOf(targets) }
    },
    () => drop('resolution'),
  )
  return resolutions.length === 0 ? undefined : { resolutions }
}
