/**
 * Whom or what a statement begins with where that is not the speaker: "My son …", "Anna's car …", "Mi hermana …". Empty for all others.
 * A closed class of words, the possessives of six languages, and no grammar: a guess that only ever keeps statements apart.
 */

const POSSESSED =
  /(?<![\p{L}\p{N}])(?:my|our|mein\p{L}{0,2}|unser\p{L}{0,2}|mis?|nuestr[oa]s?|mon|ma|mes|notre|nos)\s+([\p{L}\p{M}-]+(?:\s+[\p{L}\p{M}-]+)?)/giu
/** What is somebody's who was spoken of before. */
const THEIRS =
  /^(?:\p{P}|\s)*(?:his|her|their|its|sein\p{L}{0,2}|ihr\p{L}{0,2}|sus?|son|sa|ses|leurs?)\s+([\p{L}\p{M}-]+)/iu
const OWNED = /^(?:\p{P}|\s)*((?:[\p{L}\p{M}-]+\s){0,2}[\p{L}\p{M}-]+)['’]s\s+\p{L}/u
const CHINESE = /^我(?:们|的|们的)?(\p{Script=Han}{2})/u
/** "My son" is one word: a noun with the ending of the speaker. */
const ARABIC = /^و?([\p{Script=Arabic}\p{M}]{2,}(?:ي|نا))(?=\s)/u
const CONTRACTED = /^(?:it|that|he|she|there|here|what|who|let|where|how)$/iu

/** @param people names that are known to be of people in this text */
export function leadingSubject(text: string, people: readonly string[] = []): string {
  const possessed = text.matchAll(POSSESSED).next().value
  if (possessed !== undefined && !/[\p{L}\p{N}]/u.test(text.slice(0, possessed.index))) {
    return possessed[1] ?? ''
  }
  for (const pattern of [THEIRS, CHINESE, ARABIC]) {
    const [, subject = ''] = pattern.exec(text) ?? []
    if (subject !== '') return subject
  }
  const [, owner = ''] = OWNED.exec(text) ?? []
  if (owner !== '' && !CONTRACTED.test(owner)) return owner
  return people.find((name) => text.startsWith(name)) ?? ''
}

/** What the speaker calls theirs, in one word or two: "cat" and "old cat" of "my old cat". */
export const possessionsIn = (text: string): string[] =>
  [...text.matchAll(POSSESSED)].map(([, thing = '']) => thing.toLowerCase())

const OTHERS: ReadonlySet<string> = new Set('he she er él ella il elle 他 她 هو هي'.split(' '))
/** Between a pronoun and what is said of it stand few words. */
const BEFORE_WORDS = 4

/** Whether what a text has of these words is said of somebody else, who stands before it as a pronoun: "he is allergic". */
export function isSaidOfOthers(
  words: readonly string[],
  isMeant: (word: string) => boolean,
): boolean {
  const at = words.findIndex(isMeant)
  return at > 0 && words.slice(Math.max(0, at - BEFORE_WORDS), at).some((word) => OTHERS.has(word))
}
