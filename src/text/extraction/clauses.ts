import type { Sentence } from './sentences.ts'

/** Cuts long sentences where a new thought begins, so that each part is short enough for one memory. */

/** Dashes, semicolons and conjunctions after a comma; the conjunction stays with what it begins. */
const SEAM =
  /\s+[-–—]+\s+|\s*[;—–]\s*|\s*:\s+|,\s+(?=(?:and|but|so|which|because|'cause|cause|cuz|plus|while|although|though|und|aber|weil|pero|porque|mais|parce)\b)|\s+(?=(?:but|because|'cause|cuz|although|so (?:that )?(?:i|we))\b)/giu

export const wordCount = (text: string) => text.match(/\S+/gu)?.length ?? 0

/** Parts of at most that many words where the seams allow it; neighbours stay together while they fit. */
export function clausesOf(sentence: Sentence, maxWords: number): Sentence[] {
  if (wordCount(sentence.text) <= maxWords) return [sentence]
  const parts: Sentence[] = []
  let current: { from: number; to: number } | undefined
  for (const next of pieces(sentence.text)) {
    const joined = current === undefined ? '' : sentence.text.slice(current.from, next.to)
    if (current !== undefined && wordCount(joined) > maxWords) {
      parts.push(partOf(sentence, current))
      current = next
    } else current = { from: current?.from ?? next.from, to: next.to }
  }
  if (current !== undefined) parts.push(partOf(sentence, current))
  return parts
}

function* pieces(text: string): Generator<{ from: number; to: number }> {
  let from = 0
  for (const { 0: seam, index } of text.matchAll(SEAM)) {
    if (index > from) yield { from, to: index }
    from = index + seam.length
  }
  if (from < text.length) yield { from, to: text.length }
}

const partOf = ({ text, start }: Sentence, { from, to }: { from: number; to: number }) => ({
  text: text.slice(from, to),
  start: start + from,
  end: start + to,
})
