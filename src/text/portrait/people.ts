import { stopWordsOf } from '../lexicons.ts'
import { folded, relativesIn } from './topics.ts'

/** Who is spoken of: people and animals by their names, and whose sentence a sentence is. */

export interface Said {
  readonly text: string
  readonly language: string
}

const NAME = String.raw`\p{Lu}[\p{L}\p{M}-]+`
/** Who comes along, is called so, or is somebody's relative; of a name that stands so once nothing is certain. */
const BESIDE = new RegExp(
  String.raw`(?<![\p{L}])(?:with|and|called|named|mit|und|heißt|con|y|llama|avec|et|appelle) (${NAME})`,
  'gu',
)
/** Whose names stand in the middle of sentences, not after what leads to a place; German writes every noun so. */
const INSIDE = new RegExp(
  String.raw`(?<=[\p{Ll},:] )(?<!(?<!\p{L})(?:in|at|to|from|on|near|of|the|en|a|de|du|la|el|au|à|aux|des|pour|sur) )(${NAME})|(?:^|[.!?] )(${NAME})(?=['’]s )`,
  'gu',
)
const TITLED = /^(?:Dr|Mr|Mrs|Ms|Mx|Prof|Herr|Frau|Sr|Sra|Mme|Madame|Monsieur|I['’]\p{L}+)$/u
const CALENDAR =
  /^(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|christmas|easter|english|german|french|spanish|chinese|arabic|portuguese|italian|dutch)s?$/u
/** Once nothing is certain. */
const TWICE = 2

/** @param own names of the user, who is nobody else */
export function namesIn(said: readonly Said[], own: ReadonlySet<string>): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const names = new Set<string>()
  const isOther = (name: string) =>
    !TITLED.test(name) &&
    !own.has(folded(name)) &&
    !CALENDAR.test(folded(name)) &&
    !stopWordsOf('en').has(name.toLowerCase())
  for (const { text, language } of said) {
    const found = [
      ...text.matchAll(BESIDE),
      ...(language === 'de' ? [] : text.matchAll(INSIDE)),
    ].map(([, first, second]) => bare(first ?? second ?? ''))
    for (const name of new Set(found)) counts.set(name, (counts.get(name) ?? 0) + 1)
    for (const name of besideRelatives(text, language)) if (isOther(name)) names.add(name)
  }
  for (const [name, count] of counts) if (count >= TWICE && isOther(name)) names.add(name)
  return names
}

/** "My sister Nadia", "Demelza (my sister)", "unser Sohn Levin". */
function* besideRelatives(text: string, language: string): Generator<string> {
  const words = text.split(/(?<=\s)|(?=[,.;:!?()])/u)
  for (const [at, word] of words.entries()) {
    if (!isName(word.trim()) || at === 0) continue
    const before = words[at - 1] ?? ''
    if (isRelative(`my ${before}`, language)) yield bare(word)
  }
  const [, first = ''] = INTRODUCED.exec(text) ?? []
  if (first !== '') yield bare(first)
}

const INTRODUCED = new RegExp(String.raw`^(${NAME}) \((?:my|mein|meine|mi|ma|mon) `, 'u')

const isRelative = (text: string, language: string) => relativesIn(text, language).length > 0

const ONE_NAME = new RegExp(`^${NAME}$`, 'u')
const isName = (word: string) => ONE_NAME.test(bare(word))
const bare = (word: string) =>
  word
    .trim()
    .replace(/['’]s$/u, '')
    .replaceAll(/[.,;:!?()]/gu, '')

const FIRST_PERSON: Readonly<Record<string, RegExp>> = {
  en: /(?<![\p{L}'])(?:i|i'm|i've|i'd|i'll|me|we|we're|we've|we'd|we'll|us)(?![\p{L}])/u,
  de: /(?<!\p{L})(?:ich|mich|mir|wir|uns)(?!\p{L})/u,
  es: /(?<!\p{L})(?:yo|me|nos|conmigo|nosotr\p{L}+)(?!\p{L})/u,
  fr: /(?<!\p{L})(?:je|me|moi|nous|on)(?!\p{L})|(?<!\p{L})[jm]'/u,
}
export const speaksOfUser = (plain: string, language: string) =>
  FIRST_PERSON[language]?.test(plain) === true

const AND_ME = /^[^.!?]{0,40}?(?<!\p{L})(?:and i|und ich|y yo|et moi)(?!\p{L})/u
/** A sentence whose subject is somebody else names them this early. */
const SUBJECT_CHARS = 14

/** Whom a statement is about: the first of these names or relatives when it begins with them, else null: the user. */
export function subjectOf(
  { text, language }: Said,
  { names, own }: { readonly names: ReadonlySet<string>; readonly own: ReadonlySet<string> },
): string | null {
  const plain = folded(text)
  const [named] = placesOf(text, names)
  const relative = relativeAt(plain, language)
  const other = [named, relative]
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.at - b.at)[0]
  if (other === undefined) return null
  const mine = FIRST_PERSON[language]?.exec(plain)?.index ?? LATE
  const ownAt = Math.min(...[...own].map((name) => placeOf(plain, name)))
  // Whoever is named late is spoken of all the same where the user has no part in it.
  if (other.at > SUBJECT_CHARS && (mine < LATE || ownAt < LATE || named === undefined)) return null
  return mine < other.at || ownAt < other.at || AND_ME.test(plain.slice(other.at))
    ? null
    : other.name
}

const LATE = Number.POSITIVE_INFINITY

interface Place {
  readonly name: string
  readonly at: number
}

/** The names that a text holds, in order. */
export function placesOf(text: string, names: ReadonlySet<string>): Place[] {
  return [...text.matchAll(/\p{Lu}[\p{L}\p{M}-]+/gu)]
    .filter(([word]) => names.has(word))
    .map(({ 0: name, index: at }) => ({ name, at }))
}

function relativeAt(plain: string, language: string): Place | undefined {
  for (const { 0: word, index: at } of plain
    .slice(0, SUBJECT_CHARS * 2)
    .matchAll(/[\p{L}\p{M}'-]+/gu)) {
    const withOwner = plain.slice(Math.max(0, plain.lastIndexOf(' ', at - 2) + 1), at + word.length)
    if (isRelative(word, language) || (at > 0 && isRelative(withOwner, language)))
      return { name: word, at }
  }
  return undefined
}

function placeOf(plain: string, name: string): number {
  const at = plain.indexOf(name)
  return at < 0 ? LATE : at
}
