import { expect, test } from 'vitest'
import { relevanceOf } from '../../src/recall/relevance.ts'
import { onUsualScale, traitsOf } from '../../src/recall/space-traits.ts'

const space = {
  provider: 'openai',
  model: 'all-MiniLM-L6-v2',
  dimensions: 384,
  precision: 'fp16',
} as const
const weights = traitsOf(space).relevance
const said = (role: string | null) => ({
  name: null,
  role,
  language: 'en',
  occurredAt: new Date(0),
  salience: 1,
  importance: null,
})

test('a long text on the same subject is not relevant for one common word', () => {
  const context = { weights, most: 60, meanLength: 300 }
  const words = { text: 9, window: 6, details: said('assistant') }
  // What BM25 makes of one word in ten of a question, in a text that is near to everything.
  expect(relevanceOf(words, { own: 0.35, around: 0.35 }, context)).toBeLessThan(0.5)
  const answer = { text: 25, window: 15, details: said('user') }
  expect(relevanceOf(answer, { own: 0.65, around: 0.5 }, context)).toBeGreaterThan(0.5)
})

test('meaning alone is enough, and so are words without a vector', () => {
  const context = { weights, most: 20, meanLength: 10 }
  const nothing = { text: 0, window: 0, details: said('user') }
  expect(relevanceOf(nothing, { own: 0.6, around: null }, context)).toBeGreaterThan(0.5)
  expect(relevanceOf(nothing, { own: 0.2, around: null }, context)).toBeLessThan(0.5)
  expect(relevanceOf({ ...nothing, text: 12, window: 8 }, null, context)).toBeGreaterThan(0.5)
  expect(relevanceOf(nothing, null, context)).toBeLessThan(0.5)
})

test('cosines of a space that crowds together are read on its own scale', () => {
  const crowded = traitsOf({ ...space, model: 'intfloat/multilingual-e5-small' }).calibration
  expect(onUsualScale(0.67, crowded)).toBeLessThan(0.2)
  expect(onUsualScale(0.8, crowded)).toBeGreaterThan(0.4)
  expect(onUsualScale(0.5, traitsOf(space).calibration)).toBeCloseTo(0.5)
})
