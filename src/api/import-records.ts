import { z } from '@hono/zod-openapi'
import { MemoirError } from '../errors.ts'
import type { Outcome } from '../portable/import-records.ts'
import { importedRecord, type ImportedRecord } from '../portable/records.ts'
import type { BeforeCommit } from '../stores/database.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { invalid } from './errors.ts'
import type { Imported, Rejected } from './import-shapes.ts'

/** Lines of an export that are no conversations: each is taken, left out or refused by itself. */

interface Owned {
  readonly index: number
  readonly owner: string
  readonly record: ImportedRecord
}

/** @throws MemoirError `forbidden` for a key bound to scopes */
export async function importRecordsWithin(
  { importRecords }: Pick<ApiServices, 'importRecords'>,
  principal: Principal,
  { records, lift }: { readonly records: readonly unknown[]; readonly lift: boolean },
  beforeCommit?: BeforeCommit<Imported>,
): Promise<Imported> {
  const { namespaceId, actor, scopes } = principal
  if (scopes !== null) {
    throw new MemoirError('forbidden', 'A key bound to scopes cannot import.')
  }
  const rejected: Rejected[] = []
  const owned = records.flatMap((given, index) => {
    const read = readRecord(given, index, principal)
    if ('record' in read) return [read]
    rejected.push(read)
    return []
  })
  const outcomes: OwnedOutcome[] = []
  const groups = [...Map.groupBy(owned, ({ owner }) => owner)]
  for (const [at, [name, own]] of groups.entries()) {
    const wanted = { namespaceId, actor, name, lift, records: own.map(({ record }) => record) }
    const withOwners = (of: readonly Outcome[]): OwnedOutcome[] => [
      ...outcomes,
      ...own.map((one, index) => ({ ...one, outcome: of[index] ?? 'left' })),
    ]
    // The answer belongs to the last user's transaction: those before it find their records when they are sent again.
    const isLast = at === groups.length - 1
    const keep: BeforeCommit<readonly Outcome[]> | undefined =
      isLast && beforeCommit
        ? async (tx, of) => await beforeCommit(tx, importedOf(withOwners(of), rejected))
        : undefined
    outcomes.splice(0, outcomes.length, ...withOwners(await importRecords(wanted, keep)))
  }
  return importedOf(outcomes, rejected)
}

interface OwnedOutcome extends Owned {
  readonly outcome: Outcome
}

function importedOf(outcomes: readonly OwnedOutcome[], unreadable: readonly Rejected[]): Imported {
  const refused = outcomes.flatMap(({ index, record, outcome }) =>
    typeof outcome === 'string' ? [] : [{ index, ...idOf(record), ...outcome }],
  )
  return {
    conversations: 0,
    messages: 0,
    records: outcomes.filter(({ outcome }) => outcome === 'taken').length,
    left_out: outcomes.filter(({ outcome }) => outcome === 'left').length,
    rejected: [...unreadable, ...refused].toSorted((one, other) => one.index - other.index),
  }
}

function readRecord(given: unknown, index: number, { user }: Principal): Owned | Rejected {
  const parsed = importedRecord.safeParse(given)
  if (!parsed.success) {
    const { details = {}, message } = invalid(parsed.error)
    const field = typeof details['field'] === 'string' ? details['field'] : ''
    return { index, ...idOf(given), field, message: message.slice((field || 'body').length + 2) }
  }
  const { data: record } = parsed
  const owner = record.user_id ?? user?.externalId
  const refuse = (message: string) => ({ index, ...idOf(record), field: 'user_id', message })
  if (owner === undefined) return refuse('is needed with a key that is not bound to a user')
  if (user !== null && owner !== user.externalId) return refuse('is not the user of this key')
  return { index, owner, record }
}

function idOf(given: unknown): { id?: string } {
  const parsed = z.looseObject({ id: z.uuid() }).safeParse(given)
  return parsed.success ? { id: parsed.data.id } : {}
}
