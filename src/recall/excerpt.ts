import type { Memory } from '../domain/recall.ts'
import { detectLanguage } from '../text/language.ts'
import { LONG_CHARS, passagesOf } from '../text/passages.ts'
import { isMachine } from '../domain/roles.ts'
import { lexemesOf } from '../text/tokens.ts'

/** A long memory is a hit for a part of it; that part is shown. */
const EXCERPT_CHARS = 1_000

export interface Sought {
  readonly lexemes: ReadonlySet<string>
  /** The passage that is nearest to the question, where passages have vectors. */
  readonly passage?: number | undefined
  /** It asks for what an assistant said, and advice is wanted whole. */
  readonly asksMachine?: boolean
}

/** Longer advice is shown by its best passage, as any other text. */
const ADVICE_CHARS = 4_000

/** The passage that is nearest, else the stretch with the most of the question's words; short memories whole. */
export function excerpt(
  { kind, role, content }: Pick<Memory, 'kind' | 'role' | 'content'>,
  { lexemes, passage, asksMachine = false }: Sought,
): string {
  const advice = asksMachine && isMachine(role)
  const short = kind === 'episode' ? EXCERPT_CHARS : advice ? ADVICE_CHARS : LONG_CHARS
  if (content.length <= short) return content
  const nearest = passage === undefined ? undefined : passagesOf(content)[passage]
  return nearest?.trim() || bestStretch(content, lexemes)
}

/** Cut at line ends where possible. */
function bestStretch(content: string, lexemes: ReadonlySet<string>): string {
  const language = detectLanguage(content.slice(0, EXCERPT_CHARS))
  const lines = content.split('\n').flatMap(splitLong)
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
