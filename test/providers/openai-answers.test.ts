import { describe, expect, test } from 'vitest'
import { cosine } from '../../src/domain/vectors.ts'
import { hashingVector } from '../../src/providers/hashing-embedder.ts'
import type { EmbeddingAnswer } from '../support/fake-vendor.ts'
import { failureOf } from '../support/vendor.ts'
import { DIMENSIONS, expectVectors, useVendor } from '../support/vendor-embedder.ts'

const { vendor, setUp } = useVendor()

describe('answers of which nothing can be used', () => {
  const change = (first: Record<string, unknown>) => (answer: EmbeddingAnswer) => ({
    data: answer.data.map((entry, index) => (index === 0 ? { ...entry, ...first } : entry)),
  })
  test.each([
    ['text that is not JSON', 'not JSON'],
    ['nothing', ''],
    ['null', 'null'],
    ['an empty list', '[]'],
    ['data that is no list', '{"data":{}}'],
    ['a vector too few', ({ data }: EmbeddingAnswer) => ({ data: data.slice(1) })],
    [
      'a vector too many',
      ({ data }: EmbeddingAnswer) => ({ data: [...data, { ...data[0], index: data.length }] }),
    ],
    ['an index beyond the last', change({ index: 7 })],
    ['a negative index', change({ index: -1 })],
    ['half an index', change({ index: 0.5 })],
  ])('%s', async (_name, garbage) => {
    vendor().answerGarbage(garbage)
    const { embed } = setUp()
    expect(await failureOf(embed(['a', 'b']))).toMatchObject({
      code: 'vendor_bad_answer',
      vendorText: expect.any(String) as string,
    })
    // Both, the first of them, and a word that every model embeds unless the second had a vector.
    expect([2, 3]).toContain(vendor().requests.length)
  })

  test('an index that stands twice is believed of no text', async () => {
    vendor().answerGarbage(({ data }) => ({ data: data.map((item) => ({ ...item, index: 0 })) }))
    const { embed } = setUp()
    expectVectors(await embed(['a', 'b']), ['a', 'b'])
    expect(vendor().requests.map(({ count }) => count)).toEqual([2, 1, 1])
  })
})

describe('vectors of another length', () => {
  test.each([
    ['none', DIMENSIONS + 1],
    ['none', DIMENSIONS - 1],
    ['truncate', DIMENSIONS - 1],
    ['pad', DIMENSIONS + 1],
    ['pad', 0],
  ])('with EMBEDDING_FIT=%s, %i numbers are refused', async (fit, length) => {
    vendor().answerWrongLength(length)
    if (length === 0) vendor().answerGarbage('{"data":[{"index":0,"embedding":[]}]}')
    const error = await failureOf(setUp({ EMBEDDING_FIT: fit }).embed(['a']))
    expect(error).toMatchObject({
      code: 'dimension_mismatch',
      details: { expected: DIMENSIONS, answered: length },
    })
  })

  test('truncate keeps the first numbers, at unit length', async () => {
    vendor().answerWrongLength(DIMENSIONS * 2)
    const text = 'a few words more'
    const [vector = new Float32Array()] = await setUp({ EMBEDDING_FIT: 'truncate' }).embed([text])
    expect(vector).toHaveLength(DIMENSIONS)
    const first = hashingVector(text, DIMENSIONS * 2).slice(0, DIMENSIONS)
    expect(cosine(vector, first)).toBeCloseTo(1, 6)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
  })

  test('pad fills up with zeros', async () => {
    vendor().answerWrongLength(DIMENSIONS - 6)
    const [vector = new Float32Array()] = await setUp({ EMBEDDING_FIT: 'pad' }).embed(['a word'])
    expect(vector).toHaveLength(DIMENSIONS)
    expect(vector.slice(-6)).toEqual(new Float32Array(6))
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
  })

  test('what is all zeros after truncation is no vector', async () => {
    const embedding = [...Array.from({ length: DIMENSIONS }, () => 0), 1]
    vendor().answerGarbage(JSON.stringify({ data: [{ index: 0, embedding }] }))
    expect(await failureOf(setUp({ EMBEDDING_FIT: 'truncate' }).embed(['a']))).toMatchObject({
      code: 'vendor_bad_answer',
    })
  })
})
