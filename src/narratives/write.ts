import { z } from 'zod'
import { MemoirError, SENTENCE } from '../errors.ts'
import { answered } from '../facts/answers.ts'
import { atOnce } from '../ingest/at-once.ts'
import type { FactContext } from '../facts/extract.ts'
import type { Narrative, NarrateRequest, QuotedMemory } from '../providers/language-model.ts'
import { detectLanguage } from '../text/language.ts'

/** What a model reads at once, whatever its window: more is told in parts, and the parts again. */
const WINDOW_CHARS = 12_000
/** So many narratives of parts are read as one; half as many when a model writes twice as much as it was asked for, and more is cut. */
const PARTS_A_WINDOW = 8
const AT_MOST = 2
const NARRATIVE_CHARS = 4_000
/** Somebody may be waiting for the next look; a vendor's rate is kept by its limiter. */
const AT_ONCE = 8
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
  'db' | 'model' | 'jobId' | 'userId' | 'priority' | 'signal' | 'purses'
>

/**
 * Tells who somebody is: the memories in parts, the parts as one. Cites the memories that any part rests on.
 * @param windowChars what is shown to the model in one request
 */
export async function writeNarrative(
  context: NarrativeContext,
  memories: readonly QuotedMemory[],
  windowChars: number = WINDOW_CHARS,
): Promise<Written> {
  const said = memories.map(({ content }) => content).join('\n')
  const language = detectLanguage(said.slice(-SAMPLE_CHARS))
  const maxCharsOf = ({ length }: readonly unknown[]): number =>
    Math.min(NARRATIVE_CHARS, length === 1 ? windowChars : windowChars / PARTS_A_WINDOW)
  const ofMemories = inParts(memories, { windowChars, charsOf: ({ content }) => content.length })
  const requests = ofMemories.map((part) => ({ memories: part, parts: [] }))
  const all = { language, maxChars: maxCharsOf(requests) }
  let level = await askAll(
    context,
    0,
    requests.map((request) => ({ ...request, ...all })),
  )
  const sources = [...new Set(level.flatMap((one) => one.sources))]
  for (let depth = 1; level.length > 1; depth += 1) {
    const texts = level.map(({ narrative }) => narrative)
    const parts = inParts(texts, { windowChars, charsOf: ({ length }) => length })
    const maxChars = maxCharsOf(parts)
    const next = parts.map((part) => ({ memories: [], parts: part, language, maxChars }))
    level = await askAll(context, depth, next)
  }
  const [only] = level
  if (only === undefined) throw unusable()
  return { ...only, sources }
}

/** The parts of one level, in their order. */
async function askAll(
  context: NarrativeContext,
  depth: number,
  requests: readonly NarrateRequest[],
): Promise<Written[]> {
  const written: Written[] = []
  await atOnce(AT_ONCE, [...requests.entries()], async ([index, request]) => {
    const one = await ask(context, `narrate:${depth}:${index}`, request)
    // A level has to become shorter than the one before, whatever the model makes of its limit.
    written[index] = { ...one, narrative: one.narrative.slice(0, request.maxChars * AT_MOST) }
  })
  return written
}

/** An answer that cannot be used is not kept: the next try asks again. */
async function ask(
  { db, model, jobId, userId, priority, signal, purses }: NarrativeContext,
  step: string,
  request: NarrateRequest,
): Promise<Written> {
  const { value, ...by } = await answered(
    db,
    { jobId, userId, step, model: model.identity.model, input: request, schema: answerSchema },
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

function inParts<T>(
  all: readonly T[],
  { windowChars, charsOf }: { windowChars: number; charsOf: (one: T) => number },
): T[][] {
  const parts: T[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const one of all) {
    chars += charsOf(one)
    if (chars > windowChars) {
      parts.push([])
      chars = charsOf(one)
    }
    parts.at(-1)?.push(one)
  }
  return parts
}
