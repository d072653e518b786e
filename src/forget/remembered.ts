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
import {
  findForgottenClauses,
  insertForgottenClauses,
  liftClausesOf,
  liftForgottenClauses,
  type ForgottenClause,
} from '../stores/forget/forgotten-clauses.ts'
import { clausesToForget, createFinder } from './clauses.ts'

/** What was forgotten is known by its hash under MEMOIR_ENCRYPTION_KEY, so that it can be left out and not be read. */

/** One thing that may have been forgotten: a memory by its id, or words of a user. */
export type Item =
  | { readonly kind: 'trace'; readonly id: string }
  | {
      readonly kind: 'content'
      readonly userId: string
      readonly content: string
      /** Only all of it: its clauses are remembered with what they were found in. */
      readonly whole?: boolean
    }

/** Words that a memory was found in: they are remembered beside it, and lifted with it. */
export interface FoundIn {
  readonly kind: 'found_in'
  readonly userId: string
  readonly content: string
  readonly traceId: string
  /** The memory was deleted, not forgotten: what was said may be kept, and nothing made of it. */
  readonly deletedOnly: boolean
}

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
  items: readonly (Item | FoundIn)[],
): Promise<Remembered> {
  const key = await keyToWrite(tx, secret)
  const own = items.filter((item): item is Item => item.kind !== 'found_in')
  const hashes = own.map((item) => ({ kind: item.kind, hash: hashOf(key, item) }))
  await insertForgotten(tx, { namespaceId, userId }, hashes)
  const clauses = items.flatMap((item) => clausesOf(key, item))
  await insertForgottenClauses(tx, { namespaceId, userId }, clauses)
  await bumpForgetSeq(tx, userId)
  return { key, hashes, clauses }
}

export interface Remembered {
  readonly key: string
  readonly hashes: readonly ForgottenHash[]
  readonly clauses: readonly ForgottenClause[]
}

function clausesOf(key: string, item: Item | FoundIn): ForgottenClause[] {
  if (item.kind === 'trace' || (item.kind === 'content' && item.whole === true)) return []
  if (item.kind === 'content') {
    return clausesToForget(key, { ...item, origin: Buffer.alloc(0), deletedOnly: false })
  }
  return clausesToForget(key, { ...item, origin: hashOf(key, { kind: 'trace', id: item.traceId }) })
}

/** Other words in which something that is not to come back was found: from now on they are known too. */
export async function learnWords(
  tx: Queryable,
  { namespaceId, userId, secret }: ForgetOf,
  found: readonly Omit<FoundIn, 'kind' | 'userId'>[],
): Promise<void> {
  if (found.length === 0) return
  const key = await keyToWrite(tx, secret)
  const clauses = found.flatMap((one) => clausesOf(key, { ...one, kind: 'found_in', userId }))
  await insertForgottenClauses(tx, { namespaceId, userId }, clauses)
}

/** Somebody says these again, directly. */
export async function liftForgotten(
  tx: Queryable,
  { namespaceId, keys }: { readonly namespaceId: string; readonly keys: readonly string[] },
  items: readonly Item[],
): Promise<void> {
  const hashes = items.flatMap((item) => keys.map((key) => hashOf(key, item)))
  if (hashes.length === 0) return
  const { any, origins } = await liftClauses(tx, { namespaceId, keys }, items)
  if (any) await liftClausesOf(tx, namespaceId, hashes)
  await deleteForgotten(tx, namespaceId, [...hashes, ...origins])
}

/** What is said again, whatever else is said with it. @returns hashes of the facts that were found in it; whether there may be more */
async function liftClauses(
  tx: Queryable,
  { namespaceId, keys }: { namespaceId: string; keys: readonly string[] },
  items: readonly Item[],
): Promise<{ readonly any: boolean; readonly origins: readonly Buffer[] }> {
  const said = items.filter((item) => item.kind === 'content')
  const origins: Buffer[] = []
  // Memories alone do not say whose they are.
  let any = said.length === 0
  for (const [userId, own] of Map.groupBy(said, (item) => item.userId)) {
    if (userId === '') continue
    const of = { namespaceId, userId }
    const clauses = await findForgottenClauses(tx, of)
    if (clauses.length === 0) continue
    any = true
    const find = createFinder({ userId, keys, clauses })
    const found = own.flatMap(({ content }) => find(content).flatMap(({ hashes }) => hashes))
    origins.push(...(await liftForgottenClauses(tx, of, found)))
  }
  return { any, origins }
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
  { namespaceId, keys }: { readonly namespaceId: string; readonly keys: readonly string[] },
  name: string,
): Promise<void> {
  const hashes = keys.map((key) => hashOfUser(key, name))
  if (hashes.length > 0) await deleteSuppressed(tx, namespaceId, hashes)
}
