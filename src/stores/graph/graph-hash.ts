import { createHash } from 'node:crypto'

/**
 * What two stores must compute alike to be compared without sending all they hold: 64 bits of MD5 a line, combined by exclusive or.
 * It finds accidents and tampering by hand; it is no protection against somebody who computes collisions. The SQL twin of each
 * function is in graph-record.ts.
 */

export const NOTHING_HASHED = '0'.repeat(16)

export interface HashedMemory {
  readonly contentHash: string
  readonly kind: string
  readonly occurredMs: number
  readonly salience: number
}

export function memoryFacts(memory: HashedMemory): string {
  const { contentHash, kind, occurredMs, salience } = memory
  return hashLine([contentHash, kind, String(occurredMs), thousandths(salience)])
}

export function entityFacts(entity: { type: string; value: string; normalized: string }): string {
  return hashLine([entity.type, entity.value, entity.normalized])
}

/** `lines` hold what each link leads to. */
export function edgesHash(
  edges: readonly { readonly type: string; readonly dst: string; readonly weight: number }[],
): string {
  return fold(edges.map(({ type, dst, weight }) => hashLine([type, dst, thousandths(weight)])))
}

export function rowHash(row: {
  id: string
  revision: number
  facts: string
  edges: string
}): string {
  return hashLine([row.id, String(row.revision), row.facts, row.edges])
}

/** Exclusive or of hashes of 16 hexadecimal digits. */
export function fold(hashes: readonly string[]): string {
  const sum = hashes.reduce((folded, hash) => folded ^ BigInt(`0x${hash}`), 0n)
  return sum.toString(16).padStart(16, '0')
}

/** A unit separator stands between fields: none of them can hold it and look like two. */
const hashLine = (fields: readonly string[]): string =>
  createHash('md5').update(fields.join('\u001F')).digest('hex').slice(0, 16)

/** Numbers that were a float of four bytes on one side are compared by their thousandths. */
const thousandths = (value: number): string => String(Math.floor(value * 1000 + 0.5))
