import { stopWordsOf } from './lexicons.ts'
import { folded, unaccented } from './spelling.ts'

/** Parts of ids that name nobody. */
const NOBODY = new Set(['user', 'users', 'test', 'admin', 'account', 'customer', 'client', 'mail'])
/** An id that may be a name; others are those of rooms, teams and machines. */
const PERSON = /^\p{L}+(?:[._]\p{L}+)?[._]?\d*$/u
/** Shorter parts of an id are no names. */
const NAME_CHARS = 3
const WORD = /[\p{L}\p{M}]+(?:['’]s(?!\p{L}))?/gu

/**
 * A text without its user's own name, as the id has it: "maya", "maya.lopez@example.com" and "ines" for Inês. Applications call users by
 * their name more often than not. The whole id goes as it is, a name in it where it is written as one.
 */
export function withoutOwnName(
  text: string,
  { userId, language }: { readonly userId: string; readonly language: string },
): string {
  const [before = ''] = userId.split('@')
  const parts = (PERSON.test(before) ? before : '')
    .split(/[._\d]+/u)
    .map(plain)
    .filter((part) => part.length >= NAME_CHARS && !NOBODY.has(part))
  const own = new Set(parts)
  const lowerCase = text === text.toLowerCase()
  const stops = stopWordsOf(language)
  const rest = /^\p{Ll}*$/u.test(userId) ? text : text.replace(wholeOf(userId), ' ')
  if (own.size === 0) return rest
  return rest.replaceAll(WORD, (found) => {
    const word = plain(found.replace(/['’]s$/u, ''))
    // "Will it rain?" asks nothing about a user of that name, and who marks a page is no Mark.
    if (stops.has(word) || !(lowerCase || /^\P{Ll}/u.test(found))) return found
    const genitive = language === 'de' && word.endsWith('s') && own.has(word.slice(0, -1))
    return own.has(word) || genitive ? ' ' : found
  })
}

const wholeOf = (id: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(id)}(?:['’]s)?(?![\\p{L}\\p{N}])`, 'gu')

const plain = (name: string) => unaccented(folded(name))
