import { z } from 'zod'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError } from '../errors.ts'
import { contentHash } from '../ingest/conversation.ts'
import { indexAlone, writeWhole, writeWordsOnly } from '../memories/derive.ts'
import { requireSpace } from '../memories/space.ts'
import { embedEach } from '../providers/embedder.ts'
import { noteVectorless } from './settle.ts'
import type { Queryable } from '../stores/database.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { linkSummaryToFacts, writeSummary, type Summarised } from '../stores/memories/summaries.ts'
import { detectLanguage } from '../text/language.ts'
import { answered } from './answers.ts'
import type { FactContext } from './extract.ts'
import { fencedTransaction } from './fence.ts'
import { gateFor, passing } from '../forget/gate.ts'
import { cleanedTurns } from '../steering/steering.ts'

/** What a model reads at once of a transcript; a longer one is summed up in parts, and the parts again. */
const PART_CHARS = 12_000
const MAX_CHARS = 1_200
const SAMPLE_CHARS = 4_000
/** How often a model is asked for a summary that can be used. */
const TRIES = 2

export interface SummaryRequest {
  /** Names the summary within its job. */
  readonly step: string
  readonly of: Summarised
  readonly turns: readonly Turn[]
  /** What the summary said before these turns; null for a first one. */
  readonly before: string | null
  /** For turns without a time of their own. */
  readonly at: Date
  /** Written in the same transaction. */
  readonly also?: (tx: Queryable) => Promise<void>
}

/** Brings a summary up to date: what it said so far and the new turns become the next one. Points to the facts it rests on. */
export async function summariseTurns(context: FactContext, asked: SummaryRequest): Promise<void> {
  const { db, embedder, priority, signal, purses, steering } = context
  const gate = await gateFor(context)
  const known = asked.before === null ? null : gate.text(asked.before)
  const before = known && steering ? steering.cleaned(known) : known
  const request = {
    ...asked,
    before: before || null,
    turns: cleanedTurns(steering, passing(gate, asked.turns)),
  }
  if (request.turns.length === 0) return
  const made = await summaryOf(context, request)
  const summary = { ...made, content: gate.text(made.content) }
  if (summary.content.trim() === '') return
  const space = await requireSpace(db, embedder)
  const vectors = await embedEach(embedder, [summary.content], {
    priority,
    signal,
    ...(purses ? { purse: purses.embedding } : {}),
  })
  const [vector] = vectors
  if (!vector) throw new MemoirError('vendor_bad_answer', 'no vector came back')
  await noteVectorless(context, vectors)
  const vec = vector instanceof Float32Array ? vector : null
  await fencedTransaction(context, async (tx) => {
    await write(tx, context, { ...request, ...summary, space, vec })
    await request.also?.(tx)
  })
}

export interface Summary {
  readonly content: string
  readonly model: string
  readonly promptVersion: string
}

export interface SummaryQuestion extends Pick<SummaryRequest, 'step' | 'turns' | 'before'> {
  /** Whether an answer may be kept; one that may not is asked for once more. */
  readonly usable?: (content: string) => boolean
  /** They are statements that stand for themselves, not what was said in a conversation. */
  readonly stated?: boolean
}

/**
 * What a model makes of turns, however many: in parts, and the parts again. Where settings say what is to be remembered, the turns have to
 * be clean already, of which something is left.
 * @throws MemoirError `vendor_bad_answer` for one that is not usable, and those of the model
 */
export async function summaryOf(
  context: FactContext,
  { step, turns, before, usable = () => true, stated = false }: SummaryQuestion,
): Promise<Summary> {
  const said = turns.map(({ content }) => content).join('\n')
  const language = detectLanguage(said.slice(0, SAMPLE_CHARS))
  let level = [...(before === null ? [] : [asTurn(before, 0)]), ...turns]
  for (let depth = 0; ; depth += 1) {
    const summaries: Summary[] = []
    for (const [index, part] of partsOf(level).entries()) {
      const name = `${step}:summarise:${depth}:${index}`
      summaries.push(
        await askSummary(context, { step: name, turns: part, language, usable, stated }),
      )
    }
    const [only] = summaries
    if (only && summaries.length === 1) {
      const { steering } = context
      return steering ? { ...only, content: steering.cleaned(only.content) } : only
    }
    level = summaries.map(({ content }, position) => asTurn(content, position))
  }
}

const asTurn = (content: string, position: number): Turn => ({
  position,
  role: 'summary',
  name: null,
  content: content.slice(0, PART_CHARS),
  at: null,
})

async function askSummary(
  { db, model, jobId, userId, priority, signal, purses, fence, steering }: FactContext,
  {
    step,
    turns,
    language,
    usable,
    stated,
  }: Required<Omit<SummaryQuestion, 'before'>> & { language: string },
): Promise<Summary> {
  const shown = stated
    ? { turns: [], facts: turns.map(({ content }) => content) }
    : { turns, facts: [] }
  const never = steering?.settings.never ?? []
  const request = {
    ...shown,
    maxChars: MAX_CHARS,
    language,
    ...(never.length === 0 ? {} : { never }),
  }
  const ask = async () =>
    await model.summarise(request, {
      priority,
      signal,
      ...(purses ? { purse: purses.language } : {}),
    })
  const answer = await answered(
    db,
    { jobId, userId, step, model: model.identity.model, input: request, schema: z.string(), fence },
    async () => {
      for (let tries = 1; ; tries += 1) {
        const one = await ask()
        if (usable(one.value)) return one
        if (tries === TRIES) {
          throw new MemoirError(
            'vendor_bad_answer',
            'the summary says what nobody said, or nothing',
          )
        }
      }
    },
  )
  return { content: answer.value, model: answer.model, promptVersion: answer.promptVersion }
}

function partsOf(turns: readonly Turn[]): Turn[][] {
  const parts: Turn[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const turn of turns) {
    const content = turn.content.slice(0, PART_CHARS)
    chars += content.length
    if (chars > PART_CHARS) {
      parts.push([])
      chars = content.length
    }
    parts.at(-1)?.push({ ...turn, content })
  }
  return parts
}

async function write(
  tx: Queryable,
  { jobId, userId, language }: FactContext,
  {
    of,
    turns,
    at,
    space,
    vec,
    ...summary
  }: SummaryRequest & Summary & { readonly space: Space; readonly vec: Float32Array | null },
): Promise<void> {
  const { content, model, promptVersion } = summary
  const said = turns.at(-1)?.at
  const occurredAt = said === null || said === undefined ? at : new Date(said)
  const text = indexAlone(content, language)
  const row = await writeSummary(tx, {
    ...of,
    userId,
    jobId,
    content,
    contentHash: contentHash(['summary', content]),
    occurredAt,
    model,
    promptVersion,
    language: text.language,
    textLength: text.length,
    windowLength: text.windowLength,
  })
  if (row !== null) {
    const { before: counted } = row
    const trace = { ...row, userId, kind: 'summary' as const }
    const vectorCounted = counted !== null && counted.vectorRevision > 0
    if (vec === null) await writeWordsOnly(tx, [{ trace, text, counted, occurredAt }])
    else await writeWhole(tx, space, [{ trace, text, vec, counted, vectorCounted, occurredAt }])
  }
  await linkSummaryToFacts(tx, userId, of)
}
