import { detectLanguage } from '../text/language.ts'
import { lexemesOf } from '../text/tokens.ts'

/** What BM25 needs of one message: its own lexemes, and those of the window of it and its two neighbours. */
export interface MessageText {
  readonly language: string
  readonly length: number
  readonly windowLength: number
  readonly lexemes: ReadonlyMap<string, { readonly frequency: number; readonly window: number }>
}

/** Enough text to tell a language by; more only costs time. */
const LANGUAGE_SAMPLE_CHARS = 4_000

/** The configured language, or what the text is written in. */
export function languageOf(texts: readonly string[], configured: string): string {
  if (configured !== 'auto') return configured
  let sample = ''
  for (const text of texts) {
    sample += `${text.slice(0, LANGUAGE_SAMPLE_CHARS - sample.length)}\n`
    if (sample.length >= LANGUAGE_SAMPLE_CHARS) break
  }
  return detectLanguage(sample)
}

/** Tokenises the messages of one conversation, in order, and gives each its window. */
export function indexMessages(contents: readonly string[], configured: string): MessageText[] {
  const whole = languageOf(contents, configured)
  const own = contents.map((content) => {
    const language =
      configured === 'auto'
        ? detectLanguage(content.slice(0, LANGUAGE_SAMPLE_CHARS), whole)
        : configured
    const lexemes = lexemesOf(content, language)
    const counts = new Map<string, number>()
    for (const lexeme of lexemes) counts.set(lexeme, (counts.get(lexeme) ?? 0) + 1)
    return { language, length: lexemes.length, counts }
  })
  return own.map((message, index) => {
    const around = [own[index - 1], message, own[index + 1]].filter((one) => one !== undefined)
    const lexemes = new Map<string, { frequency: number; window: number }>()
    for (const neighbour of around) {
      for (const [lexeme, count] of neighbour.counts) {
        const entry = lexemes.get(lexeme) ?? {
          frequency: message.counts.get(lexeme) ?? 0,
          window: 0,
        }
        entry.window += count
        lexemes.set(lexeme, entry)
      }
    }
    return {
      language: message.language,
      length: message.length,
      windowLength: around.reduce((sum, one) => sum + one.length, 0),
      lexemes,
    }
  })
}

const WORD = /[\p{L}\p{N}]/u

/** The lexemes of the message itself, without emoji: a smile says nothing that deserves to be remembered. */
export function ownLexemes(text: MessageText | undefined): ReadonlySet<string> {
  const own = new Set<string>()
  for (const [lexeme, { frequency }] of text?.lexemes ?? [])
    if (frequency > 0 && WORD.test(lexeme)) own.add(lexeme)
  return own
}
