import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { SpaceIdentity } from '../providers/embedder.ts'
import { acceptReembed, requireNoReembed, type AcceptedReembed } from '../reembed/accept.ts'
import { estimateReembed, type ReembedEstimate } from '../reembed/estimate.ts'
import { REEMBED_LOCK, spaceName } from '../reembed/job.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { findSetting, lockSettings, saveSetting } from '../stores/settings.ts'
import { findJobRow, findUnfinishedByLock, type JobRow } from '../stores/jobs/jobs.ts'
import { closeShadows } from '../stores/spaces/reembed.ts'
import { dropEmptySpace, findActiveSpace, sameSpace } from '../stores/spaces/spaces.ts'
import { NOTHING_SET, shown, withModels, type AiSettings, type ShownSettings } from './ai.ts'
import { changed, differences, type AiChange } from './change.ts'
import { keepPrevious, spaceOfSettings } from './previous.ts'
import { probe, type ProbeResult } from './probe.ts'
import { AI_SETTING, openSettings, sealSettings } from './sealed.ts'

/** The settings of an installation as people see and change them. */
export interface AiSettingsService {
  get(): Promise<AiSettingsView>
  /**
   * @throws MemoirError `invalid_request` that names the field, `reembed_required` with an estimate when the stored vectors come from
   * another embedding model and nobody said to embed them anew
   */
  put(change: AiChange, by: Operator): Promise<AiSettingsView>
  /** Asks the models once, as they would be after the change; keeps nothing. */
  test(change: AiChange): Promise<ProbeResult>
}

export interface AiSettingsView extends ShownSettings {
  /** The stored vectors come from another model. */
  readonly reembed: boolean
  /** Of embedding the memories anew, while it is unfinished. */
  readonly job: string | null
  readonly note: string | null
}

export interface Operator {
  readonly actor: string
  readonly namespaceId: string
  readonly reembed: boolean
}

export interface AiSettingsDependencies {
  readonly config: Config
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
  /** Told when something changed. */
  readonly onChange: () => void
  /** Starts an accepted job. */
  readonly launch: (row: JobRow) => void
}

const BY_WORDS = 'Recall goes by words alone until the memories are embedded anew.'
const MEANWHILE =
  'The memories are being embedded anew; until that is done the model before answers, where it still can be asked.'

export function createAiSettings(dependencies: AiSettingsDependencies): AiSettingsService {
  const { config, db, log, metrics, onChange, launch } = dependencies
  const view = async (settings: AiSettings, accepted?: string): Promise<AiSettingsView> => {
    const active = await findActiveSpace(db)
    const reembed = active !== null && !sameSpace(active, spaceOfSettings(dependencies, settings))
    const job = accepted ?? (await findUnfinishedByLock(db, REEMBED_LOCK))?.id ?? null
    const why = job === null ? BY_WORDS : MEANWHILE
    return { ...shown(config, settings), reembed, job, note: reembed ? why : null }
  }
  return {
    get: async () => await view(await openSettings(config, await findSetting(db, AI_SETTING))),
    async put(change, by) {
      const after = await db.transaction(async (tx) => {
        await lockSettings(tx)
        const before = await openOrReplace(config, await findSetting(tx, AI_SETTING), log)
        const settings = changed(config, before, change)
        const job = await changeSpace(tx, dependencies, { before, settings, by })
        await saveSetting(tx, { name: AI_SETTING, value: await sealSettings(config, settings) })
        await note(tx, by, { before, after: settings, config })
        return { settings, job }
      })
      onChange()
      const { settings, job } = after
      const row = job?.fresh ? await findJobRow(db, { ...by, id: job.id }) : null
      if (row !== null) launch(row)
      return await view(settings, job?.id)
    },
    async test(change) {
      const before = await openOrReplace(config, await findSetting(db, AI_SETTING), log)
      return await probe({ config, metrics }, changed(config, before, change))
    },
  }
}

/** What cannot be read any more can still be replaced. */
async function openOrReplace(config: Config, sealed: Buffer | null, log: Logger) {
  try {
    return await openSettings(config, sealed)
  } catch (error) {
    if (config.MEMOIR_ENCRYPTION_KEY === undefined) throw error
    log.warn({ error }, 'settings that cannot be read are replaced')
    return NOTHING_SET
  }
}

/**
 * Another embedding model is another space: what is stored has to be embedded anew, and is, when that was said.
 * @returns the job that does it
 */
async function changeSpace(
  tx: Queryable,
  dependencies: AiSettingsDependencies,
  { before, settings, by }: { before: AiSettings; settings: AiSettings; by: Operator },
): Promise<AcceptedReembed | null> {
  const [is, wanted] = [before, settings].map((one) => spaceOfSettings(dependencies, one))
  if (is === undefined || wanted === undefined) return null
  const changes = !sameSpace(is, wanted)
  if (!changes && !by.reembed) return null
  const active = await findActiveSpace(tx)
  if (active === null) return null
  if (sameSpace(active, wanted)) {
    if (changes) await goBack(tx)
    return null
  }
  const price = withModels(dependencies.config, settings).EMBEDDING_PRICE
  const estimate = await estimateReembed(tx, { active, wanted, price })
  if (estimate === null) {
    await requireNoReembed(tx)
    await closeShadows(tx)
    await dropEmptySpace(tx, active)
    return null
  }
  if (!by.reembed) throw reembedRequired({ active, wanted, estimate })
  const accepted = await acceptReembed(tx, { namespaceId: by.namespaceId, wanted, undo: false })
  // What makes the stored vectors goes on answering until the switch.
  if (sameSpace(is, active)) await keepPrevious(tx, dependencies.config, before)
  return accepted
}

/** To the model of what is stored: nothing is filled any more. */
async function goBack(tx: Queryable): Promise<void> {
  await requireNoReembed(tx)
  await closeShadows(tx)
}

function reembedRequired({
  active,
  wanted,
  estimate,
}: {
  active: SpaceIdentity
  wanted: SpaceIdentity
  estimate: ReembedEstimate
}): MemoirError {
  const details = { stored: spaceName(active), wanted: spaceName(wanted), estimate }
  return new MemoirError('reembed_required', SENTENCE.reembed_required, { details })
}

async function note(
  tx: Queryable,
  { actor, namespaceId, reembed }: Operator,
  { before, after, config }: { before: AiSettings; after: AiSettings; config: Config },
): Promise<void> {
  const { LLM_MODEL, EMBEDDING_MODEL } = withModels(config, after)
  await appendAudit(tx, {
    namespaceId,
    actor,
    action: 'settings.ai',
    subject: null,
    details: {
      changed: differences(before, after).join(', '),
      llm_model: LLM_MODEL ?? null,
      embedding_model: EMBEDDING_MODEL ?? null,
      reembed,
    },
  })
}
