import { z } from '@hono/zod-openapi'
import { MemoirError } from '../errors.ts'
import type { Outcome } from '../portable/import-records.ts'
import { importedRecord, type ImportedRecord } from '../portable/records.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { invalid } from './errors.ts'
import type { Rejected } from './import-shapes.ts'

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
) {
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
  const counts = { taken: 0, left: 0 }
  for (const [name, own] of Map.groupBy(owned, ({ owner }) => owner)) {
    const wanted = { namespaceId, actor, name, lift, records: own.map(({ record }) => record) }
    const outcomes = await importRecords(wanted)
    for (const [at, { index, record }] of own.entries()) {
      const outcome: Outcome = outcomes[at] ?? 'left'
      if (typeof outcome === 'string') counts[outcome] += 1
      else rejected.push({ index, ...idOf(record), ...outcome })
    }
  }
  return {
    conversations: 0,
    messages: 0,
    records: counts.taken,
    left_out: counts.left,
    rejected: rejected.toSorted((one, other) => one.index - other.index),
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
