import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import type { SpaceIdentity } from '../providers/embedder.ts'
import type { Queryable } from '../stores/database.ts'
import { findSetting, saveSetting } from '../stores/settings.ts'
import { configOf, type AiSettings } from './ai.ts'
import { AI_SETTING, openSettings, PREVIOUS_AI_SETTING, sealSettings } from './sealed.ts'

/** What was set before the memories were embedded anew: it serves until the switch, and undoing brings it back. */

/** The space of the vectors that these settings make. */
export function spaceOfSettings(
  { config, metrics }: { readonly config: Config; readonly metrics: Metrics },
  settings: AiSettings,
): SpaceIdentity {
  return createEmbedder(configOf(config, settings, 'embedding'), metrics).identity
}

/** @returns null when there is none, or none that can be read any more */
export async function openPrevious(db: Queryable, config: Config): Promise<AiSettings | null> {
  const sealed = await findSetting(db, PREVIOUS_AI_SETTING)
  return sealed === null ? null : await openSettings(config, sealed).catch(() => null)
}

export async function keepPrevious(
  tx: Queryable,
  config: Config,
  settings: AiSettings,
): Promise<void> {
  const value = await sealSettings(config, settings)
  await saveSetting(tx, { name: PREVIOUS_AI_SETTING, value })
}

/** The embedding model of before is in force again; the one in force until now takes its place. */
export async function swapSettings(
  tx: Queryable,
  config: Config,
  previous: AiSettings,
): Promise<void> {
  const current = await openSettings(config, await findSetting(tx, AI_SETTING))
  const settings = { llm: current.llm, embedding: previous.embedding }
  await keepPrevious(tx, config, current)
  await saveSetting(tx, { name: AI_SETTING, value: await sealSettings(config, settings) })
}
