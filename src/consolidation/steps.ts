import type { Config } from '../config.ts'
import { MemoirError, SENTENCE, type ErrorCode } from '../errors.ts'
import type { FactContext } from '../facts/extract.ts'
import { languagePurseOf, purseOf } from '../ingest/purse.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import {
  findRun,
  saveFailed,
  type ConsolidationRun,
} from '../stores/consolidation/consolidation-runs.ts'
import { extractionIn, WHOLE_NAMESPACE } from '../steering/settings.ts'
import type { Database } from '../stores/database.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import { applyRun } from './apply.ts'
import { planRun } from './plan.ts'

/** The steps of one run. Each may be repeated: what was planned is found planned, and what was done is found done. */
export interface ConsolidationSteps {
  /** Asks the models what the day is to become, and keeps it. */
  plan(key: RunKey, signal: AbortSignal): Promise<Planned>
  /** Does it. @returns whether it has to be planned again, because the day changed meanwhile */
  apply(key: RunKey, signal: AbortSignal): Promise<{ readonly again: boolean }>
}

export interface RunKey {
  readonly jobId: string
}

export interface Planned {
  readonly apply: boolean
  /** Why there is no plan: a model that says what cannot be used is not asked for ever. */
  readonly failed?: ErrorCode
}

export interface ConsolidationDependencies {
  readonly config: Config
  readonly db: Database
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
}

export function createConsolidationSteps(
  dependencies: ConsolidationDependencies,
): ConsolidationSteps {
  const { config, db, languageModel } = dependencies
  const zone = config.MEMORY_TIMEZONE
  return {
    async plan({ jobId }, signal) {
      await languageModel.ready?.()
      const run = await requireRun(db, jobId)
      if (run.state === 'applied' || run.state === 'unchanged' || run.state === 'undone')
        return { apply: false }
      const context = await contextOf(dependencies, run, signal)
      try {
        const apply = await planRun({ context, run, zone, ...boundsOf(config) })
        return { apply: apply && !run.dryRun }
      } catch (error) {
        if (!(error instanceof MemoirError) || error.code !== 'vendor_bad_answer') throw error
        // Where no vendor is configured, nobody is sent to look for one: the fault is Memoir's own.
        const code = languageModel.identity.provider === 'builtin' ? 'internal' : error.code
        await saveFailed(db, run.id, code)
        return { apply: false, failed: code }
      }
    },
    async apply({ jobId }, signal) {
      const run = await requireRun(db, jobId)
      const context = await contextOf(dependencies, run, signal)
      const share = config.CONSOLIDATION_MAX_RETIRE_SHARE
      const outcome = await applyRun({ context, runId: run.id, zone, share }, run)
      if (outcome === 'guard') throw new MemoirError('guard', SENTENCE.guard)
      return { again: outcome === 'stale' }
    },
  }
}

const boundsOf = (config: Config) => ({
  hotDays: config.MEMORY_HOT_DAYS,
  lowSalience: config.MEMORY_SALIENCE_WRITE_THRESHOLD,
})

async function requireRun(db: Database, id: string): Promise<ConsolidationRun> {
  const run = await findRun(db, id)
  if (run === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return run
}

async function contextOf(
  { config, db, embedder, languageModel }: ConsolidationDependencies,
  run: ConsolidationRun,
  signal: AbortSignal,
): Promise<FactContext> {
  const { id: jobId, userId, namespaceId } = run
  const seq = (await forgetSeqs(db, [userId])).get(userId) ?? 0
  const { steering } = await extractionIn(db, { namespaceId, collection: WHOLE_NAMESPACE })
  return {
    steering,
    db,
    model: languageModel,
    embedder,
    language: config.MEMORY_LANGUAGE,
    jobId,
    userId,
    priority: 'bulk',
    signal,
    purses: {
      embedding: purseOf({ db, config }, { jobId, model: embedder.identity.model }),
      language: languagePurseOf({ db, config }, { jobId, model: languageModel.identity.model }),
    },
    fence: { namespaceId, secret: config.MEMOIR_ENCRYPTION_KEY, seq },
  }
}
