import type { Head } from '../domain/recall.ts'
import type { Embedder, Purse } from '../providers/embedder.ts'
import type { ExtractRequest, LanguageModel } from '../providers/language-model.ts'
import type { Steering } from '../steering/steering.ts'
import type { Database } from '../stores/database.ts'
import { detectLanguage } from '../text/language.ts'
import { isoIn, offsetIn } from '../domain/time-zone.ts'
import { answered } from './answers.ts'
import { draftsOf, extractedSchema, type FactDraft } from './draft.ts'
import type { Fence } from './fence.ts'
import type { Passage } from './passages.ts'
import { steeredFacts, withoutRefusedQuotes } from './steer.ts'

/** Who is served, by whom, and on whose account. */
export interface FactContext {
  readonly db: Database
  readonly model: LanguageModel
  readonly embedder: Embedder
  /** ISO 639-1 or `auto`: what the user's memories are written in. */
  readonly language: string
  /** Which vectors facts get; left out, only that of what they say. */
  readonly heads?: readonly Head[]
  readonly jobId: string
  readonly userId: string
  readonly priority: 'live' | 'bulk'
  readonly signal: AbortSignal
  /** Pays the language model, and the embedder. */
  readonly purses?: { readonly language: Purse; readonly embedding: Purse }
  /** Keeps out what is forgotten while this is under way. */
  readonly fence?: Fence
  /** Whose day "today" is where a time carries no offset; left out, that of UTC. */
  readonly timeZone?: string
  /** What is to be remembered; left out, whatever is worth it. */
  readonly steering?: Steering | undefined
}

const SAMPLE_CHARS = 4_000

/** `Z` says when it was, and not what the speaker's clock showed (RFC 9557): an offset says that, and stays. */
const localTime = (at: string | null, zone: string) =>
  at === null || offsetIn(at) !== null || Number.isNaN(Date.parse(at))
    ? at
    : isoIn(new Date(at), zone)

/** A passage as a model is asked for its facts. Where secrets are not kept, its turns are masked already. */
export function extractRequestOf(
  { language: known, timeZone = 'UTC', steering }: RequestContext,
  { passage: { turns, before }, referenceTime }: { passage: Passage; referenceTime: Date },
): ExtractRequest {
  const sample = turns.map(({ content }) => content).join('\n')
  const language = known === 'auto' ? detectLanguage(sample.slice(0, SAMPLE_CHARS)) : known
  const shown = turns.map(({ own: _own, ...turn }) => ({
    ...turn,
    at: localTime(turn.at, timeZone),
  }))
  const settings = steering === undefined ? {} : { settings: steering.settings }
  return {
    turns: shown,
    before,
    referenceTime: isoIn(referenceTime, timeZone),
    language,
    ...settings,
  }
}

type RequestContext = Pick<FactContext, 'language' | 'timeZone' | 'steering'>

/**
 * The facts of one passage. A passage that was extracted before, by whatever run of the job, is read and not paid for again.
 * @param step names the passage within its job
 */
export async function extractPassage(
  context: FactContext,
  { step, passage, referenceTime }: { step: string; passage: Passage; referenceTime: Date },
): Promise<FactDraft[]> {
  const { db, model, jobId, userId, signal, priority, purses, fence, steering } = context
  const { turns, before } = passage
  const request = extractRequestOf(context, { passage, referenceTime })
  const answer = await answered(
    db,
    {
      jobId,
      userId,
      step,
      model: model.identity.model,
      input: request,
      schema: extractedSchema,
      fence,
    },
    async () =>
      steeredFacts(
        await model.extractMemories(request, {
          priority,
          signal,
          ...(purses ? { purse: purses.language } : {}),
        }),
        steering,
      ),
  )
  const drafts = draftsOf(answer.value, { ...answer, userId, turns, before, referenceTime })
  return withoutRefusedQuotes(drafts, steering)
}
