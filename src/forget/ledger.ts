import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Queryable } from '../stores/database.ts'
import type { ForgottenClause } from '../stores/forget/forgotten-clauses.ts'
import {
  holdLedger,
  insertLedgerEntries,
  type LedgerClause,
  type LedgerKind,
} from '../stores/forget/ledger.ts'
import { appendToLedger } from './ledger-file.ts'

/**
 * What was forgotten or erased, noted outside of the database, so that a restored dump can be told of it: `ERASURE_LEDGER`. An entry
 * is on disk before the transaction that erases commits. One whose transaction then failed is carried out by the next comparison:
 * somebody asked for it.
 */

export interface LedgerNote {
  readonly namespaceId: string
  /** Surrogate uuid; null when the user is what went. */
  readonly userId: string | null
  readonly key: string
  readonly hashes: readonly { readonly kind: LedgerKind; readonly hash: Buffer }[]
  readonly clauses?: readonly ForgottenClause[]
}

export type LedgerConfig = Pick<Config, 'ERASURE_LEDGER'>

/** Comes last in its transaction. @throws MemoirError `persistence_failed`: what cannot be noted is not erased */
export async function noteErased(
  tx: Queryable,
  { ERASURE_LEDGER: path }: LedgerConfig,
  { namespaceId, userId, key, hashes, clauses = [] }: LedgerNote,
): Promise<void> {
  if (path === undefined || hashes.length + clauses.length === 0) return
  const entryOf = (kind: LedgerKind, hash: Buffer) => ({
    id: uuidv7(),
    namespace: namespaceId,
    kind,
    user: userId,
    key: keyIdOf(key),
    hash: hash.toString('hex'),
  })
  const entries = [
    ...hashes.map(({ kind, hash }) => entryOf(kind, hash)),
    ...clauses.map((clause) => ({ ...entryOf('clause', clause.hash), clause: noteOf(clause) })),
  ]
  await holdLedger(tx)
  const noted = await insertLedgerEntries(tx, entries)
  try {
    await appendToLedger(path, noted)
  } catch (error) {
    throw new MemoirError('persistence_failed', SENTENCE.persistence_failed, { cause: error })
  }
}

const noteOf = ({ anchor, anchorAt, words, origin }: ForgottenClause): LedgerClause => ({
  anchor: anchor.toString('hex'),
  anchor_at: anchorAt,
  words,
  origin: origin.toString('hex'),
})

/** Tells keys apart and says nothing about them. */
export const keyIdOf = (key: string): string =>
  createHash('sha256').update('erasure-ledger-key').update(key).digest('hex').slice(0, 16)
