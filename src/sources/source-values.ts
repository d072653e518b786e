import { timeOfJson, timeOfNumber, timeOfText } from './source-times.ts'
import type { Column } from '../stores/sources/source-columns.ts'
import { textOfContent } from '../text/content-parts.ts'

/** Values of columns as statements give them: what they say, whatever the column's type is. */

/** What is not JSON stays the text it is. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function ofBytes(hex: string): string {
  try {
    return utf8.decode(Buffer.from(hex, 'hex'))
  } catch {
    // A picture, say: nobody's words.
    return ''
  }
}

/** What a column says in words. JSON and arrays may hold a text, parts of one, or a message that has one. */
export function readText(value: string | null, column: Column | null): string | null {
  if (value === null || column === null) return value
  if (column.kind === 'bytes') return ofBytes(value)
  if (column.kind !== 'json' && column.kind !== 'list') return value
  return textOfContent(parseJson(value))
}

/** The ids that a column names: one, or those of a list. */
export function readIds(value: string | null, column: Column): string[] {
  if (value === null) return []
  if (column.kind === 'bytes') return [value]
  if (column.kind !== 'json' && column.kind !== 'list') return [value]
  return [parseJson(value)].flat(2).flatMap((one) => {
    if (typeof one === 'string' || typeof one === 'number') return [String(one)]
    return typeof one === 'object' && one !== null && 'id' in one
      ? readIds(JSON.stringify(one.id), { ...column, kind: 'json' })
      : []
  })
}

/** @param zone of wall clocks */
export function readTime(value: string | null, column: Column | null, zone: string): Date | null {
  if (value === null || column === null) return null
  switch (column.kind) {
    case 'instant':
      return timeOfNumber(Number(value), null)
    case 'local':
    case 'day':
      return timeOfNumber(Number(value), zone)
    case 'json':
      return timeOfJson(parseJson(value), zone)
    case 'number':
    case 'text':
    case 'bytes':
    case 'list':
    case 'other':
      return timeOfText(value, zone)
  }
}
