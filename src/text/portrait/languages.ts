import { detectLanguage } from '../language.ts'

/** Which languages somebody writes in. A short text is easily taken for a language they do not know. */

export interface Spoken {
  /** What most of it is written in; `und` when nothing can be said. */
  readonly main: string
  /** Of a text of theirs. */
  of(text: string): string
}

/** Less is a guess of the detector's, or a quotation. */
const LEAST_SHARE = 0.1
/** In their own script there is nothing to guess. */
const OWN_SCRIPT = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u

export function spokenIn(texts: readonly string[]): Spoken {
  const chars = new Map<string, number>()
  const detected = new Map(texts.map((text) => [text, detectLanguage(text)]))
  for (const [text, language] of detected) {
    // A sign of Chinese says as much as three or four letters.
    const size = text.length * (OWN_SCRIPT.test(text) && /\p{Script=Han}/u.test(text) ? 3 : 1)
    if (language !== 'und') chars.set(language, (chars.get(language) ?? 0) + size)
  }
  const all = [...chars.values()].reduce((sum, one) => sum + one, 0)
  const spoken = new Map([...chars].filter(([, size]) => size >= LEAST_SHARE * all))
  const [main = 'und'] = [...spoken].toSorted((a, b) => b[1] - a[1]).map(([language]) => language)
  return {
    main,
    of(text) {
      const language = detected.get(text) ?? detectLanguage(text, main)
      return spoken.has(language) || (OWN_SCRIPT.test(text) && language !== 'und') ? language : main
    },
  }
}
