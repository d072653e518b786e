import { painted, styleOfState } from './colour.ts'
import { line, type Io } from './io.ts'
import { plain, table, wrap, type Paint } from './table.ts'

type Shown = Pick<Io, 'stdout' | 'stderr' | 'env'>

/** Rows under a head, fitted to the terminal's width; without any, what is said instead. */
export function printTable({ head, rows, none }: PrintedTable, io: Shown): void {
  const { stdout } = io
  if (rows.length === 0) {
    if (none !== '') line(stdout, none)
    return
  }
  const paint: Paint = (text, { row, column }) => {
    if (row === 0) return painted(io, 'stdout', 'head', text)
    const style = STATES.has(head[column] ?? '') ? styleOfState(text) : undefined
    return style === undefined ? text : painted(io, 'stdout', style, text)
  }
  for (const each of table(head, rows, { width: stdout.columns, paint })) line(stdout, each)
}

/** Columns whose words have a colour. */
const STATES: ReadonlySet<string> = new Set(['STATE', 'STATUS'])

export interface PrintedTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly none: string
}

/** How to see the rest of a list; on the side, so that a pipe gets rows only. */
export function printMore(cursor: string | null, { stderr }: Pick<Io, 'stderr'>): void {
  if (cursor !== null) line(stderr, `There are more: --cursor ${plain(cursor)}`)
}

const NAME_COLUMNS = 16

/** Name and value, one a line; what is not known is left out. */
export function printFacts(facts: readonly (readonly [string, unknown])[], io: Shown): void {
  for (const [name, value] of facts) {
    if (value === null || value === undefined || value === '') continue
    const text = plain(typeof value === 'string' ? value : JSON.stringify(value))
    const style = name === 'state' || name === 'status' ? styleOfState(text) : undefined
    const shown = style === undefined ? text : painted(io, 'stdout', style, text)
    line(io.stdout, `${painted(io, 'stdout', 'quiet', `${name}:`.padEnd(NAME_COLUMNS))}${shown}`)
  }
}

/** Text of several lines, whole, wrapped where a person looks. */
export function printText(text: string, { stdout }: Pick<Io, 'stdout'>): void {
  const width = stdout.columns ?? Infinity
  for (const each of text.split('\n')) {
    for (const part of wrap(plain(each), width)) line(stdout, part)
  }
}
