import { chunkText } from '../chunks.ts'
import { findSensitive, type Sensitive, type SensitiveKind } from '../sensitive.ts'

/** Secrets of a text, replaced by what they are. */

const MASKS: Readonly<Record<SensitiveKind, string>> = {
  password: '[password]',
  code: '[code]',
  key: '[key]',
  document: '[document number]',
  card: '[card number]',
  account: '[account number]',
}

const MASK = new RegExp(
  String.raw`\[(?:${Object.values(MASKS)
    .map((mask) => mask.slice(1, -1))
    .join('|')})\]`,
  'gu',
)

/** The detector reads so far; a longer text is read in pieces. */
const PIECE_CHARS = 100_000

/** The secrets of a text; what stands in place of one is none. */
export function unmaskedSecrets(text: string): readonly Sensitive[] {
  if (text.length <= PIECE_CHARS) return secretsOf(text)
  let from = 0
  return chunkText(text, PIECE_CHARS).flatMap((piece) => {
    const start = from
    from += piece.length
    return secretsOf(piece).map((one) => ({
      ...one,
      start: one.start + start,
      end: one.end + start,
    }))
  })
}

function secretsOf(text: string): readonly Sensitive[] {
  const masks = [...text.matchAll(MASK)].map(({ 0: mask, index }) => [index, index + mask.length])
  // Where a secret stood one is found again, so that the words around it are not taken for it.
  return findSensitive(text.replaceAll(MASK, standIn)).filter(
    ({ start, end }) => !masks.some(([from = 0, to = 0]) => start < to && end > from),
  )
}

const standIn = ({ length }: string) => 'Xy7'.repeat(length).slice(0, length)

export function maskSecrets(text: string): string {
  let masked = ''
  let at = 0
  for (const { kind, start, end } of unmaskedSecrets(text)) {
    masked += text.slice(at, start) + MASKS[kind]
    at = end
  }
  return masked + text.slice(at)
}

export const holdsMask = (text: string): boolean => text.search(MASK) !== -1
