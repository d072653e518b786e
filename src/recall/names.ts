import { stopWordsOf } from '../text/lexicons.ts'
import { countTelling } from '../text/tokens.ts'

/**
 * Second stage: who the question is about. Names of those who speak are on every turn anyway, so in the text they tell nothing and
 * only pull the question's vector towards greetings; they say whose turns are meant instead.
 */
export interface Named {
  /** The question without them, or as it is when nothing else would be left. */
  readonly text: string
  /** Speakers that are named, as the record has them. */
  readonly speakers: readonly string[]
}

export function namesIn(
  query: string,
  {
    participants,
    own = '',
    language,
  }: { participants: readonly string[]; own?: string; language: string },
): Named {
  let text = query
  const speakers: string[] = []
  for (const name of participants) {
    const pattern = patternOf(name, participants, query)
    const without = text.replace(pattern, ' ')
    if (without === text) continue
    speakers.push(name)
    text = without
  }
  text = withoutOwn(text, own, { language, lower: query === query.toLowerCase() })
  if (text === query) return { text: query, speakers }
  const rest = text.replaceAll(/\s+/g, ' ').trim()
  return { text: countTelling(rest, language) > 0 ? rest : query, speakers }
}

/** Parts of ids that name nobody. */
const NOBODY = new Set(['user', 'users', 'test', 'admin', 'account', 'customer', 'client', 'mail'])
/** An id that may be a name; others are those of rooms, teams and machines. */
const PERSON = /^\p{L}+(?:[._]\p{L}+)?[._]?\d*$/u
/** Shorter parts of an id are no names. */
const NAME_CHARS = 3

/**
 * What is asked of a user's memories is about the user, whose name tells nothing there. Applications call users by their name more
 * often than not: "maya", "maya.lopez@example.com". The user's whole id goes as it is, a name in it where it is written as one.
 */
function withoutOwn(
  text: string,
  id: string,
  { language, lower }: { language: string; lower: boolean },
): string {
  const [before = ''] = id.split('@')
  const parts = (PERSON.test(before) ? before : '')
    .split(/[._\d]+/)
    .filter((part) => part.length >= NAME_CHARS && !NOBODY.has(part.toLowerCase()))
  const names = parts.flatMap((part) => {
    const name = part.slice(0, 1).toUpperCase() + part.slice(1)
    const word = part.toLowerCase()
    // "Will" is a name and "will" is none.
    return lower && !stopWordsOf(language).has(word) ? [name, word] : [name]
  })
  const whole = /^\p{Ll}+$/u.test(id) ? [] : [id]
  return [...whole, ...names].reduce(
    (rest, name) => (name === '' ? rest : rest.replace(formsOf([name], 'gu'), ' ')),
    text,
  )
}

/** The name, or the first of its words when no other speaker has that; with the English genitive. */
function patternOf(name: string, participants: readonly string[], query: string): RegExp {
  const first = firstWord(name)
  const shared = participants.filter((other) => firstWord(other) === first).length > 1
  const forms = shared || first === name ? [name] : [name, first]
  // "Will" is a name and "will" is none, unless nobody bothered with capitals.
  const flags = query === query.toLowerCase() ? 'giu' : 'gu'
  return formsOf(forms, flags)
}

const formsOf = (forms: readonly string[], flags: string) =>
  new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${forms.map((form) => RegExp.escape(form)).join('|')})(?:['’]s)?(?![\\p{L}\\p{N}])`,
    flags,
  )

const firstWord = (name: string) => name.split(/\s+/)[0] ?? name
