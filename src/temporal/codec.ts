import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common'
import protos from '@temporalio/proto'
import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { siblingFile } from '../sibling.ts'

/** Encrypts every payload that reaches Temporal: arguments, results, memos, heartbeats, failures. */

const ENCODING = 'binary/encrypted'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
/** What GCM is specified for (NIST SP 800-38D): 96 bits of nonce, the full 128 of tag. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Fixed, so that every process derives the same key from the same setting; the setting itself is what is secret. */
const SALT = 'memoir/temporal-payloads/1'

const PayloadMessage = protos.temporal.api.common.v1.Payload
const derive = promisify<string, string, number, Buffer>(scrypt)

/** The key of that setting; slow on purpose (scrypt), so once a process. */
export async function derivePayloadKey(secret: string): Promise<Buffer> {
  return await derive(secret, SALT, KEY_BYTES)
}

/**
 * AES-256-GCM over the whole payload, its metadata included; key id and cipher text are bound together.
 * Payloads that are not encrypted pass through decoding: histories from before a key was set stay readable.
 * @throws MemoirError `configuration_invalid` on decoding what another key encrypted or what was altered
 */
export function createPayloadCodec(key: Buffer): PayloadCodec {
  const keyId = createHash('sha256').update('key-id').update(key).digest('hex').slice(0, 16)
  return {
    encode: async (payloads) => payloads.map((payload) => seal(payload, { key, keyId })),
    decode: async (payloads) => payloads.map((payload) => open(payload, { key, keyId })),
  }
}

interface Key {
  readonly key: Buffer
  readonly keyId: string
}

function seal(payload: Payload, { key, keyId }: Key): Payload {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(keyId))
  const plain = PayloadMessage.encode(PayloadMessage.create(payload)).finish()
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyId) },
    data: Buffer.concat([nonce, cipher.getAuthTag(), sealed]),
  }
}

function open(payload: Payload, { key, keyId }: Key): Payload {
  if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload
  if (textOf(payload.metadata?.['encryption-key-id']) !== keyId) {
    throw new MemoirError(
      'configuration_invalid',
      'a payload in Temporal has another encryption key',
    )
  }
  const data = payload.data ?? new Uint8Array()
  const body = NONCE_BYTES + TAG_BYTES
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES))
      .setAAD(Buffer.from(keyId))
      .setAuthTag(data.subarray(NONCE_BYTES, body))
    const plain = Buffer.concat([decipher.update(data.subarray(body)), decipher.final()])
    const { metadata, data: inner } = PayloadMessage.decode(plain)
    return { metadata, data: inner }
  } catch (error) {
    throw new MemoirError('configuration_invalid', 'a payload in Temporal was altered', {
      cause: error,
    })
  }
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes).toString('utf8') : ''
}

/** Both sides must have it, or neither. Undefined unless a key was set by hand: one that was generated may be lost with its folder. */
export async function dataConverterOf(config: Config): Promise<DataConverter | undefined> {
  const secret = config.MEMOIR_ENCRYPTION_KEY
  if (secret === undefined || !config.given.has('MEMOIR_ENCRYPTION_KEY')) return undefined
  return {
    payloadCodecs: [createPayloadCodec(await derivePayloadKey(secret))],
    failureConverterPath: siblingFile(import.meta.url, './encoded-failures'),
  }
}
