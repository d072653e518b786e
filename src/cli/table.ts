/** Text as a terminal may show it: one line, no commands for the terminal, cut to a number of columns. */

/** Control characters, and the marks that turn the direction of the text around them. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

/** Scripts and signs that take two columns. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\u30fc\uff01-\uff60]/u
const COMBINING = /^[\p{Mark}\u200b-\u200d]/u

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Memory text is somebody's data: what could move the cursor or colour the screen becomes a space. */
export function plain(text: string): string {
  return text.replaceAll(UNSAFE, ' ').replaceAll(/\s+/g, ' ').trim()
}

function widthOf(grapheme: string): number {
  if (COMBINING.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

/** Columns that a text takes in a terminal. */
export function columnsOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment)
  return width
}

/** Cuts to at most `columns`, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  let width = 0
  let kept = ''
  let fitting = ''
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment)
    if (width > columns) return `${fitting}…`
    kept += segment
    if (width < columns) fitting = kept
  }
  return kept
}

/** Below this a column of text is read more easily on lines of its own. */
const READABLE = 40
const INDENT = 2
/** A list shows how a text begins; commands that show one thing show all of it. */
const MOST_LINES = 4

/** How a cell looks, once its place is measured. */
export type Paint = (
  text: string,
  cell: { readonly row: number; readonly column: number },
) => string

export interface TableOptions {
  /** Of the terminal; undefined writes each row on one line, however long. */
  readonly width?: number | undefined
  readonly paint?: Paint
}

/** Columns padded to their widest cell. Where the last one does not fit it is wrapped, under its head or below its row. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, paint = (text) => text }: TableOptions = {},
): string[] {
  const cells = [head, ...rows].map((row) => row.map(plain))
  const last = head.length - 1
  const widths = head.map((_, index) =>
    Math.max(...cells.map((row) => columnsOf(row[index] ?? ''))),
  )
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + GAP, 0)
  const room = width === undefined ? Infinity : width - before
  const stands = (widths[last] ?? 0) <= room || room >= READABLE
  const [indent, columns] = stands ? [before, room] : [INDENT, (width ?? 0) - INDENT]
  return cells.flatMap((row, at) => {
    const begin = row
      .slice(0, last)
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - columnsOf(cell) + GAP)
        return paint(cell, { row: at, column }) + gap
      })
      .join('')
    const text = wrap(row[last] ?? '', columns, MOST_LINES).map((part) =>
      paint(part, { row: at, column: last }),
    )
    if (stands) return [`${begin}${text[0] ?? ''}`.trimEnd(), ...indented(text.slice(1), indent)]
    return [begin.trimEnd(), ...(at === 0 ? [] : indented(text, indent))]
  })
}

const GAP = 2

const indented = (lines: readonly string[], by: number) =>
  lines.filter((each) => each !== '').map((each) => ' '.repeat(by) + each)

/** One line of text as lines of at most `columns`, broken between words where that can be; with an ellipsis where there were more. */
export function wrap(text: string, columns: number, most = Infinity): string[] {
  const lines: string[] = []
  let rest = text
  while (columnsOf(rest) > columns && lines.length + 1 < most) {
    const fitting = fit(rest, columns)
    const space = rest[fitting.length] === ' ' ? fitting.length : fitting.lastIndexOf(' ')
    const end = space > 0 ? space : fitting.length
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, cut(rest, columns)]
}

/** As many whole signs as fit, at least one. */
function fit(text: string, columns: number): string {
  let width = 0
  let fitting = ''
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment)
    if (width > columns && fitting !== '') break
    fitting += segment
  }
  return fitting
}
