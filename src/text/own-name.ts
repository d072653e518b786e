import { stopWordsOf } from './lexicons.ts'
import { folded, unaccented } from './spelling.ts'

/** Shorter parts of an id are hardly names. */
const NAME_LETTERS = 3
const NAME = /[\p{L}\p{M}]+(?:['’]s(?!\p{L}))?/gu

/** "ines.carvalho" is asked about as Inês, as Carvalho, or by the id itself. */
export function withoutOwnName(
  text: string,
  { userId, language }: { readonly userId: string; readonly language: string },
): string {
  const words = plain(userId).match(/\p{L}+/gu) ?? []
  const own = new Set(words.filter((word) => word.length >= NAME_LETTERS))
  const lowerCase = text === text.toLowerCase()
  const stops = stopWordsOf(language)
  return text.replaceAll(NAME, (found) => {
    const word = plain(found.replace(/['’]s$/u, ''))
    // "Will it rain?" asks nothing about a user of that name, and who marks a page is no Mark.
    if (stops.has(word) || !(lowerCase || /^\P{Ll}/u.test(found))) return found
    const genitive = language === 'de' && word.endsWith('s') && own.has(word.slice(0, -1))
    return own.has(word) || genitive ? ' ' : found
  })
}

const plain = (name: string) => unaccented(folded(name))
