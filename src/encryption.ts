import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/** What is encrypted, is so in one way: AES-256-GCM under a key derived from `MEMOIR_ENCRYPTION_KEY`, another key for each use. */

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
/** What GCM is specified for (NIST SP 800-38D): 96 bits of nonce, the full 128 of tag. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

const derive = promisify<string, string, number, Buffer>(scrypt)

/**
 * The key for one use of a secret; slow on purpose (scrypt), so once a process.
 * @param use fixed for ever, so that every process derives the same key from the same setting; the secret alone is secret
 */
export async function deriveKey(secret: string, use: string): Promise<Buffer> {
  return await derive(secret, use, KEY_BYTES)
}

const derived = new Map<string, Promise<Buffer>>()

/** The same, derived once a process. */
export async function derivedKey(secret: string, use: string): Promise<Buffer> {
  const name = `${use} ${secret}`
  const key = derived.get(name) ?? deriveKey(secret, use)
  derived.set(name, key)
  return await key
}

/** @param label bound to the cipher text: it opens under the same label only */
export function seal(plain: Uint8Array, key: Buffer, label: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(label))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** @throws Error when the key or the label is another, or what was sealed was altered */
export function unseal(sealed: Uint8Array, key: Buffer, label: string): Buffer {
  const body = NONCE_BYTES + TAG_BYTES
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(label))
    .setAuthTag(sealed.subarray(NONCE_BYTES, body))
  return Buffer.concat([decipher.update(sealed.subarray(body)), decipher.final()])
}
