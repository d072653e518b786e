import type { Queryable } from '../database.ts'

/** BM25's rows: derived from the record by the tokeniser, rewritten whenever the text or its window changes. */

/** All lexemes of one trace and of the window around it. */
export interface TracePostings {
  readonly userId: string
  readonly seq: number
  readonly length: number
  readonly windowLength: number
  /** Lexeme to how often it stands in the trace itself (0 when only a neighbour has it) and in its window. */
  readonly lexemes: ReadonlyMap<string, { readonly frequency: number; readonly window: number }>
}

/** Rows a statement: bounds its size whatever the text. */
const ROWS_A_STATEMENT = 20_000

export async function insertPostings(
  tx: Queryable,
  traces: readonly TracePostings[],
): Promise<void> {
  let batch = emptyBatch()
  for (const trace of traces) {
    for (const [lexeme, { frequency, window }] of trace.lexemes) {
      batch.users.push(trace.userId)
      batch.lexemes.push(lexeme)
      batch.seqs.push(trace.seq)
      batch.frequencies.push(frequency)
      batch.lengths.push(trace.length)
      batch.windows.push(window)
      batch.windowLengths.push(trace.windowLength)
      if (batch.users.length === ROWS_A_STATEMENT) {
        await insertBatch(tx, batch)
        batch = emptyBatch()
      }
    }
  }
  if (batch.users.length > 0) await insertBatch(tx, batch)
}

const emptyBatch = () => ({
  users: [] as string[],
  lexemes: [] as string[],
  seqs: [] as number[],
  frequencies: [] as number[],
  lengths: [] as number[],
  windows: [] as number[],
  windowLengths: [] as number[],
})

async function insertBatch(tx: Queryable, batch: ReturnType<typeof emptyBatch>): Promise<void> {
  await tx.query(
    `insert into memoir.memory_posting (user_id, lexeme, seq, frequency, length, window_frequency, window_length)
     select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::int[])`,
    [
      batch.users,
      batch.lexemes,
      batch.seqs,
      batch.frequencies,
      batch.lengths,
      batch.windows,
      batch.windowLengths,
    ],
  )
}

export async function deletePostings(
  tx: Queryable,
  { userIds, seqs }: { userIds: readonly string[]; seqs: readonly number[] },
): Promise<void> {
  if (seqs.length === 0) return
  await tx.query(
    `delete from memoir.memory_posting where seq = any($2::bigint[]) and user_id = any($1::uuid[])`,
    [userIds, seqs],
  )
}
