import type { Config } from '../config.ts'
import type { NarrativeCitation } from '../domain/narrative.ts'
import type { RecallRequest, RecallResult } from '../domain/recall.ts'
import { openGate, passing } from '../forget/gate.ts'
import { answerInTime } from '../providers/in-time.ts'
import type { LanguageModel, NarrateRequest } from '../providers/language-model.ts'
import {
  findAnalysed,
  latestMaterial,
  type AnalysedUser,
} from '../stores/narratives/analysis-material.ts'
import type { Database } from '../stores/database.ts'
import { areAllThere, readCitations } from '../stores/narratives/narratives.ts'
import { isOwn, materialOf, type Material, type OwnMemory } from './material.ts'
import { portraitText } from './portrait-text.ts'

/** Who a user is, told now: for somebody who waits and finds no narrative. Not kept; the narrative's generation goes on beside it. */
export interface Analysis {
  readonly text: string
  readonly model: string
  /** Ids of the memories that it rests on: the first is `[1]`. */
  readonly sources: readonly string[]
  readonly citations: readonly NarrativeCitation[]
  /** What did not take part in time: the language model, recall. */
  readonly degraded: readonly string[]
  readonly tookMs: number
}

export interface AnalysisRequest {
  readonly namespaceId: string
  /** The caller's own id of the user. */
  readonly externalId: string
  /** What the conversation begins with; what is recalled for it is told of too. */
  readonly question?: string
  /** Only what was said in these. */
  readonly scopes?: readonly string[]
}

/** Answers within `DEEP_ANALYSIS_DEADLINE_MS`. @returns null when nothing is known of the user */
export type Analyse = (request: AnalysisRequest) => Promise<Analysis | null>

export interface AnalyseDependencies {
  readonly config: Config
  readonly db: Database
  readonly languageModel: LanguageModel
  readonly recall: (request: RecallRequest) => Promise<RecallResult>
}

/** A page that looks again every second is not a question to the model every second. */
const KEPT_MS = 60_000
/** One that a stand-in made: the model may soon be back. */
const STAND_IN_KEPT_MS = 10_000
const KEPT = 500

interface Kept {
  readonly analysis: Promise<Analysis | null>
  until: number
}

/**
 * The same question about a user of whom nothing has been written since is answered as before; whoever asks while it is being answered
 * gets the same answer.
 */
export function createAnalyse(dependencies: AnalyseDependencies): Analyse {
  const kept = new Map<string, Kept>()
  return async (request) => {
    const user = await findAnalysed(dependencies.db, request)
    if (user === null) return null
    const { question = null, scopes = null } = request
    const key = JSON.stringify([user.userId, user.writeSeq, question, scopes])
    const known = kept.get(key)
    if (known !== undefined && known.until > Date.now()) return await known.analysis
    const entry = { analysis: analyse(dependencies, request, user), until: Number.MAX_VALUE }
    keep(kept, key, entry)
    try {
      const made = await entry.analysis
      const forMs = made === null || made.degraded.length === 0 ? KEPT_MS : STAND_IN_KEPT_MS
      entry.until = Date.now() + forMs
      return made
    } catch (error) {
      kept.delete(key)
      throw error
    }
  }
}

function keep(kept: Map<string, Kept>, key: string, entry: Kept): void {
  kept.delete(key)
  kept.set(key, entry)
  const oldest = kept.size > KEPT ? kept.keys().next() : undefined
  if (oldest?.done === false) kept.delete(oldest.value)
}

const ANALYSIS_CHARS = 2_000
const HITS = 20
/** Of the time there is. */
const FINDING_SHARE = 0.4
/** For the built-in model, when the other has not answered: several times what it takes. */
const RESERVE_MS = 1_000
const RESERVE_SHARE = 0.4

async function analyse(
  { config, db, languageModel, recall }: AnalyseDependencies,
  request: AnalysisRequest,
  { userId }: AnalysedUser,
): Promise<Analysis | null> {
  const began = performance.now()
  const deadlineMs = config.DEEP_ANALYSIS_DEADLINE_MS
  const endMs = deadlineMs - Math.min(RESERVE_MS, deadlineMs * RESERVE_SHARE)
  const { hits, late } = await recalled(recall, request, deadlineMs * FINDING_SHARE)
  const missed = late ? ['recall'] : []
  const of = { namespaceId: request.namespaceId, userId, secret: config.MEMOIR_ENCRYPTION_KEY }
  const gate = await openGate(db, of)
  for (let memories = hits; ; memories = []) {
    const latest = await latestMaterial(db, { userId, scopes: request.scopes ?? null })
    memories = passing(gate, merged(memories, latest))
    const material = materialOf(memories)
    if (material.statements.length === 0) return null
    const leftMs = endMs - (performance.now() - began)
    const told = await tell(languageModel, { ...material, user: request.externalId }, leftMs)
    const ids = memories.map(({ id }) => id)
    // Something was forgotten meanwhile: it is told again without that, of what is there now.
    if (!(await areAllThere(db, { userId, ids }))) continue
    const { text, sources } = portraitText(told.value.lines, material.language)
    return {
      text,
      model: told.model,
      sources,
      citations: await readCitations(db, { userId, ids: sources }),
      degraded: told.stoodIn ? [...missed, 'language_model'] : missed,
      tookMs: Math.round(performance.now() - began),
    }
  }
}

async function tell(
  model: LanguageModel,
  { statements, language, user }: Material & { readonly user: string },
  withinMs: number,
) {
  const request: NarrateRequest = {
    memories: statements,
    user,
    maxChars: ANALYSIS_CHARS,
    language,
  }
  return await answerInTime(
    model,
    async (asked, options) => await asked.narrate(request, options),
    { withinMs, usable: ({ lines }) => lines.length > 0 },
  )
}

/** Nothing is recalled without a question, and a recall that takes too long is done without. */
async function recalled(
  recall: AnalyseDependencies['recall'],
  { namespaceId, externalId, question, scopes }: AnalysisRequest,
  withinMs: number,
): Promise<{ readonly hits: readonly OwnMemory[]; readonly late: boolean }> {
  if (question === undefined) return { hits: [], late: false }
  const ask = { namespaceId, userId: externalId, query: question, k: HITS }
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), withinMs)
  try {
    const asked = recall({ ...ask, ...(scopes === undefined ? {} : { scopes }) })
    const result = await Promise.race([asked.catch(() => null), late.promise])
    if (result === null) return { hits: [], late: true }
    const hits = result.hits
      .filter(isOwn)
      .map(({ id, kind, content, occurred_at: occurredAt }) => ({
        id,
        kind,
        content: content.slice(0, MEMORY_CHARS),
        occurredAt,
      }))
    return { hits, late: false }
  } finally {
    clearTimeout(timer)
  }
}

const MEMORY_CHARS = 2_000

/** Each once, in the order in which they were said. */
function merged(hits: readonly OwnMemory[], latest: readonly OwnMemory[]): OwnMemory[] {
  const all = new Map([...latest, ...hits].map((memory) => [memory.id, memory]))
  return [...all.values()].toSorted((a, b) => a.occurredAt.localeCompare(b.occurredAt))
}
