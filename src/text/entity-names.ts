import { folded, unaccented } from './spelling.ts'

/** What stands around a name and is no part of it. */
const AROUND = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}+#)]+$/gu
const ARTICLE = /^(the|a|an) (?=\S)/u
const GENITIVE = /['’]s?$/u

/** What two ways to write a name have in common: case, accents, spaces, an article and signs around it do not count. */
export function normalizedName(value: string): string {
  const bare = folded(value).replaceAll(/\s+/gu, ' ').replaceAll(AROUND, '')
  const name = unaccented(bare.replace(GENITIVE, '').replace(ARTICLE, ''))
  return name === '' ? folded(value).trim() : name
}
