import { spelled } from './spelling.ts'
import { wordsOf } from './words.ts'

/** Questions for what the one who is asked said before. */

/** The one who is spoken to, and the verbs beside which that is a request ("can you …?") and no question about what was said. */
const SPOKEN_TO: Readonly<Record<string, { readonly you: string; readonly asks?: string }>> = {
  en: {
    you: 'you your yours yourself',
    asks: 'can could would will should may might do please thank',
  },
  de: {
    you: 'du dich dir dein deine deinen deinem deiner deines ihnen',
    asks: 'kannst könntest würdest willst magst sollst bitte',
  },
  fr: {
    you: 'tu te toi ton ta tes vous votre vos',
    asks: 'peux pourrais pouvez pourriez veux voulez plaît',
  },
  es: { you: 'tú tu tus te ti usted ustedes vos', asks: 'puedes podrías puede podría quieres' },
  it: { you: 'tu ti te tuo tua tuoi tue', asks: 'puoi potresti vuoi' },
  pt: { you: 'tu te ti teu tua você vocês', asks: 'podes poderia pode podia' },
  nl: { you: 'jij je jou jouw u uw', asks: 'kun kunt kan zou wil' },
  ru: {
    you: 'ты тебя тебе тобой твой твоя твоё твои вы вас вам вами ваш',
    asks: 'можешь можете мог могли',
  },
  pl: { you: 'ty ciebie tobie cię ci twój twoja twoje', asks: 'możesz mógłbyś' },
}
/** Where the verb's ending says it, or nothing is written between words. */
const ENDINGS: Readonly<Record<string, RegExp>> = {
  es: /\p{L}{2}(?:aste|iste)(?!\p{L})/u,
  pt: /\p{L}{2}(?:aste|iste)(?!\p{L})/u,
  zh: /[你您](?!能|可以|会|們|们)/u,
  ja: /あなた/u,
}

const setOf = (words = '') => new Set(wordsOf(words).map(spelled))
const WORDS = new Map(
  Object.entries(SPOKEN_TO).map(([language, { you, asks }]) => [
    language,
    { you: setOf(you), asks: setOf(asks) },
  ]),
)

/** Whether a question asks for what the one who is asked said: "What did you recommend?" */
export function asksWhatWasSaid(query: string, language: string): boolean {
  if (ENDINGS[language]?.test(query) === true) return true
  const known = WORDS.get(language)
  if (known === undefined) return false
  const words = wordsOf(query).map(spelled)
  const asks = (word: string | undefined) => word !== undefined && known.asks.has(word)
  return words.some(
    (word, at) => known.you.has(word) && !asks(words[at - 1]) && !asks(words[at + 1]),
  )
}
