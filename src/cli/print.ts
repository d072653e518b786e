import { line, type Io } from './io.ts'
import { plain, table } from './table.ts'

/** Rows under a head, cut to the terminal's width; without any, what is said instead. */
export function printTable(
  { head, rows, none }: PrintedTable,
  { stdout }: Pick<Io, 'stdout'>,
): void {
  if (rows.length === 0) line(stdout, none)
  else for (const each of table(head, rows, stdout.columns)) line(stdout, each)
}

export interface PrintedTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly none: string
}

/** How to see the rest of a list; on the side, so that a pipe gets rows only. */
export function printMore(cursor: string | null, { stderr }: Pick<Io, 'stderr'>): void {
  if (cursor !== null) line(stderr, `There are more: --cursor ${plain(cursor)}`)
}
