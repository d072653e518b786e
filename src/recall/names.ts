import { withoutOwnName } from '../text/own-name.ts'
import { countTelling } from '../text/tokens.ts'

/**
 * Second stage: who the question is about. Names of those who speak are on every turn anyway, so in the text they tell nothing and
 * only pull the question's vector towards greetings; they say whose turns are meant instead. The user's own name says nothing at
 * all: every memory is the user's, and the few that write the name out would win by it.
 */
export interface Named {
  /** The question without them, or as it is when nothing else would be left. */
  readonly text: string
  /** Speakers that are named, as the record has them. */
  readonly speakers: readonly string[]
}

export interface NamesContext {
  readonly participants: readonly string[]
  /** ISO 639-1, of the question. */
  readonly language: string
  /** The caller's own id of the user, which is a name more often than not. */
  readonly userId: string
}

export function namesIn(query: string, { participants, language, userId }: NamesContext): Named {
  let text = query
  const speakers: string[] = []
  for (const name of participants) {
    const pattern = patternOf(name, participants, query)
    const without = text.replace(pattern, ' ')
    if (without === text) continue
    speakers.push(name)
    text = without
  }
  text = withoutOwnName(text, { userId, language })
  if (text === query) return { text: query, speakers }
  const rest = text.replaceAll(/\s+/g, ' ').trim()
  return { text: countTelling(rest, language) > 0 ? rest : query, speakers }
}

/** The name, or the first of its words when no other speaker has that; with the English genitive. */
function patternOf(name: string, participants: readonly string[], query: string): RegExp {
  const first = firstWord(name)
  const shared = participants.filter((other) => firstWord(other) === first).length > 1
  const forms = shared || first === name ? [name] : [name, first]
  // "Will" is a name and "will" is none, unless nobody bothered with capitals.
  const flags = query === query.toLowerCase() ? 'giu' : 'gu'
  return new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${forms.map((form) => RegExp.escape(form)).join('|')})(?:['’]s)?(?![\\p{L}\\p{N}])`,
    flags,
  )
}

const firstWord = (name: string) => name.split(/\s+/)[0] ?? name
