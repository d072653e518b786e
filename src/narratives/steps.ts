import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { gateFor, passing } from '../forget/gate.ts'
import { languagePurseOf, purseOf } from '../ingest/purse.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import type { Database } from '../stores/database.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import { lockUsers } from '../stores/memory-users.ts'
import {
  areAllThere,
  chooseMaterial,
  extendFreshness,
  findWork,
  markBegun,
  saveNarrative,
  saveNothing,
  wasAskedAgain,
  type Generation,
  type NarrativeWork,
} from '../stores/narratives/narratives.ts'
import { materialOf } from './material.ts'
import { writeNarrative } from './write.ts'

/** The steps of a generation. Each may be repeated: what was written is found written, and what a model answered is kept. */
export interface NarrativeSteps {
  /** Whether there is anything to tell, and how long to wait so that requests of the same moment become one. */
  begin(key: Generation): Promise<NarrativeStart>
  write(key: Generation, signal: AbortSignal): Promise<void>
  /** @returns whether somebody asked while it was written */
  finish(key: Generation): Promise<{ readonly again: boolean }>
}

export interface NarrativeStart {
  readonly waitMs: number
  readonly work: boolean
}

export interface NarrativeDependencies {
  readonly config: Config
  readonly db: Database
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
}

/** Two generations of one user never begin closer to each other: whatever is asked between them, the second answers. */
const APART_MS = 2_000

export function createNarrativeSteps(dependencies: NarrativeDependencies): NarrativeSteps {
  const { config, db } = dependencies
  return {
    async begin(key) {
      const work = await requireWork(db, key)
      if (isWritten(work, key)) return { waitMs: 0, work: false }
      const waitMs = Math.ceil(APART_MS - (work.sinceMs ?? APART_MS))
      if (waitMs > 0) return { waitMs, work: true }
      await markBegun(db, work.userId)
      if (work.memories < config.NARRATIVE_MIN_MEMORIES) return { waitMs: 0, work: false }
      if (work.force || key.round > 0 || work.sourceSeq !== work.writeSeq) {
        return { waitMs: 0, work: true }
      }
      await extendFreshness(db, work.userId, config.NARRATIVE_TTL_DAYS)
      return { waitMs: 0, work: false }
    },
    write: async (key, signal) => await write(dependencies, key, signal),
    async finish(key) {
      const { userId } = await requireWork(db, key)
      return { again: await wasAskedAgain(db, userId) }
    },
  }
}

const isWritten = ({ madeBy, madeIn }: NarrativeWork, { jobId, round }: Generation): boolean =>
  madeBy === jobId && madeIn >= round

async function requireWork(db: Database, { jobId }: Generation): Promise<NarrativeWork> {
  const work = await findWork(db, jobId)
  if (work === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return work
}

async function write(
  { config, db, embedder, languageModel }: NarrativeDependencies,
  key: Generation,
  signal: AbortSignal,
): Promise<void> {
  await languageModel.ready?.()
  const { jobId } = key
  const work = await requireWork(db, key)
  if (isWritten(work, key)) return
  const { userId, namespaceId } = work
  const seq = (await forgetSeqs(db, [userId])).get(userId) ?? 0
  const fence = { namespaceId, secret: config.MEMOIR_ENCRYPTION_KEY, seq }
  const gate = await gateFor({ db, userId, fence })
  const memories = passing(gate, await chooseMaterial(db, userId))
  const material = materialOf(memories)
  const context = {
    db,
    model: languageModel,
    jobId,
    userId,
    externalId: work.externalId,
    fence,
    priority: work.bulk ? ('bulk' as const) : ('live' as const),
    signal,
    purses: {
      embedding: purseOf({ db, config }, { jobId, model: embedder.identity.model }),
      language: languagePurseOf({ db, config }, { jobId, model: languageModel.identity.model }),
    },
  }
  // Where nobody stated anything there is nothing to tell, and no model is asked.
  const written = material.statements.length === 0 ? null : await writeNarrative(context, material)
  const ids = memories.map(({ id }) => id)
  await db.transaction(async (tx) => {
    if (!(await lockUsers(tx, [userId])).has(userId)) {
      throw new MemoirError('not_found', SENTENCE.not_found)
    }
    const now = await findWork(tx, jobId)
    if (now === null || isWritten(now, key)) return
    // Something was forgotten meanwhile: it is told again without that.
    if (!(await areAllThere(tx, { userId, ids }))) {
      throw new MemoirError('in_progress', SENTENCE.in_progress)
    }
    const made = { ...key, userId, sourceSeq: work.writeSeq }
    if (written === null) return await saveNothing(tx, made)
    const { text: content, ...by } = written
    const freshDays = config.NARRATIVE_TTL_DAYS
    await saveNarrative(tx, { ...made, ...by, content, material: ids, freshDays })
  })
}
