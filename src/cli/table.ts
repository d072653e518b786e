/** Text as a terminal may show it: one line, no commands for the terminal, cut to a number of columns. */

/** Control characters, and the marks that turn the direction of the text around them. */
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

/** Scripts and signs that take two columns. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u
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

/** Below this a last column shows nothing useful, so the terminal wraps instead. */
const NARROWEST = 20

/** Columns padded to their widest cell; the last one takes what is left of `width`, or all it needs when that is undefined. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width?: number,
): string[] {
  const cells = [head, ...rows].map((row) => row.map(plain))
  const last = head.length - 1
  const widths = head.map((_, index) =>
    Math.max(...cells.map((row) => columnsOf(row[index] ?? ''))),
  )
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0)
  const room = width === undefined ? Infinity : Math.max(NARROWEST, width - before)
  return cells.map((row) =>
    row
      .map((cell, index) =>
        index === last
          ? cut(cell, room)
          : cell + ' '.repeat((widths[index] ?? 0) - columnsOf(cell)),
      )
      .join('  ')
      .trimEnd(),
  )
}
