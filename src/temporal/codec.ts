import { createHash } from 'node:crypto'
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common'
import protos from '@temporalio/proto'
import type { Config } from '../config.ts'
import { deriveKey, seal, unseal } from '../encryption.ts'
import { MemoirError } from '../errors.ts'
import { siblingFile } from '../sibling.ts'

/** Encrypts every payload that reaches Temporal: arguments, results, memos, heartbeats, failures. */

const ENCODING = 'binary/encrypted'
const USE = 'memoir/temporal-payloads/1'

const PayloadMessage = protos.temporal.api.common.v1.Payload

/** The key of that setting; slow on purpose (scrypt), so once a process. */
export async function derivePayloadKey(secret: string): Promise<Buffer> {
  return await deriveKey(secret, USE)
}

/**
 * AES-256-GCM over the whole payload, its metadata included; key id and cipher text are bound together.
 * Payloads that are not encrypted pass through decoding: histories from before a key was set stay readable.
 * @throws MemoirError `configuration_invalid` on decoding what another key encrypted or what was altered
 */
export function createPayloadCodec(key: Buffer): PayloadCodec {
  const keyId = createHash('sha256').update('key-id').update(key).digest('hex').slice(0, 16)
  return {
    encode: async (payloads) => payloads.map((payload) => sealed(payload, { key, keyId })),
    decode: async (payloads) => payloads.map((payload) => opened(payload, { key, keyId })),
  }
}

interface Key {
  readonly key: Buffer
  readonly keyId: string
}

function sealed(payload: Payload, { key, keyId }: Key): Payload {
  const plain = PayloadMessage.encode(PayloadMessage.create(payload)).finish()
  return {
    metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyId) },
    data: seal(plain, key, keyId),
  }
}

function opened(payload: Payload, { key, keyId }: Key): Payload {
  if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload
  if (textOf(payload.metadata?.['encryption-key-id']) !== keyId) {
    throw new MemoirError(
      'configuration_invalid',
      'a payload in Temporal has another encryption key',
    )
  }
  try {
    const plain = unseal(payload.data ?? new Uint8Array(), key, keyId)
    const { metadata, data } = PayloadMessage.decode(plain)
    return { metadata, data }
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
