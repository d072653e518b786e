import { z } from 'zod'
import { NARRATIVE_SECTIONS, type NarrativeLine } from '../domain/narrative.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { answered } from '../facts/answers.ts'
import { atOnce } from '../ingest/at-once.ts'
import type { FactContext } from '../facts/extract.ts'
import type { NarrateRequest, QuotedMemory } from '../providers/language-model.ts'
import type { Material } from './material.ts'
import { portraitText, type PortraitText } from './portrait-text.ts'

/** What a model reads at once, whatever its window: more is told in parts, and the lines of the parts again. */
const WINDOW_CHARS = 12_000
/** So many portraits of parts are read as one. */
const PARTS_A_WINDOW = 8
/** Some 300 words. */
export const NARRATIVE_CHARS = 2_400
/** Somebody may be waiting for the next look; a vendor's rate is kept by its limiter. */
const AT_ONCE = 8

const answerSchema = z.object({
  lines: z.array(
    z.object({
      section: z.enum(NARRATIVE_SECTIONS),
      text: z.string(),
      sources: z.array(z.string()),
    }),
  ),
})

export interface Written extends PortraitText {
  readonly model: string
  readonly promptVersion: string
}

export type NarrativeContext = Pick<
  FactContext,
  'db' | 'model' | 'jobId' | 'userId' | 'priority' | 'signal' | 'purses' | 'fence'
> & {
  /** The caller's own id of the user. */
  readonly externalId: string
}

interface Level {
  readonly lines: readonly NarrativeLine[]
  readonly model: string
  readonly promptVersion: string
}

/**
 * Tells who somebody is: their statements in parts, the lines of the parts as one. Each line cites the memories it rests on.
 * @param windowChars what is shown to the model in one request
 * @throws MemoirError `vendor_bad_answer` when not a line can be used
 */
export async function writeNarrative(
  context: NarrativeContext,
  { statements, language }: Material,
  windowChars: number = WINDOW_CHARS,
): Promise<Written> {
  let told = new Map(statements.map(({ id }) => [id, [id]]))
  let memories = statements
  for (let depth = 0; ; depth += 1) {
    const parts = inParts(memories, windowChars)
    const room = parts.length === 1 ? windowChars : windowChars / PARTS_A_WINDOW
    const maxChars = Math.min(NARRATIVE_CHARS, Math.floor(room))
    const requests = parts.map((part) => ({
      memories: part,
      user: context.externalId,
      language,
      maxChars,
    }))
    const level = await askAll(context, depth, requests)
    const lines = level
      .flatMap((one) => within(one.lines, maxChars))
      .map((line) => ({
        ...line,
        sources: [...new Set(line.sources.flatMap((id) => told.get(id) ?? []))],
      }))
    const [first] = level
    if (first === undefined) throw unusable()
    if (level.length === 1) return { ...first, ...portraitText(lines, language) }
    memories = asMemories(lines, statements)
    told = new Map(lines.map(({ sources }, index) => [`line-${index}`, sources]))
  }
}

/** Lines of parts are what the next level reads, as of the last that they rest on. */
function asMemories(
  lines: readonly NarrativeLine[],
  statements: readonly QuotedMemory[],
): QuotedMemory[] {
  const times = new Map(statements.map(({ id, occurredAt }) => [id, occurredAt]))
  return lines
    .map(({ text, sources }, index) => ({
      id: `line-${index}`,
      content: text,
      occurredAt:
        sources
          .map((id) => times.get(id) ?? '')
          .toSorted()
          .at(-1) ?? '',
    }))
    .toSorted((a, b) => a.occurredAt.localeCompare(b.occurredAt))
}

/** A level has to become shorter than the one before, whatever the model makes of its limit; and what cites nothing is not told. */
function within(lines: readonly NarrativeLine[], maxChars: number): NarrativeLine[] {
  let left = maxChars
  return lines.flatMap((line) => {
    const text = line.text.slice(0, left)
    if (text === '' || line.sources.length === 0) return []
    left -= text.length
    return [{ ...line, text }]
  })
}

/** The parts of one level, in their order. */
async function askAll(
  context: NarrativeContext,
  depth: number,
  requests: readonly NarrateRequest[],
): Promise<Level[]> {
  const answers: Level[] = []
  await atOnce(AT_ONCE, [...requests.entries()], async ([index, request]) => {
    answers[index] = await ask(context, `narrate:${depth}:${index}`, request)
  })
  return answers
}

/** An answer that cannot be used is not kept: the next try asks again. */
async function ask(
  { db, model, jobId, userId, priority, signal, purses, fence }: NarrativeContext,
  step: string,
  request: NarrateRequest,
): Promise<Level> {
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
      if (answer.value.lines.length === 0) throw unusable()
      return answer
    },
  )
  return { ...value, ...by }
}

const unusable = () => new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer)

function inParts(all: readonly QuotedMemory[], windowChars: number): QuotedMemory[][] {
  const parts: QuotedMemory[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const one of all) {
    chars += one.content.length
    if (chars > windowChars) {
      parts.push([])
      chars = one.content.length
    }
    parts.at(-1)?.push(one)
  }
  return parts
}
