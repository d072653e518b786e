import type { Queryable } from '../database.ts'
import { TARGET, type ForgetTarget } from './forget.ts'

/** What facts were found in, word for word, and the summaries that may say it again. */

export async function findQuotes(
  tx: Queryable,
  { userId, ids }: { userId: string; ids: readonly string[] },
): Promise<{ readonly id: string; readonly quote: string }[]> {
  const { rows } = await tx.query<{ id: string; quote: string }>(
    `select distinct trace_id as id, quote from memoir.memory_source
      where user_id = $1::uuid and trace_id = any($2::uuid[]) and quote is not null`,
    [userId, ids],
  )
  return rows
}

/** In whatever state: what was deleted can be restored. */
export async function findSummaries(tx: Queryable, userId: string): Promise<ForgetTarget[]> {
  const { rows } = await tx.query<ForgetTarget>(
    `select ${TARGET} from memoir.memory_trace t where t.user_id = $1::uuid and t.kind = 'summary'`,
    [userId],
  )
  return rows
}
