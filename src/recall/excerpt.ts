import type { Memory } from '../domain/recall.ts'
import { detectLanguage } from '../text/language.ts'
import { lexemesOf } from '../text/tokens.ts'

/** An episode is a whole conversation; a hit shows the part that answers. */
const EXCERPT_CHARS = 1_000

/** The stretch of an episode with the most of the question's words, cut at line ends where possible; other memories whole. */
export function excerpt(memory: Memory, lexemes: ReadonlySet<string>): string {
  if (memory.kind !== 'episode' || memory.content.length <= EXCERPT_CHARS) return memory.content
  const language = detectLanguage(memory.content.slice(0, EXCERPT_CHARS))
  const lines = memory.content.split('\n').flatMap(splitLong)
  const worth = lines.map(
    (line) => new Set(lexemesOf(line, language).filter((l) => lexemes.has(l))).size,
  )
  let best = { from: 0, to: 0, score: -1 }
  for (let from = 0; from < lines.length; from += 1) {
    let chars = 0
    let score = 0
    let to = from
    for (; to < lines.length && chars + (lines[to]?.length ?? 0) < EXCERPT_CHARS; to += 1) {
      chars += (lines[to]?.length ?? 0) + 1
      score += worth[to] ?? 0
    }
    if (score > best.score) best = { from, to, score }
  }
  return lines.slice(best.from, Math.max(best.to, best.from + 1)).join('\n')
}

/** A line longer than an excerpt is cut where a word ends. */
function splitLong(line: string): string[] {
  if (line.length < EXCERPT_CHARS) return [line]
  return line.match(/[\s\S]{1,900}(?:\s|$)|[\s\S]{1,900}/gu) ?? [line]
}
