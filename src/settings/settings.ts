import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import type { SpaceIdentity } from '../providers/embedder.ts'
import { costOf } from '../providers/prices.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { findSetting, lockSettings, saveSetting } from '../stores/settings.ts'
import { dropEmptySpace, findActiveSpace, measureSpace, sameSpace } from '../stores/spaces.ts'
import {
  configOf,
  NOTHING_SET,
  shown,
  withModels,
  type AiSettings,
  type ShownSettings,
} from './ai.ts'
import { changed, differences, type AiChange } from './change.ts'
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
  /** The stored vectors come from another model: recall goes by words alone. */
  readonly reembed: boolean
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
}

const BY_WORDS = 'Recall goes by words alone until the memories are embedded anew.'

export function createAiSettings(dependencies: AiSettingsDependencies): AiSettingsService {
  const { config, db, log, metrics, onChange } = dependencies
  const view = async (settings: AiSettings): Promise<AiSettingsView> => {
    const active = await findActiveSpace(db)
    const reembed = active !== null && !sameSpace(active, spaceOf(dependencies, settings))
    return { ...shown(config, settings), reembed, note: reembed ? BY_WORDS : null }
  }
  return {
    get: async () => await view(await openSettings(config, await findSetting(db, AI_SETTING))),
    async put(change, by) {
      const after = await db.transaction(async (tx) => {
        await lockSettings(tx)
        const before = await openOrReplace(config, await findSetting(tx, AI_SETTING), log)
        const settings = changed(config, before, change)
        await requireSameSpace(tx, dependencies, { before, settings, reembed: by.reembed })
        await saveSetting(tx, { name: AI_SETTING, value: await sealSettings(config, settings) })
        await note(tx, by, { before, after: settings, config })
        return settings
      })
      onChange()
      return await view(after)
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

function spaceOf({ config, metrics }: AiSettingsDependencies, settings: AiSettings): SpaceIdentity {
  return createEmbedder(configOf(config, settings, 'embedding'), metrics).identity
}

async function requireSameSpace(
  tx: Queryable,
  dependencies: AiSettingsDependencies,
  { before, settings, reembed }: { before: AiSettings; settings: AiSettings; reembed: boolean },
): Promise<void> {
  const wanted = spaceOf(dependencies, settings)
  if (sameSpace(spaceOf(dependencies, before), wanted)) return
  const active = await findActiveSpace(tx)
  if (active === null || sameSpace(active, wanted)) return
  const stored = await measureSpace(tx, active)
  if (stored === null) {
    await dropEmptySpace(tx, active)
    return
  }
  if (reembed) return
  const tokens = Math.ceil(stored.bytes / BYTES_A_TOKEN)
  const { EMBEDDING_PRICE: price } = withModels(dependencies.config, settings)
  throw new MemoirError('reembed_required', SENTENCE.reembed_required, {
    details: {
      stored: { model: active.model, dim: active.dimensions },
      wanted: { model: wanted.model, dim: wanted.dimensions },
      estimate: {
        memories: stored.memories,
        tokens,
        cost: costOf(tokens, { model: wanted.model, price }),
      },
    },
  })
}

/** Byte-pair vocabularies average four bytes of text a token. */
const BYTES_A_TOKEN = 4

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
