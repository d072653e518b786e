import { MemoirError, SENTENCE } from '../errors.ts'

/** What to do with vectors of another length: refuse, cut the end off, or fill up with zeros. */
export interface Fit {
  readonly dimensions: number
  readonly fit: 'none' | 'truncate' | 'pad'
}

/**
 * The vector at the configured length, not scaled.
 * @throws MemoirError `dimension_mismatch` when it has another and may not be changed
 */
export function atLength(numbers: Float32Array, { dimensions, fit }: Fit): Float32Array {
  const { length } = numbers
  if (length === dimensions) return numbers
  if (fit === 'truncate' && length > dimensions) return numbers.slice(0, dimensions)
  if (fit === 'pad' && length > 0 && length < dimensions) {
    const padded = new Float32Array(dimensions)
    padded.set(numbers)
    return padded
  }
  throw new MemoirError('dimension_mismatch', SENTENCE.dimension_mismatch, {
    details: { expected: dimensions, answered: length },
  })
}
