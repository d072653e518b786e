import type { Space } from './spaces.ts'

/** How vectors are written and read. */

/** 1e-7 is finer than half precision keeps of any component of a unit vector; whole numbers print fast. */
const HALF_SCALE = 1e7

/** A vector as Postgres reads it, with no more digits than the precision keeps. */
export function vectorText(vec: Float32Array, precision: Space['precision']): string {
  const parts: (number | string)[] = Array.from({ length: vec.length })
  if (precision === 'fp32') {
    for (let i = 0; i < vec.length; i += 1) parts[i] = vec[i] ?? 0
  } else {
    for (let i = 0; i < vec.length; i += 1) {
      const scaled = Math.round((vec[i] ?? 0) * HALF_SCALE)
      parts[i] = scaled === 0 ? 0 : `${scaled}e-7`
    }
  }
  return `[${parts.join(',')}]`
}

/** A vector as the server's own binary form: a sixth of the text's size, and nothing to parse. */
export function vectorBinary(vec: Float32Array, precision: Space['precision']): Buffer {
  const width = precision === 'fp32' ? 4 : 2
  const bytes = Buffer.alloc(4 + vec.length * width)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  view.setUint16(0, vec.length)
  for (let i = 0; i < vec.length; i += 1) {
    if (precision === 'fp32') view.setFloat32(4 + i * width, vec[i] ?? 0)
    else view.setFloat16(4 + i * width, vec[i] ?? 0)
  }
  return bytes
}

/** Column and type of a space's vectors. */
export function vectorColumn(space: Space): { column: string; type: string } {
  return space.precision === 'fp32'
    ? { column: 'vec_full', type: 'vector' }
    : { column: 'vec', type: 'halfvec' }
}
