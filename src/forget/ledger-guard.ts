import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../logger.ts'
import { ensureForgetKey } from '../stores/forget/forgotten.ts'
import { ledgerVersion, listLedgerEntries } from '../stores/forget/ledger.ts'
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
  let running = Promise.resolve()
  const keep = async (ledger: string) => {
    let seen = ''
    while (!stopping.signal.aborted) {
      try {
        const version = await ledgerVersion(parts.db)
        if (why !== null || version !== seen) {
          why = await compare(parts, ledger)
          seen = await ledgerVersion(parts.db)
        }
      } catch (error) {
        // While Postgres is away nothing is answered anyway; a file that cannot be read keeps everything shut.
        why ??= COMPARING
        log.warn({ error }, 'the erasure ledger could not be compared')
      }
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

/** @returns why nothing may be answered yet */
async function compare(parts: LedgerGuardParts, path: string): Promise<string | null> {
  const { db, log, config } = parts
  // Made before the first dump that may be restored: a key that came later would be lost with the database.
  if (config.MEMOIR_ENCRYPTION_KEY === undefined) await ensureForgetKey(db)
  const held = await readLedger(path)
  const known = await listLedgerEntries(db)
  if (held === null && known.length > 0) {
    log.warn({ entries: known.length }, 'the erasure ledger is missing: it is written again')
  }
  const [inFile, inDatabase] = [idsOf(held ?? []), idsOf(known)]
  await appendToLedger(
    path,
    known.filter(({ id }) => !inFile.has(id)),
  )
  const unknown = (held ?? []).filter(({ id }) => !inDatabase.has(id))
  if (unknown.length === 0) return null
  const { unreadable, open, ...done } = await repeatErasures(parts, unknown)
  log.warn(
    { entries: unknown.length, unreadable, open, ...done },
    'what was erased is erased again',
  )
  if (unreadable > 0) {
    return `${unreadable} entries of the erasure ledger were made under another MEMOIR_ENCRYPTION_KEY.`
  }
  if (open > 0)
    return `What was erased after the restored backup is erased again: ${open} users to go.`
  return null
}

const idsOf = (entries: readonly { readonly id: string }[]): Set<string> =>
  new Set(entries.map(({ id }) => id))
