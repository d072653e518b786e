import { unit } from '../domain/vectors.ts'
import { MemoirError } from '../errors.ts'
import type { Outcome } from './embed-all.ts'
import { atLength, type Fit } from './fit.ts'
import { fieldsOf, numberOf } from './loose.ts'
import { wordsOf } from './openai-failures.ts'
import type { NoteWorkaround } from './workarounds.ts'

/** Reads the vectors in an answer for what is sound in it. */

export interface VectorsRead {
  /** Texts that were asked for. */
  readonly count: number
  readonly fit: Fit
  readonly key: string
  readonly note: NoteWorkaround
}

/**
 * @returns a vector a text, in order; an error for a text that the answer holds none for
 * @throws MemoirError `vendor_bad_answer` for an answer that holds none, or contradicts itself; `dimension_mismatch` when all have another length
 */
export function vectorsIn(answer: unknown, { count, fit, key, note }: VectorsRead): Outcome[] {
  const items = itemsIn(answer, note)
  if (items === undefined) {
    const said = typeof answer === 'string' ? answer : JSON.stringify(answer)
    throw badAnswer('is not a list of embeddings', wordsOf(said ?? 'nothing', key))
  }
  const placed = inPlaces(items, { count, note })
  const outcomes = placed.map((item) => vectorIn(item, { fit, note }))
  const failures = outcomes.filter((outcome) => outcome instanceof MemoirError)
  const [first] = failures
  if (first && failures.length === count) throw first
  if (first) note('vectors_missing')
  return outcomes
}

export function badAnswer(what: string, vendorText = `an answer that ${what}`): MemoirError {
  return new MemoirError('vendor_bad_answer', `the embedding answer ${what}`, { vendorText })
}

/** As OpenAI answers them, Ollama (`embeddings`), a model server of its own (a bare list), or one alone. */
function itemsIn(answer: unknown, note: NoteWorkaround): readonly unknown[] | undefined {
  const { data, embeddings, embedding } = fieldsOf(answer)
  if (Array.isArray(data)) return data as unknown[]
  const list = Array.isArray(answer) ? (answer as unknown[]) : (embeddings ?? undefined)
  const items = Array.isArray(list)
    ? (list as unknown[])
    : embedding === undefined
      ? undefined
      : [answer]
  if (items !== undefined) note('vectors_elsewhere')
  return items
}

/**
 * The items in order of the texts. Without an index the place in the list counts; the one that has none where zeros are left out takes the
 * place that is free.
 */
function inPlaces(
  items: readonly unknown[],
  { count, note }: Pick<VectorsRead, 'count' | 'note'>,
): unknown[] {
  const placed = new Map<number, unknown>()
  const without: { item: unknown; place: number }[] = []
  for (const [place, item] of items.entries()) {
    const given = fieldsOf(item)['index']
    const index = numberOf(given)
    if (index === undefined) {
      without.push({ item, place })
      continue
    }
    if (!Number.isInteger(index) || index < 0 || index >= count || placed.has(index)) {
      throw badAnswer('names an index twice or beyond the last')
    }
    placed.set(index, item)
  }
  if (without.length > 0) note('no_index')
  if (without.length > 0 && items.length !== count) {
    throw badAnswer(`holds ${items.length} vectors for ${count} inputs`)
  }
  for (const { item, place } of without) {
    const free = without.length === 1 ? freePlace(placed, count) : place
    if (placed.has(free)) throw badAnswer('names an index twice or beyond the last')
    placed.set(free, item)
  }
  return Array.from({ length: count }, (_, place) => placed.get(place))
}

function freePlace(placed: ReadonlyMap<number, unknown>, count: number): number {
  return Array.from({ length: count }, (_, place) => place).find((place) => !placed.has(place)) ?? 0
}

function vectorIn(item: unknown, { fit, note }: Pick<VectorsRead, 'fit' | 'note'>): Outcome {
  try {
    const written =
      Array.isArray(item) || typeof item === 'string' ? item : fieldsOf(item)['embedding']
    return fitted(numbersIn(written, note), fit)
  } catch (error) {
    if (error instanceof MemoirError) return error
    throw error
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const FLOAT_BYTES = 4

function numbersIn(embedding: unknown, note: NoteWorkaround): Float32Array {
  if (Array.isArray(embedding)) return listed(embedding as unknown[], note)
  if (typeof embedding !== 'string' || embedding === '') {
    throw badAnswer(`holds ${nameOf(embedding)} instead of a vector`)
  }
  if (embedding.trimStart().startsWith('[')) {
    note('numbers_as_texts')
    return listed(parsed(embedding), note)
  }
  const bytes = Buffer.from(embedding, 'base64')
  if (!BASE64.test(embedding) || bytes.length % FLOAT_BYTES !== 0) {
    throw badAnswer('holds a text that is not base64 of numbers')
  }
  // Copied: a buffer from Node's pool need not lie on a multiple of four.
  const numbers = new Float32Array(bytes.length / FLOAT_BYTES)
  bytes.copy(new Uint8Array(numbers.buffer))
  return numbers
}

function parsed(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? (list as unknown[]) : []
  } catch {
    return []
  }
}

function listed(list: readonly unknown[], note: NoteWorkaround): Float32Array {
  // Some put the vector into a list of one.
  const numbers = list.length === 1 && Array.isArray(list[0]) ? (list[0] as unknown[]) : list
  if (typeof numbers[0] === 'string') note('numbers_as_texts')
  return Float32Array.from(numbers, (value) => numberOf(value) ?? Number.NaN)
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null || value === '') return value === null ? 'null' : 'an empty text'
  return `a value of type ${typeof value}`
}

/** @returns the vector at the configured length, unit length */
function fitted(numbers: Float32Array, { dimensions, fit }: Fit): Float32Array {
  if (numbers.length > 0 && !numbers.every(Number.isFinite)) {
    throw badAnswer('holds something that is not a finite number')
  }
  const mended = atLength(numbers, { dimensions, fit })
  let sum = 0
  for (const value of mended) sum += value * value
  if (!Number.isFinite(sum)) throw badAnswer('holds something that is not a finite number')
  if (sum === 0) throw badAnswer('holds a vector of zeros')
  return unit(mended)
}
