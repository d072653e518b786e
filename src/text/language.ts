import { eld } from 'eld/medium'

/** What a text is written in, as ISO 639-1; `und` when nothing can be said. */

/** Scripts that belong to one language among those that are common, or are told apart by one sign. */
const SCRIPTS: readonly { readonly script: RegExp; readonly language: string }[] = [
  { script: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, language: 'ja' },
  { script: /\p{Script=Hangul}/u, language: 'ko' },
  { script: /\p{Script=Han}/u, language: 'zh' },
  { script: /\p{Script=Thai}/u, language: 'th' },
]

/** A few foreign signs (a name, a quotation) do not make a text foreign. */
const SCRIPT_SHARE = 0.2

/** The detector goes by letter groups, of which short texts have too few to tell close languages apart. */
const SHORT_CHARS = 24

/**
 * @param fallback answered when the text is too short or too mixed to tell, say the language of the conversation around it
 */
export function detectLanguage(text: string, fallback = 'und'): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  if (letters === 0) return fallback
  for (const { script, language } of SCRIPTS) {
    const signs = text.match(new RegExp(script.source, 'gu'))?.length ?? 0
    if (signs / letters >= SCRIPT_SHARE) return language
  }
  if (/\p{Script=Arabic}/u.test(text) && !/[پچژگکی]/u.test(text)) return 'ar'
  if (letters < SHORT_CHARS && fallback !== 'und') return fallback
  const result = eld.detect(text)
  if (result.language === '' || (!result.isReliable() && fallback !== 'und')) return fallback
  return result.language
}
