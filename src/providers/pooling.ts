import type { Pooling } from './local-model.ts'

/**
 * One vector of those of a text's tokens, one after the other in `hidden`: their mean, or the first one, which some models
 * train to stand for the whole. Not scaled.
 */
export function pool(hidden: Float32Array, dimensions: number, pooling: Pooling): Float32Array {
  if (pooling === 'cls') return hidden.slice(0, dimensions)
  const mean = new Float32Array(dimensions)
  for (let at = 0; at < hidden.length; at += 1) {
    const place = at % dimensions
    mean[place] = (mean[place] ?? 0) + (hidden[at] ?? 0)
  }
  const tokens = hidden.length / dimensions
  return mean.map((sum) => sum / tokens)
}

/**
 * The first tokens of a text that a model reads, with those that have to end it.
 * @param ending how many tokens belong behind every text
 */
export function truncated(ids: readonly number[], maxTokens: number, ending: number): number[] {
  if (ids.length <= maxTokens) return [...ids]
  return [...ids.slice(0, maxTokens - ending), ...ids.slice(ids.length - ending)]
}

/** How many tokens a tokeniser puts behind every text: those in which the empty text and any other end alike. */
export function endingOf(empty: readonly number[], other: readonly number[]): number {
  let ending = 0
  while (
    ending < empty.length &&
    ending < other.length &&
    empty.at(-1 - ending) === other.at(-1 - ending)
  ) {
    ending += 1
  }
  return ending
}
