/** Arithmetic on embedding vectors. */

/** The vector scaled to length 1, the given one left as it is; a zero vector has no direction and stays zero. */
export function unit(vec: Float32Array): Float32Array {
  let sum = 0
  for (const value of vec) sum += value * value
  if (sum === 0) return vec
  const scale = 1 / Math.sqrt(sum)
  return vec.map((value) => value * scale)
}

/**
 * Mean of vectors of one length, each counting as much as its weight; unit length. Empty for no vectors. Where they cancel out it is
 * the first of them, because a zero vector has no direction to compare.
 */
export function weightedMean(
  vectors: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  const first = vectors[0] ?? new Float32Array(0)
  // Summed in doubles: a long text has hundreds of chunks, and their weights are character counts.
  const sums = new Float64Array(first.length)
  for (const [index, vector] of vectors.entries()) {
    const weight = weights[index] ?? 0
    for (let at = 0; at < sums.length; at += 1) {
      sums[at] = (sums[at] ?? 0) + weight * (vector[at] ?? 0)
    }
  }
  const length = Math.hypot(...sums)
  return length === 0 ? unit(first) : Float32Array.from(sums, (value) => value / length)
}

/** Cosine of two vectors of one length, -1..1; 0 when either is zero. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let lengthA = 0
  let lengthB = 0
  for (let at = 0; at < a.length; at += 1) {
    const x = a[at] ?? 0
    const y = b[at] ?? 0
    dot += x * y
    lengthA += x * x
    lengthB += y * y
  }
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB)
}
