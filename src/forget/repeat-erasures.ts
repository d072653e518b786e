import { appendAudit } from '../stores/audit.ts'
import {
  countOpenReceipts,
  insertLedgerEntries,
  listSessionsOf,
  listUserNames,
  pageOfMemories,
  type LedgerEntry,
  type LedgerMemory,
} from '../stores/forget/ledger.ts'
import { findJobRow, resetForRetry } from '../stores/jobs/jobs.ts'
import { insertForgottenClauses, type ForgottenClause } from '../stores/forget/forgotten-clauses.ts'
import { bumpForgetSeq, insertForgotten, insertSuppressed } from '../stores/forget/forgotten.ts'
import { acceptErasure } from './accept-erasure.ts'
import { forget, type ForgetContext } from './forget.ts'
import { keyIdOf } from './ledger.ts'
import { hashOf, hashOfSession, hashOfUser, keysOf } from './remembered.ts'

/** Carries out what the ledger holds and a restored database does not know: by hash, since the ledger says no names and no words. */

export interface Repeated {
  /** Entries that no key at hand made. */
  readonly unreadable: number
  readonly memories: number
  readonly sessions: number
  /** Erasures that are still at work; asked again, the same ones. */
  readonly open: number
}

const PAGE = 1_000
const ACTOR = 'erasure-ledger'

/**
 * Safe to repeat until nothing is open: then the entries are known, and this database has receipts of them.
 * @throws MemoirError `store_unavailable`
 */
export async function repeatErasures(
  context: ForgetContext,
  entries: readonly LedgerEntry[],
): Promise<Repeated> {
  const keys = await keysOf(context.db, context.config.MEMOIR_ENCRYPTION_KEY)
  const readable = new Set(keys.map(keyIdOf))
  const unreadable = entries.filter(({ key }) => !readable.has(key)).length
  const done = { unreadable, memories: 0, sessions: 0, open: 0 }
  const erasures: string[] = []
  for (const [namespaceId, own] of Map.groupBy(entries, ({ namespace }) => namespace)) {
    const repeat: Repeat = { ...quietly(context), namespaceId, keys, wanted: wantedOf(own) }
    await leaveOut(repeat, own)
    erasures.push(...(await eraseUsers(repeat)))
    done.sessions += await forgetSessions(repeat)
    done.memories += await forgetMemories(repeat)
  }
  done.open = await countOpenReceipts(context.db, erasures)
  if (done.open === 0 && unreadable === 0) await markKnown(context, entries, done)
  return done
}

interface Repeat extends ForgetContext {
  readonly namespaceId: string
  readonly keys: readonly string[]
  readonly wanted: ReadonlySet<string>
}

/** Somebody waits for the API, and steps that were under way before the restore wrote into another database. */
const WAIT_SECONDS = 60

/** They stand in the ledger already. */
function quietly(context: ForgetContext): ForgetContext {
  const { config } = context
  const ERASE_WAIT_SECONDS = Math.min(config.ERASE_WAIT_SECONDS, WAIT_SECONDS)
  return { ...context, config: { ...config, ERASE_WAIT_SECONDS, ERASURE_LEDGER: undefined } }
}

const wantedOf = (entries: readonly LedgerEntry[]): Set<string> =>
  new Set(entries.map(({ kind, hash }) => `${kind} ${hash}`))

const isWanted = (
  { keys, wanted }: Repeat,
  kind: LedgerEntry['kind'],
  hash: (key: string) => Buffer,
): boolean => keys.some((key) => wanted.has(`${kind} ${hash(key).toString('hex')}`))

