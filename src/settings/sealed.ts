import type { Config } from '../config.ts'
import { derivedKey, seal, unseal } from '../encryption.ts'
import { MemoirError } from '../errors.ts'
import { aiSettingsSchema, NOTHING_SET, type AiSettings } from './ai.ts'

/** How settings are kept: one value, sealed under `MEMOIR_ENCRYPTION_KEY`. */

export const AI_SETTING = 'ai'
/** What was set before the memories were embedded anew. */
export const PREVIOUS_AI_SETTING = 'ai_previous'
const USE = 'memoir/settings/1'

async function keyOf({ MEMOIR_ENCRYPTION_KEY: secret }: Config): Promise<Buffer> {
  if (secret === undefined) {
    throw new MemoirError(
      'configuration_invalid',
      'MEMOIR_ENCRYPTION_KEY: needed to keep settings; set it in the environment',
    )
  }
  return await derivedKey(secret, USE)
}

/** @throws MemoirError `configuration_invalid` without an encryption key */
export async function sealSettings(config: Config, settings: AiSettings): Promise<Buffer> {
  return seal(Buffer.from(JSON.stringify(settings)), await keyOf(config), AI_SETTING)
}

/** @throws MemoirError `configuration_invalid` without the key they were sealed with */
export async function openSettings(config: Config, sealed: Buffer | null): Promise<AiSettings> {
  if (sealed === null) return NOTHING_SET
  const key = await keyOf(config)
  try {
    return aiSettingsSchema.parse(JSON.parse(unseal(sealed, key, AI_SETTING).toString()))
  } catch {
    // No cause: a parser quotes what it read.
    throw new MemoirError(
      'configuration_invalid',
      'the stored settings cannot be read with this MEMOIR_ENCRYPTION_KEY',
    )
  }
}
