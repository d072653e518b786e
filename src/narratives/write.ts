import { z } from 'zod'
import { MemoirError, SENTENCE } from '../errors.ts'
import { answered } from '../facts/answers.ts'
import type { FactContext } from '../facts/extract.ts'
import type { Narrative, NarrateRequest, QuotedMemory } from '../providers/language-model.ts'
import { detectLanguage } from '../text/language.ts'

/** What a model reads at once, whatever its window: more is told in parts, and the parts again. */
const PART_CHARS = 12_000
const PART_NARRATIVE_CHARS = 1_500
const NARRATIVE_CHARS = 4_000
/** Less says nothing of anybody. */
const SHORTEST = 40
const SAMPLE_CHARS = 4_000

const answerSchema = z.object({ narrative: z.string(), sources: z.array(z.string()) })

export interface Written extends Narrative {
  readonly model: string
  readonly promptVersion: string
}

export type NarrativeContext = Pick<
  FactContext,
  'db' | 'model' | 'jobId' | 'userId' | 'priority' | 'signal' | 'purses' | 'fence'
>

/** Tells who somebody is: the memories in parts, the parts as one. Cites the memories that any part rests on. */
export async function writeNarrative(
  context: NarrativeContext,
  memories: readonly QuotedMemory[],
): Promise<Written> {
  const said = memories.map(({ content }) => content).join('\n')
  const language = detectLanguage(said.slice(-SAMPLE_CHARS))
  const groups = inParts(memories, ({ content }) => content.length)
  let level: Written[] = []
  for (const [index, group] of groups.entries()) {
    const request = { memories: group, parts: [], maxChars: charsFor(groups), language }
    level.push(await ask(context, `narrate:0:${index}`, request))
  }
  const sources = [...new Set(level.flatMap((one) => one.sources))]
  for (let depth = 1; level.length > 1; depth += 1) {
    const next: Written[] = []
    const parts = inParts(level, ({ narrative }) => narrative.length)
    for (const [index, part] of parts.entries()) {
      const texts = part.map(({ narrative }) => narrative)
      const request = { memories: [], parts: texts, maxChars: charsFor(parts), language }
      next.push(await ask(context, `narrate:${depth}:${index}`, request))
    }
    level = next
  }
  const [only] = level
  if (only === undefined) throw unusable()
  return { ...only, sources }
}

const charsFor = ({ length }: readonly unknown[]): number =>
  length === 1 ? NARRATIVE_CHARS : PART_NARRATIVE_CHARS

/** An answer that cannot be used is not kept: the next try asks again. */
async function ask(
  { db, model, jobId, userId, priority, signal, purses, fence }: NarrativeContext,
  step: string,
  request: NarrateRequest,
): Promise<Written> {
  const { value, ...by } = await answered(
    db,
    {
      jobId,
      userId,
      step,
      model: model.identity.model,
      input: request,
      schema: answerSchema,
      fence,
    },
    async () => {
      const answer = await model.narrate(request, {
        priority,
        signal,
        ...(purses ? { purse: purses.language } : {}),
      })
      if (answer.value.narrative.trim().length < SHORTEST) throw unusable()
      return answer
    },
  )
  return { ...value, ...by }
}

const unusable = () => new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer)

function inParts<T>(all: readonly T[], charsOf: (one: T) => number): T[][] {
  const parts: T[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const one of all) {
    chars += charsOf(one)
    if (chars > PART_CHARS) {
      parts.push([])
      chars = charsOf(one)
    }
    parts.at(-1)?.push(one)
  }
  return parts
}
