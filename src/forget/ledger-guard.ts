import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { ensureForgetKey } from '../stores/forget/forgotten.ts'
import {
  hasLedgerEntry,
  listLedgerEntries,
  listNamespaceIds,
  waitForNoting,
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
  /**
   * Settles when work may begin: memories and sessions that were forgotten are gone again, and users who were erased are refused. Their
   * erasures are work themselves. Compares by itself where nobody has started it.
   */
  untilForgotten(signal: AbortSignal): Promise<void>
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

/** While Postgres is away nothing is answered anyway; a file that cannot be read keeps shut what was not compared yet. */
async function repeatedly(
  round: () => Promise<void>,
  { log, everyMs, signal }: { log: Logger; everyMs: number; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await round().catch((error: unknown) =>
      log.warn({ error }, 'the erasure ledger could not be compared'),
    )
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

const aborted = async (signal: AbortSignal): Promise<void> =>
  await new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

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
  const forgotten = Promise.withResolvers<void>()
  let running: Promise<void> | undefined
  const round = async (ledger: string) => {
    if (seen !== undefined && !(await isAfter(parts, seen))) seen = undefined
    if (seen !== undefined) {
      seen = await follow(parts, ledger, seen)
      return
    }
    why ??= COMPARING
    const compared = await compare(parts, ledger)
    if (compared.forgotten) forgotten.resolve()
    if ('why' in compared) why = compared.why
    else [seen, why] = [compared.seen, null]
  }
  const keep = async (ledger: string, signal: AbortSignal) =>
    await repeatedly(async () => await round(ledger), { log, everyMs, signal })
  return {
    pending: () => why,
    start() {
      if (path === undefined) return
      why = COMPARING
      running = keep(path, stopping.signal)
    },
    async untilForgotten(signal) {
      if (path === undefined) return
      const done = new AbortController()
      const own = running ?? keep(path, AbortSignal.any([signal, done.signal]))
      await Promise.race([forgotten.promise, aborted(signal)])
      done.abort()
      if (own !== running) await own
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
  /** The database's clock. */
  readonly at: Date
  /** Entries in the database of transactions that began shortly before. */
  readonly recent: ReadonlySet<string>
  /** Bytes of the file. */
  readonly end: number
  /** Entries of the file whose transaction has not committed, and may never. */
  readonly open: ReadonlySet<string>
  /** What was added to the file last: read with its next part, and known. */
  readonly added: ReadonlySet<string>
}

/** No transaction that forgets takes that long, so what is older and was not seen will not come any more. */
const RECENT_MS = 15 * 60_000

const before = (at: Date): Date => new Date(at.getTime() - RECENT_MS)

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
  const { entries, at } = await listLedgerEntries(parts.db, { since: before(seen.at) })
  const added = entries.filter(({ id }) => !seen.recent.has(id))
  // After the database: an entry is in the file before it is there.
  const part = (await readLedger(path, seen.end)) ?? (seen.end === 0 ? NO_PART : null)
  if (part === null) return undefined
  const open = idsOf(part.entries).difference(seen.added).union(seen.open)
  const others = added.filter(({ id }) => !open.has(id))
  await appendToLedger(path, others)
  return {
    last: entries.at(-1) ?? seen.last,
    at,
    recent: idsOf(entries),
    end: part.end,
    open: open.difference(idsOf(added)),
    added: idsOf(others),
  }
}

type Compared =
  | { readonly forgotten: boolean; readonly why: string }
  | { readonly forgotten: true; readonly seen: Seen }

async function compare(parts: LedgerGuardParts, path: string): Promise<Compared> {
  const { db, log, config } = parts
  // Made before the first dump that may be restored: a key that came later would be lost with the database.
  if (config.MEMOIR_ENCRYPTION_KEY === undefined) await ensureForgetKey(db)
  const held = await readLedger(path)
  // What the file had by then has committed or failed by now: what somebody is just forgetting is not forgotten once more.
  const { entries: known, at } = await db.transaction(
    async (tx) => {
      await waitForNoting(tx)
      return await listLedgerEntries(tx, { since: null })
    },
    { settings: { lock_timeout: NOTING_TIMEOUT } },
  )
  if (held === null && known.length > 0) {
    log.warn({ entries: known.length }, 'the erasure ledger is missing: it is written again')
  }
  const inDatabase = idsOf(known)
  const namespaces = await listNamespaceIds(db)
  const unknown = (held?.entries ?? []).filter(
    ({ id, namespace }) => !inDatabase.has(id) && namespaces.has(namespace),
  )
  if (unknown.length > 0) return await repeat(parts, unknown)
  const since = await readLedger(path, held?.end ?? 0)
  const inFile = idsOf([...(held?.entries ?? []), ...(since?.entries ?? [])])
  const others = known.filter(({ id }) => !inFile.has(id))
  await appendToLedger(path, others)
  const recent = idsOf(known.filter(({ at: noted }) => new Date(noted) > before(at)))
  const open = idsOf(since?.entries ?? []).difference(inDatabase)
  const end = since?.end ?? held?.end ?? 0
  const seen = { last: known.at(-1), at, recent, end, open, added: idsOf(others) }
  return { forgotten: true, seen }
}

/** The next comparison waits for transactions that take longer. */
const NOTING_TIMEOUT = '10s'

/** The next comparison finds out whether it was done. */
async function repeat(
  parts: LedgerGuardParts,
  unknown: readonly LedgerEntry[],
): Promise<{ readonly forgotten: boolean; readonly why: string }> {
  const { unreadable, open, ...done } = await repeatErasures(parts, unknown)
  const entries = unknown.length
  parts.log.warn({ entries, unreadable, open, ...done }, 'what was erased is erased again')
  const why =
    unreadable > 0
      ? `${unreadable} entries of the erasure ledger were made under another MEMOIR_ENCRYPTION_KEY.`
      : `What was erased after the restored backup is erased again: ${open} users to go.`
  return { forgotten: unreadable === 0, why }
}

const idsOf = (entries: readonly { readonly id: string }[]): Set<string> =>
  new Set(entries.map(({ id }) => id))
