import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chunkText, estimateTokens } from '../../src/text/chunks.ts'

describe('chunks of a text', () => {
  const sentence = (n: number) => `This is sentence ${n}. `
  const prose = Array.from({ length: 20 }, (_, n) => sentence(n)).join('')

  test('end at a paragraph where one ends in their second half', () => {
    expect(chunkText(`${prose.slice(0, 60)}\n\n${prose.slice(0, 30)}`, 80)).toEqual([
      `${prose.slice(0, 60)}\n\n`,
      prose.slice(0, 30),
    ])
  })

  test('end at a line rather than at a sentence', () => {
    expect(chunkText('One line is here\nTwo. Three four five', 25)).toEqual([
      'One line is here\n',
      'Two. Three four five',
    ])
  })

  test('end at a sentence rather than at a word', () => {
    expect(chunkText('He went home. Then he slept on', 20)).toEqual([
      'He went home. ',
      'Then he slept on',
    ])
    expect(chunkText('他昨天去了上海。然后回北京了', 10)).toEqual([
      '他昨天去了上海。',
      '然后回北京了',
    ])
  })

  test('a point inside a number ends no sentence', () => {
    expect(chunkText('the price is 1234567.89 today', 25)).toEqual([
      'the price is 1234567.89 ',
      'today',
    ])
  })

  test('end at a word rather than inside one', () => {
    expect(chunkText('alpha beta gamma delta', 12)).toEqual(['alpha beta ', 'gamma delta'])
  })

  test('a break in the first half is passed over', () => {
    expect(chunkText('a bcdefghijklmnop', 10)).toEqual(['a bcdefghi', 'jklmnop'])
  })

  test('what readers see as one sign stays together', () => {
    const family = '👨‍👩‍👧‍👦'
    expect(family).toHaveLength(11)
    expect(chunkText(`abcde${family}f`, 12)).toEqual(['abcde', `${family}f`])
    expect(chunkText('abcde\u0301f', 5)).toEqual(['abcd', 'e\u0301f'])
  })

  test('a sign that is longer than a chunk is cut, but not inside a surrogate pair', () => {
    expect(chunkText('👩‍🚀', 4)).toEqual(['👩\u200D', '🚀'])
  })

  test('of an empty text are none, of a short one is one', () => {
    expect(chunkText('', 10)).toEqual([])
    expect(chunkText('short', 10)).toEqual(['short'])
    expect(chunkText('   ', 10)).toEqual(['   '])
  })

  test('put together are the text again; none is empty, too long or ends inside a surrogate pair', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom('a', ' ', '\n', '\n\n', '. ', '。', '𐐨', '👩‍🚀', 'e\u0301', '\u0301'),
          { maxLength: 200 },
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 80 }), (text, maxChars) => {
        const chunks = chunkText(text, maxChars)
        expect(chunks.join('')).toBe(text)
        for (const chunk of chunks) {
          expect(chunk).not.toBe('')
          expect(chunk.length).toBeLessThanOrEqual(maxChars)
          expect(chunk.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('a limit of one unit, or none, still ends', () => {
    expect(chunkText('a𐐨b', 1).join('')).toBe('a𐐨b')
    expect(chunkText('ab', 0)).toEqual(['a', 'b'])
  })
})

describe('an estimate of tokens', () => {
  test('English takes about four letters a token, and the estimate is not below', () => {
    const text = 'The quick brown fox jumps over the lazy dog, and then it sleeps.'
    // 15 tokens in byte-pair vocabularies: a word each, and the two signs.
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(15)
    expect(estimateTokens(text)).toBeLessThanOrEqual(20)
  })

  test.each([
    ['他昨天去了上海', 7],
    ['東京でラーメン', 7],
    ['ещё', 2],
    ['“ok”', 2],
    ['', 0],
  ])('of "%s" is %i', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens)
  })

  test('grows with the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(estimateTokens(one + other)).toBeGreaterThanOrEqual(estimateTokens(one))
        expect(estimateTokens(one + other)).toBeLessThanOrEqual(
          estimateTokens(one) + estimateTokens(other),
        )
      }),
    )
  })
})
