import type { Config } from '../config.ts'
import type { EntityMention } from '../domain/entity.ts'
import type { VersionedExtraction } from '../domain/extraction-settings.ts'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { draftsOf, mergeDrafts, type DraftSource, type FactDraft } from '../facts/draft.ts'
import { extractRequestOf } from '../facts/extract.ts'
import { passagesOf, type Passage } from '../facts/passages.ts'
import { steeredFacts, withoutRefusedQuotes } from '../facts/steer.ts'
import { atOnce } from '../ingest/at-once.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import { maskedTurns, steeringOf, type DropReason } from './steering.ts'

/** What a transcript would be remembered as. Nothing is written, and nothing that is known of anybody is read. */

export interface Trial {
  readonly facts: readonly TriedFact[]
  readonly dropped: readonly Dropped[]
  /** Who extracted: a vendor's model, or `rules`. */
  readonly model: string
}

export interface TriedFact {
  readonly content: string
  readonly category: string | null
  readonly entities: readonly Pick<EntityMention, 'type' | 'value'>[]
  readonly occurredAt: Date
  readonly salience: number
  readonly evidence: readonly DraftSource[]
}

export type Dropped = DropReason & { readonly content: string }

export interface TryRequest {
  readonly turns: readonly Turn[]
  readonly extraction: VersionedExtraction
}

export type TryExtraction = (request: TryRequest) => Promise<Trial>

/** Somebody waits for the answer. */
const WITHIN_MS = 60_000
const PASSAGES_AT_ONCE = 2

/** @throws MemoirError those of the model; `vendor_unavailable` when it does not answer in time */
export function createTryExtraction({
  config,
  languageModel: model,
}: {
  readonly config: Config
  readonly languageModel: LanguageModel
}): TryExtraction {
  return async ({ turns, extraction }) => {
    await model.ready?.()
    const steering = steeringOf(extraction)
    const context = {
      language: config.MEMORY_LANGUAGE,
      timeZone: config.MEMORY_TIMEZONE,
      steering,
    }
    const signal = AbortSignal.timeout(WITHIN_MS)
    const referenceTime = new Date()
    const dropped: Dropped[] = []
    const found: FactDraft[][] = []
    const one = async (passage: Passage) => {
      const request = extractRequestOf(context, { passage, referenceTime })
      const answer = steeredFacts(
        await model.extractMemories(request, { priority: 'live', signal }),
        steering,
        ({ content }, why) => dropped.push({ content, ...why }),
      )
      const from = { ...passage, ...answer, userId: NOBODY, referenceTime }
      const drafts = draftsOf(answer.value, { ...from, model: model.identity.model })
      found[passage.index] = withoutRefusedQuotes(drafts, steering)
    }
    try {
      await atOnce(PASSAGES_AT_ONCE, passagesOf(maskedTurns(steering, turns)), one)
    } catch (error) {
      if (!signal.aborted) throw error
      throw new MemoirError('vendor_unavailable', SENTENCE.vendor_unavailable, { cause: error })
    }
    return { facts: mergeDrafts(found.flat()).map(shown), dropped, model: model.identity.model }
  }
}

/** Ids of facts are derived from a user's; these are not kept. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

const shown = (draft: FactDraft): TriedFact => ({
  content: draft.content,
  category: draft.category ?? null,
  entities: draft.entities.map(({ type, value }) => ({ type, value })),
  occurredAt: draft.occurredAt,
  salience: draft.salience,
  evidence: draft.sources,
})
