import { stopWordsOf } from '../lexicons.ts'
import { folded } from '../spelling.ts'

/**
 * Words of a question that are written as names: large where no sentence begins. German writes every noun so; there only those count
 * that stand without an article, a pronoun or a preposition before them.
 */
export function namedIn(question: string, language: string): string[] {
  const words = [...question.matchAll(/[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*/gu)].map(
    ([word]) => word,
  )
  const stops = stopWordsOf(language)
  const isName = (word: string, at: number) => {
    const before = words[at - 1]
    if (before === undefined || !/^\p{Lu}/u.test(word) || word === 'I' || /^I['’]/u.test(word)) {
      return false
    }
    if (language !== 'de') return !stops.has(folded(word))
    return !stops.has(folded(before)) && !NOUN_MARKERS.test(before)
  }
  // "my brother Ansgar": what he is to the user belongs to the name.
  return words.filter(
    (word, at) =>
      isName(word, at) ||
      (POSSESSIVE.test(words[at - 1] ?? '') && isName(words[at + 1] ?? '', at + 1)),
  )
}

const POSSESSIVE =
  /^(?:my|our|mein\p{L}{0,2}|unser\p{L}{0,2}|mis?|nuestr[oa]s?|mon|ma|mes|notre|nos)$/iu

/** What stands before a noun and is in no list of stop words. */
const NOUN_MARKERS =
  /^(?:[Ww]elch\p{L}*|[MDSmds]?[Ee]?ein\p{L}*|[Uu]nser\p{L}*|pro|[Vv]iele?|[Ww]ie\p{L}*|\p{Ll}+(?:e|en|er|es|em))$/u
