import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cosine, unit, weightedMean } from '../../src/domain/vectors.ts'

const vec = (...values: number[]) => Float32Array.from(values)
const lengthOf = (vector: Float32Array) =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
const anyVector = fc
  .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 })
  .map((values) => Float32Array.from(values))
  .filter((vector) => lengthOf(vector) > 0.01)

describe('unit', () => {
  test('keeps the direction, takes length 1, and leaves the given vector as it is', () => {
    const given = vec(3, 4)

    expect([...unit(given)]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)])
    expect([...given]).toEqual([3, 4])
  })

  test('leaves a zero vector zero', () => {
    expect([...unit(vec(0, 0))]).toEqual([0, 0])
  })
})

describe('weighted mean', () => {
  test('is drawn to what weighs more', () => {
    const mean = weightedMean([vec(1, 0), vec(0, 1)], [3, 1])

    expect([...mean]).toEqual([
      expect.closeTo(3 / Math.sqrt(10)),
      expect.closeTo(1 / Math.sqrt(10)),
    ])
  })

  test('of one vector is its direction, whatever the weight', () => {
    fc.assert(
      fc.property(anyVector, fc.integer({ min: 1, max: 10_000 }), (vector, weight) => {
        expect(cosine(weightedMean([vector], [weight]), vector)).toBeCloseTo(1, 5)
      }),
    )
  })

  test('always has length 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyVector, fc.integer({ min: 1, max: 7_000 })), { minLength: 1 }),
        (parts) => {
          const mean = weightedMean(
            parts.map(([vector]) => vector),
            parts.map(([, weight]) => weight),
          )
          expect(lengthOf(mean)).toBeCloseTo(1, 4)
        },
      ),
    )
  })

  test('of vectors that cancel out is the first, so that it can still be compared', () => {
    expect([...weightedMean([vec(2, 0), vec(-2, 0)], [1, 1])]).toEqual([1, 0])
  })

  test('of nothing is empty', () => {
    expect(weightedMean([], [])).toHaveLength(0)
  })
})

describe('cosine', () => {
  test('is 1 for one direction, 0 for a right angle, -1 for opposites', () => {
    expect(cosine(vec(1, 2), vec(2, 4))).toBeCloseTo(1)
    expect(cosine(vec(1, 0), vec(0, 5))).toBe(0)
    expect(cosine(vec(1, 2), vec(-1, -2))).toBeCloseTo(-1)
  })

  test('is 0 where one of them is zero', () => {
    expect(cosine(vec(0, 0), vec(1, 0))).toBe(0)
  })
})
