import { z } from 'zod'

/** Whether a text says something, without fixing the words it says it with. */

export const matcher = z.object({
  /** Each has to be found; alternatives are separated by `|`. One that begins with `=` is a whole word. */
  all: z.array(z.string().min(1)).min(1),
  /** None of these may be found. */
  none: z.array(z.string().min(1)).optional(),
})
export type Matcher = z.infer<typeof matcher>

/** Lower case, without accents and vowel signs, one blank where white space was. */
export const fold = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/gu, ' ').trim()

export function says(text: string, { all, none = [] }: Matcher): boolean {
  const folded = fold(text)
  return all.every((one) => findsAny(folded, one)) && !none.some((one) => findsAny(folded, one))
}

const findsAny = (folded: string, alternatives: string) =>
  alternatives.split('|').some((one) => finds(folded, one))

function finds(folded: string, one: string): boolean {
  if (!one.startsWith('=')) return folded.includes(foldPart(one))
  const word = foldPart(one.slice(1))
  for (let at = folded.indexOf(word); at !== -1; at = folded.indexOf(word, at + 1)) {
    const before = folded.slice(0, at)
    const after = folded.slice(at + word.length)
    if (!/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(after)) return true
  }
  return false
}

/** Blanks at its ends count: they keep a short part from being found inside a word. */
const foldPart = (part: string) => {
  const inner = fold(part)
  return `${/^\s/u.test(part) ? ' ' : ''}${inner}${/\s$/u.test(part) ? ' ' : ''}`
}
