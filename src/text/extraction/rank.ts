import { shareIn } from './terms.ts'

/**
 * Which sentences of many say most of what all say: TextRank (Mihalcea and Tarau, 2004). Each sentence is vouched for by those that
 * share its key terms, the more the better vouched for they are themselves.
 */

/** As in PageRank, where it comes from. */
const DAMPING = 0.85
/** Ranks are settled to the second digit by then; more rounds change no choice. */
const ROUNDS = 20
/** Every pair is compared: 400 sentences are 80,000 pairs, a tenth of a second. */
export const MAX_RANKED = 400

export interface Ranked {
  readonly terms: ReadonlySet<string>
}

/** @returns a rank for each of the first `MAX_RANKED`, in their order; 1 on average */
export function ranksOf(sentences: readonly Ranked[]): number[] {
  const read = sentences.slice(0, MAX_RANKED)
  const likeness = read.map((one, at) =>
    read.map((other, place) => (at === place ? 0 : alike(one.terms, other.terms))),
  )
  const given = likeness.map((row) => row.reduce((sum, one) => sum + one, 0))
  let ranks = read.map(() => 1)
  for (let round = 0; round < ROUNDS; round += 1) {
    ranks = ranks.map((_, at) => {
      const votes = likeness[at]?.reduce(
        (sum, one, from) => sum + (one === 0 ? 0 : (one / (given[from] ?? 1)) * (ranks[from] ?? 0)),
        0,
      )
      return 1 - DAMPING + DAMPING * (votes ?? 0)
    })
  }
  return ranks
}

/** Shared terms, with long sentences' advantage taken away; the paper's measure, with 1 added so that one term is no division by 0. */
function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = shareIn(one, other) * one.size
  return shared === 0 ? 0 : shared / (Math.log(one.size + 1) + Math.log(other.size + 1))
}

/** Two sentences with most of their terms in common say one thing. */
const REPEATED = 0.7

/** The best that fit, in the order given. `separator` characters stand between two of them. */
export function bestFitting<T extends Ranked & { readonly text: string }>(
  sentences: readonly T[],
  { maxChars, separator }: { readonly maxChars: number; readonly separator: number },
): T[] {
  const ranks = ranksOf(sentences)
  const byRank = ranks
    .map((rank, at) => ({ rank, sentence: sentences[at] }))
    .toSorted((a, b) => b.rank - a.rank)
  const chosen = new Set<T>()
  let left = maxChars + separator
  for (const { sentence } of byRank) {
    if (sentence === undefined || sentence.text.length + separator > left) continue
    if ([...chosen].some(({ terms }) => shareIn(sentence.terms, terms) >= REPEATED)) continue
    chosen.add(sentence)
    left -= sentence.text.length + separator
  }
  return sentences.filter((sentence) => chosen.has(sentence))
}
