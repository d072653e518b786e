import { createHmac, randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import { derivedKey, seal, unseal } from '../encryption.ts'
import { MemoirError } from '../errors.ts'

/** Signatures as https://www.standardwebhooks.com says, and the secrets they are made with. */

const PREFIX = 'whsec_'
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32
const USE = 'memoir/webhooks/1'

export const newSecret = (): string => `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`

export interface Signed {
  readonly secret: string
  readonly id: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly body: string
}

/** The value of `webhook-signature`. */
export function signatureOf({ secret, id, timestamp, body }: Signed): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

async function keyOf({ MEMOIR_ENCRYPTION_KEY: secret }: Config): Promise<Buffer> {
  if (secret !== undefined) return await derivedKey(secret, USE)
  throw new MemoirError(
    'configuration_invalid',
    'MEMOIR_ENCRYPTION_KEY: needed to keep the secrets of webhooks; set it in the environment',
  )
}

/** @throws MemoirError `configuration_invalid` without an encryption key */
export async function sealSecret(config: Config, secret: string, id: string): Promise<Buffer> {
  return seal(Buffer.from(secret), await keyOf(config), `webhook:${id}`)
}

/** @throws MemoirError `configuration_invalid` without the key it was sealed with */
export async function openSecret(config: Config, sealed: Buffer, id: string): Promise<string> {
  const key = await keyOf(config)
  try {
    return unseal(sealed, key, `webhook:${id}`).toString()
  } catch {
    throw new MemoirError(
      'configuration_invalid',
      'the secret of a webhook cannot be read with this MEMOIR_ENCRYPTION_KEY',
    )
  }
}
