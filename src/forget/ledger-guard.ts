import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { ensureForgetKey } from '../stores/forget/forgotten.ts'
import {
  hasLedgerEntry,
  listLedgerEntries,
  listNamespaceIds,
  type LedgerEntry,
} from '../stores/forget/ledger.ts'
import type { ForgetContext } from './forget.ts'
import { appendToLedger, readLedger } from './ledger-file.ts'
import { repeatErasures } from './repeat-erasures.ts'

/**
 * Keeps the API shut while the erasure ledger holds what the database does not know, as after a restore, and has it erased again. Also
 * writes into the file what the database knows and the file does not: what other hosts erased, or all of it when the file was lost.
 */
export interface LedgerGuard {
  /** Why nothing may be answered yet; null when all may. */
  pending(): string | null
  /** From here on nothing is answered until the two were compared. */
  start(): void
  stop(): Promise<void>
}

export interface LedgerGuardParts extends ForgetContext {
  readonly log: Logger
}

export interface LedgerGuardOptions {
  /** Between two looks. */
  readonly everyMs: number
}

const EVERY_MS = 2_000
const COMPARING = 'The erasure ledger is being compared with the database.'

export function createLedgerGuard(
  parts: LedgerGuardParts,
  { everyMs }: LedgerGuardOptions = { everyMs: EVERY_MS },
): LedgerGuard {
  const { config, log } = parts
  const path = config.ERASURE_LEDGER
  const stopping = new AbortController()
  let why: string | null = null
  let seen: Seen | undefined
  let running = Promise.resolve()
  const round = async (ledger: string) => {
    if (seen !== undefined && !(await isAfter(parts, seen))) seen = undefined
    if (seen !== undefined) {
      seen = await follow(parts, ledger, seen)
      return
    }
    why ??= COMPARING
    const compared = await compare(parts, ledger)
    if (typeof compared === 'string') why = compared
    else [seen, why] = [compared, null]
  }
  const keep = async (ledger: string) => {
    while (!stopping.signal.aborted) {
      // While Postgres is away nothing is answered anyway; a file that cannot be read keeps shut what was not compared yet.
      await round(ledger).catch((error: unknown) =>
        log.warn({ error }, 'the erasure ledger could not be compared'),
      )
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  return {
    pending: () => why,
    start() {
      if (path === undefined) return
      why = COMPARING
      running = keep(path)
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Up to where file and database were seen to say the same. */
interface Seen {
  /** The latest in the database; undefined while there is none. */
  readonly last: LedgerEntry | undefined
  /** Bytes of the file. */
  readonly end: number
  /** Entries of the file whose transaction has not committed, and may never. */
  readonly open: ReadonlySet<string>
  /** What was added to the file last: read with its next part, and known. */
  readonly added: ReadonlySet<string>
}

const isAfter = async ({ db }: LedgerGuardParts, { last }: Seen): Promise<boolean> =>
  last === undefined || (await hasLedgerEntry(db, last))

/** Before anything was erased there is no file. */
const NO_PART = { entries: [], end: 0 }

/** What other hosts erased goes into this file, too. @returns undefined when the file is gone or was cut: then all is compared */
async function follow(
  parts: LedgerGuardParts,
  path: string,
  seen: Seen,
): Promise<Seen | undefined> {
  const added = await listLedgerEntries(parts.db, seen.last?.seq ?? 0)
  // After the database: an entry is in the file before it is there.
  const part = (await readLedger(path, seen.end)) ?? (seen.end === 0 ? NO_PART : null)
  if (part === null) return undefined
  const open = idsOf(part.entries).difference(seen.added).union(seen.open)
  const others = added.filter(({ id }) => !open.has(id))
  await appendToLedger(path, others)
  return {
    last: added.at(-1) ?? seen.last,
    end: part.end,
    open: open.difference(idsOf(added)),
    added: idsOf(others),
  }
}

/** @returns why nothing may be answered yet, or from where to go on */
async function compare(parts: LedgerGuardParts, path: string): Promise<Seen | string> {
  const { db, log, config } = parts
  // Made before the first dump that may be restored: a key that came later would be lost with the database.
  if (config.MEMOIR_ENCRYPTION_KEY === undefined) await ensureForgetKey(db)
  const known = await listLedgerEntries(db, 0)
  const held = await readLedger(path)
  if (held === null && known.length > 0) {
    log.warn({ entries: known.length }, 'the erasure ledger is missing: it is written again')
  }
  const [inFile, inDatabase] = [idsOf(held?.entries ?? []), idsOf(known)]
  const namespaces = await listNamespaceIds(db)
  const unknown = (held?.entries ?? []).filter(
    ({ id, namespace }) => !inDatabase.has(id) && namespaces.has(namespace),
  )
  if (unknown.length > 0) return await repeat(parts, unknown)
  await appendToLedger(
    path,
    known.filter(({ id }) => !inFile.has(id)),
  )
  const end = (await readLedger(path))?.end ?? 0
  return { last: known.at(-1), end, open: new Set(), added: new Set() }
}

/** @returns what is left to be done; the next comparison finds out whether it was done */
async function repeat(parts: LedgerGuardParts, unknown: readonly LedgerEntry[]): Promise<string> {
  const { unreadable, open, ...done } = await repeatErasures(parts, unknown)
  const entries = unknown.length
  parts.log.warn({ entries, unreadable, open, ...done }, 'what was erased is erased again')
  return unreadable > 0
    ? `${unreadable} entries of the erasure ledger were made under another MEMOIR_ENCRYPTION_KEY.`
    : `What was erased after the restored backup is erased again: ${open} users to go.`
}

const idsOf = (entries: readonly { readonly id: string }[]): Set<string> =>
  new Set(entries.map(({ id }) => id))
