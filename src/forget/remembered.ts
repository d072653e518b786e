import { normalizeFact } from '../facts/draft.ts'
import { keyedHash } from '../ingest/conversation.ts'
import type { Queryable } from '../stores/database.ts'
import {
  bumpForgetSeq,
  deleteForgotten,
  deleteSuppressed,
  ensureForgetKey,
  findForgetKey,
  findForgotten,
  findSuppressed,
  insertForgotten,
  insertSuppressed,
  type ForgottenHash,
} from '../stores/forget/forgotten.ts'

/** What was forgotten is known by its hash under MEMOIR_ENCRYPTION_KEY, so that it can be left out and not be read. */

/** One thing that may have been forgotten: a memory by its id, or words of a user. */
export type Item =
  | { readonly kind: 'trace'; readonly id: string }
  | { readonly kind: 'content'; readonly userId: string; readonly content: string }

/** `MEMOIR_ENCRYPTION_KEY`; without one, the installation keeps a key of its own in its database. */
export type ForgetSecret = string | undefined

export const hashOf = (key: string, item: Item): Buffer =>
  item.kind === 'trace'
    ? keyedHash(key, ['trace', item.id])
    : keyedHash(key, ['content', item.userId, normalizeFact(item.content)])

export const hashOfUser = (key: string, name: string): Buffer => keyedHash(key, ['user', name])

export const hashOfSession = (key: string, userId: string, sessionId: string): Buffer =>
  keyedHash(key, ['session', userId, sessionId])

/** Under which keys something may be remembered: one that was set later makes nothing come back. */
export async function keysOf(db: Queryable, secret: ForgetSecret): Promise<string[]> {
  const own = await findForgetKey(db)
  return [secret, own ?? undefined].filter((key) => key !== undefined)
}

async function keyToWrite(tx: Queryable, secret: ForgetSecret): Promise<string> {
  if (secret !== undefined) return secret
  await ensureForgetKey(tx)
  const key = await findForgetKey(tx)
  if (key === null) throw new Error('the key was just made')
  return key
}

/** @returns which of these were forgotten, by their place in the list */
export async function forgottenAmong(
  db: Queryable,
  { namespaceId, secret }: { namespaceId: string; secret: ForgetSecret },
  items: readonly Item[],
): Promise<boolean[]> {
  const keys = items.length === 0 ? [] : await keysOf(db, secret)
  const hashes = items.map((item) => keys.map((key) => hashOf(key, item)))
  const known = await findForgotten(db, namespaceId, hashes.flat())
  return hashes.map((own) => own.some((hash) => known.has(hash.toString('hex'))))
}

interface ForgetOf {
  readonly namespaceId: string
  readonly userId: string
  readonly secret: ForgetSecret
}

/** Leaves these out from now on. The user's row must be locked. @returns what is known of them now, and under which key */
export async function rememberForgotten(
  tx: Queryable,
  { namespaceId, userId, secret }: ForgetOf,
  items: readonly Item[],
): Promise<{ readonly key: string; readonly hashes: readonly ForgottenHash[] }> {
  const key = await keyToWrite(tx, secret)
  const hashes = items.map((item) => ({ kind: item.kind, hash: hashOf(key, item) }))
  await insertForgotten(tx, { namespaceId, userId }, hashes)
  await bumpForgetSeq(tx, userId)
  return { key, hashes }
}

/** Somebody says these again, directly. */
export async function liftForgotten(
  tx: Queryable,
  { namespaceId, secret }: { namespaceId: string; secret: ForgetSecret },
  items: readonly Item[],
): Promise<void> {
  const keys = await keysOf(tx, secret)
  const hashes = items.flatMap((item) => keys.map((key) => hashOf(key, item)))
  if (hashes.length > 0) await deleteForgotten(tx, namespaceId, hashes)
}

/** @returns those of these users (the caller's own ids) who were erased */
export async function suppressedAmong(
  db: Queryable,
  { namespaceId, secret }: { namespaceId: string; secret: ForgetSecret },
  names: readonly string[],
): Promise<Set<string>> {
  const keys = names.length === 0 ? [] : await keysOf(db, secret)
  if (keys.length === 0) return new Set()
  const hashes = names.flatMap((name) => keys.map((key) => ({ name, hash: hashOfUser(key, name) })))
  const found = await findSuppressed(
    db,
    namespaceId,
    hashes.map(({ hash }) => hash),
  )
  return new Set(
    hashes.filter(({ hash }) => found.has(hash.toString('hex'))).map(({ name }) => name),
  )
}

export async function suppressUser(
  tx: Queryable,
  { namespaceId, secret }: { namespaceId: string; secret: ForgetSecret },
  name: string,
): Promise<{ readonly key: string; readonly hash: Buffer }> {
  const key = await keyToWrite(tx, secret)
  const hash = hashOfUser(key, name)
  await insertSuppressed(tx, namespaceId, hash)
  return { key, hash }
}

export async function liftSuppression(
  tx: Queryable,
  { namespaceId, secret }: { namespaceId: string; secret: ForgetSecret },
  name: string,
): Promise<void> {
  const keys = await keysOf(tx, secret)
  const hashes = keys.map((key) => hashOfUser(key, name))
  if (hashes.length > 0) await deleteSuppressed(tx, namespaceId, hashes)
}
