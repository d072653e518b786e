import { expect, test } from 'vitest'
import { fuse, type FusionOptions } from '../../src/recall/fuse.ts'
import { languagesOf } from '../../src/recall/model-languages.ts'
import { traitsOf } from '../../src/recall/space-traits.ts'

const space = (model: string) =>
  ({ provider: 'openai', model, dimensions: 384, precision: 'fp16' }) as const

test.each([
  ['all-MiniLM-L6-v2', true],
  ['sentence-transformers/all-mpnet-base-v2', true],
  ['BAAI/bge-small-en-v1.5', true],
  ['intfloat/e5-small-v2', true],
  ['paraphrase-multilingual-MiniLM-L12-v2', false],
  ['intfloat/multilingual-e5-small', false],
  ['BAAI/bge-m3', false],
  ['text-embedding-3-small', false],
])('%s knows English alone: %s', (model, english) => {
  expect(languagesOf(space(model))?.has('de') ?? true).toBe(!english)
  expect(languagesOf(space(model))?.has('en') ?? true).toBe(true)
})

const candidate = (seq: number, language: string, cosine: number, text: number) => ({
  seq,
  cosine,
  text,
  window: text,
  details: {
    name: null,
    role: 'user',
    language,
    occurredAt: new Date(0),
    salience: 1,
    importance: null,
  },
})

test('in a language that the model does not know words decide, and meaning between languages', () => {
  const options = (isStrange: FusionOptions['isStrange']): FusionOptions => ({
    ...traitsOf(space('all-MiniLM-L6-v2')),
    isStrange,
    most: 10,
    meanLength: 10,
  })
  const german = [
    candidate(1, 'de', 0.6, 1.2),
    candidate(2, 'de', 0.3, 2),
    candidate(3, 'de', 0.1, 0),
  ]
  const best = (isStrange: FusionOptions['isStrange']) => fuse(german, options(isStrange))[0]?.seq
  expect(best((language) => language === 'de')).toBe(2)
  expect(best(() => false)).toBe(1)
})

test('one common word of a question counts less than what answers it by meaning', () => {
  const both = [candidate(1, 'en', 0.55, 0), candidate(2, 'en', 0.3, 2)]
  const options = {
    ...traitsOf(space('all-MiniLM-L6-v2')),
    isStrange: () => false,
    meanLength: 10,
  }
  const textOf = (most: number) =>
    fuse(both, { ...options, most }).find(({ seq }) => seq === 2)?.text
  expect(fuse(both, { ...options, most: 20 })[0]?.seq).toBe(1)
  expect(textOf(20)).toBeLessThan(0.5)
  expect(textOf(2)).toBe(1)
})