/** First of all, so that nothing that reads meanwhile brings it in. */
async function leaveOut(
  { db, namespaceId }: Repeat,
  entries: readonly LedgerEntry[],
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { kind, hash } of entries) {
      if (kind === 'user') await insertSuppressed(tx, namespaceId, Buffer.from(hash, 'hex'))
    }
    for (const [userId, own] of Map.groupBy(entries, ({ user }) => user)) {
      if (userId === null) continue
      await insertForgottenClauses(tx, { namespaceId, userId }, own.flatMap(clauseOf))
      const hashes = own.flatMap(({ kind, hash }) =>
        kind === 'trace' || kind === 'content' ? [{ kind, hash: Buffer.from(hash, 'hex') }] : [],
      )
      await insertForgotten(tx, { namespaceId, userId }, hashes)
      await bumpForgetSeq(tx, userId)
    }
  })
}

function clauseOf({ hash, clause }: LedgerEntry): ForgottenClause[] {
  if (clause === undefined) return []
  const { anchor, anchor_at: anchorAt, words, origin } = clause
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  const found = { hash: bytes(hash), anchor: bytes(anchor), origin: bytes(origin) }
  return [{ ...found, anchorAt, words, deletedOnly: false }]
}

/** @returns the erasures, those of an earlier try too */
async function eraseUsers(repeat: Repeat): Promise<string[]> {
  const { db, namespaceId } = repeat
  const found: string[] = []
  for (const name of await listUserNames(db, namespaceId)) {
    if (!isWanted(repeat, 'user', (key) => hashOfUser(key, name))) continue
    const { id } = await acceptErasure(repeat, { namespaceId, name, actor: ACTOR })
    await goOn(repeat, id)
    found.push(id)
  }
  return found
}

/** Nobody could retry it while the API is shut. */
async function goOn({ db, launch, namespaceId }: Repeat, id: string): Promise<void> {
  const row = await findJobRow(db, { namespaceId, id })
  if (row?.state !== 'failed' || !(await resetForRetry(db, row))) return
  const again = await findJobRow(db, { namespaceId, id })
  if (again !== null) launch(again)
}

async function forgetSessions(repeat: Repeat): Promise<number> {
  const { db, namespaceId } = repeat
  let sessions = 0
  for (const { userId, user, sessionId } of await listSessionsOf(db, namespaceId)) {
    if (!isWanted(repeat, 'session', (key) => hashOfSession(key, userId, sessionId))) continue
    await forget(repeat, { namespaceId, userId: user, sessionId, dryRun: false })
    sessions += 1
  }
  return sessions
}

async function forgetMemories(repeat: Repeat): Promise<number> {
  const { db, namespaceId } = repeat
  let memories = 0
  let after: string | null = null
  for (;;) {
    const page = await pageOfMemories(db, { namespaceId, after, limit: PAGE })
    const gone = page.filter((memory) => isForgotten(repeat, memory))
    for (const own of Map.groupBy(gone, ({ userId }) => userId).values()) {
      const ids = own.map(({ id }) => id)
      await forget(repeat, { namespaceId, ids, dryRun: false })
      memories += ids.length
    }
    after = page.at(-1)?.id ?? null
    if (page.length < PAGE) return memories
  }
}

const isForgotten = (repeat: Repeat, { id, userId, content }: LedgerMemory): boolean =>
  isWanted(repeat, 'trace', (key) => hashOf(key, { kind: 'trace', id })) ||
  isWanted(repeat, 'content', (key) => hashOf(key, { kind: 'content', userId, content }))

/** The receipt of what was forgotten; erasures have their own. */
async function markKnown(
  { db }: ForgetContext,
  entries: readonly LedgerEntry[],
  { memories, sessions }: { memories: number; sessions: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [namespaceId, own] of Map.groupBy(entries, ({ namespace }) => namespace)) {
      const { length: entriesNew } = await insertLedgerEntries(tx, own)
      // Another host was at the same ones, and was quicker.
      if (entriesNew === 0) continue
      await appendAudit(tx, {
        namespaceId,
        actor: ACTOR,
        action: 'ledger.repeat',
        subject: null,
        details: { entries: entriesNew, memories, sessions },
      })
    }
  })
}
