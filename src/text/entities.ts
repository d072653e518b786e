import type { EntityMention, EntityType, MentionType } from '../domain/entity.ts'

import { wordsTagged, type Word } from './extraction/tagging.ts'
import { folded, unaccented } from './spelling.ts'

/** People, places and organisations that a text names, and what two ways to write one have in common. */

const TITLES =
  /^(?:(?:mr|mrs|ms|mx|dr|prof|professor|sir|madam|miss|uncle|aunt|herr|frau|senor|senora|sr|sra|monsieur|madame|mme|m)\.? +)+(?=\S)/u
const LEGAL_FORM = / +(?:inc|ltd|llc|llp|corp|co|plc|gmbh|ag|kg|sa|sas|sarl|srl|bv|nv|oy|ab)$/u
const ARTICLE =
  /^(?:the|a|an|der|die|das|ein|eine|el|la|los|las|un|una|le|les|une|my|our|their|his|her) +(?=\S)/u
const POSSESSIVE = /['’]s?$/u
/** What stands around names and in them where writers differ: everything but letters, digits, and what tells C++ from C. */
const SIGNS = /[^\p{L}\p{M}\p{N}+#&@]+/gu

/** Longer names are texts; the rest would not tell two of them apart. */
const NAME_CHARS = 200

/**
 * One spelling for the ways to write one name: case, accents, titles, articles, legal forms, "Doe, John". What is left out is never
 * what tells two apart: "John Doe" and "John Smith" stay two, and so do "John" and "John Doe". Normalising again changes nothing.
 * @returns empty for what holds no letter and no digit
 */
export function normalizeEntity(type: MentionType, value: string): string {
  let name = value.slice(0, NAME_CHARS)
  if (type === 'person') name = name.replace(/^([^,]{1,60}), *([^,]{1,60})$/u, '$2 $1')
  // Taking one thing away can bring another to the end or the beginning: "Dr. The Who's".
  for (let before = ''; before !== name;) {
    before = name
    name = withoutFrills(type, unaccented(folded(name)))
  }
  return name
}

function withoutFrills(type: MentionType, name: string): string {
  const plain = name.replace(POSSESSIVE, '').replaceAll(SIGNS, ' ').trim()
  if (type === 'person') return plain.replace(TITLES, '')
  const bare = plain.replace(ARTICLE, '')
  return type === 'organization' ? bare.replace(LEGAL_FORM, '') : bare
}

/** One mention of each of them, in the order they come up. */
export function findEntities(text: string, language: string): EntityMention[] {
  const found = language === 'en' ? entitiesAmong(wordsTagged(text)) : namesByClue(text)
  const distinct = new Map<string, EntityMention>()
  for (const mention of found) {
    const key = `${mention.type}:${mention.normalized}`
    if (mention.normalized !== '' && !distinct.has(key)) distinct.set(key, mention)
  }
  return [...distinct.values()]
}

/** Runs of words that are written as names, in an English sentence that is tagged already. */
export function entitiesAmong(words: readonly Word[]): EntityMention[] {
  const found: EntityMention[] = []
  for (let at = 0; at < words.length; at += 1) {
    const run = runFrom(words, at)
    if (run.length === 0) continue
    const type = typeOf(run, words[at - 1])
    if (type !== undefined) found.push(mention(type, nameOf(run), confidenceOf(run)))
    at += run.length - 1
  }
  return found
}

const CAPITAL = /^\p{Lu}/u

function runFrom(words: readonly Word[], start: number): Word[] {
  const run: Word[] = []
  for (let at = start; at < words.length; at += 1) {
    const word = words[at]
    if (word === undefined || !isName(word, at === 0)) break
    run.push(word)
    // A comma, a full stop or a genitive ends a name; "Mr." does not.
    const title = /^(?:mr|mrs|ms|dr|prof|st)$/iu.test(word.text)
    if (!title && /[^\s]/u.test(word.after)) break
    if (/['’]s?$/u.test(word.text)) break
  }
  return run
}

/** The tagger knows many names and takes some words for names: without a capital it is not believed. */
function isName({ text, tags }: Word, opens: boolean): boolean {
  if (!CAPITAL.test(text) || NO_NAME.test(text)) return false
  if (tags.has('Pronoun') || tags.has('Date') || tags.has('Verb')) return false
  return opens ? KNOWN.some((tag) => tags.has(tag)) : tags.has('Noun') || tags.has('ProperNoun')
}

const KNOWN = ['Person', 'Place', 'Organization', 'FirstName', 'LastName', 'City', 'Country']
const NO_NAME =
  /^(?:I|User|Mom|Dad|Mum|God|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December)(?:'s)?$/u

const has = (run: readonly Word[], tag: string) => run.some(({ tags }) => tags.has(tag))

function typeOf(run: readonly Word[], before: Word | undefined): EntityType | undefined {
  if (has(run, 'Organization') || has(run, 'Company') || has(run, 'SportsTeam')) {
    return 'organization'
  }
  if (has(run, 'Person') || has(run, 'FirstName')) return 'person'
  if (has(run, 'Place') || has(run, 'City') || has(run, 'Country')) return 'place'
  if (/^(?:at|for)$/u.test(before?.norm ?? '')) return 'organization'
  if (/^(?:in|near|from|to)$/u.test(before?.norm ?? '')) return 'place'
  if (
    /^(?:with|and|met|called|named|friend|brother|sister|husband|wife)$/u.test(before?.norm ?? '')
  ) {
    return 'person'
  }
  return 'thing'
}

const confidenceOf = (run: readonly Word[]) => (KNOWN.some((tag) => has(run, tag)) ? 0.8 : 0.5)

const nameOf = (run: readonly Word[]) =>
  run
    .map(({ text, after }, at) => (at < run.length - 1 ? text + after.trimEnd() : text))
    .join(' ')
    .replace(POSSESSIVE, '')

/** Without a tagger only what a preposition gives away is a name; half confident, since German capitals are no sign of one. */
const CLUES: readonly { readonly type: EntityType; readonly pattern: RegExp }[] = [
  {
    type: 'organization',
    pattern:
      /(?<![\p{L}\p{N}])(?:bei|chez) ((?:\p{Lu}[\p{L}\p{N}&-]{1,30})(?: \p{Lu}[\p{L}\p{N}&-]{1,30}){0,3})/gu,
  },
  {
    type: 'place',
    pattern:
      /(?<![\p{L}\p{N}])(?:in|nach|aus|en|à|a) ((?:\p{Lu}[\p{L}-]{1,30})(?: \p{Lu}[\p{L}-]{1,30}){0,2})/gu,
  },
  {
    type: 'person',
    pattern:
      /(?<![\p{L}\p{N}])(?:mit|con|avec|heißt|heisst|llama|appelle|Herr|Frau|Señora?|Madame|Monsieur) ((?:\p{Lu}[\p{L}-]{1,30})(?: \p{Lu}[\p{L}-]{1,30}){0,2})/gu,
  },
]

const namesByClue = (text: string) =>
  CLUES.flatMap(({ type, pattern }) =>
    [...text.matchAll(pattern)].map(([, name = '']) => mention(type, name, 0.5)),
  )

const mention = (type: EntityType, value: string, confidence: number): EntityMention => ({
  type,
  value,
  normalized: normalizeEntity(type, value),
  confidence,
  source: 'rules',
})

/** The people who talk are in most of what they say; given by name they need no finding. */
export const personNamed = (name: string): EntityMention => mention('person', name, 1)
