import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { cosine } from '../../src/domain/vectors.ts'
import { createHashingEmbedder, hashingVector } from '../../src/providers/hashing-embedder.ts'

const likeness = (one: string, other: string) =>
  cosine(hashingVector(one, 768), hashingVector(other, 768))
const lengthOf = (vector: Float32Array) =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
/** Of whole thousandths, so that nothing but a change of features or weights changes it. */
const fingerprint = (vector: Float32Array) =>
  createHash('sha256')
    .update([...vector].map((value) => Math.round(value * 1_000)).join())
    .digest('hex')
    .slice(0, 16)

describe('a hashing vector', () => {
  test.each([
    ['Maya hiked to the lake near Banff, and the lake was cold.', 'e8d5c86995ab32cc'],
    ['Gestern haben wir in Zürich lange über die neue Wohnung gesprochen.', '0e49ee3fd1bd35ec'],
    ['他昨天去了上海的咖啡馆', '239501c49ee7bda3'],
    ['', 'fd6e6cbbf876dfdb'],
  ])('of "%s" is the one that stored vectors were made with', (text, wanted) => {
    expect(fingerprint(hashingVector(text, 768))).toBe(wanted)
  })

  test('has length 1 and is the same each time, whatever the text and its dimensions', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.lorem(),
      fc.constantFrom('', ' ', 'the', '\uD800', '汉', '🙂'),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(8, 64, 768, 4_000), (text, dimensions) => {
        const vector = hashingVector(text, dimensions)
        expect(vector).toHaveLength(dimensions)
        expect(lengthOf(vector)).toBeCloseTo(1, 5)
        expect(hashingVector(text, dimensions)).toEqual(vector)
      }),
    )
  })

  test('of a text without a word is a fixed one', () => {
    expect(hashingVector('', 768)).toEqual(hashingVector('… !?', 768))
    expect(hashingVector('', 768)[0]).toBe(1)
  })

  test('of stop words alone is not that of an empty text', () => {
    expect(likeness('who is he', '')).toBeLessThan(0.5)
  })

  test.each([
    ['a typo', 'photography', 'photograpy', 'philosophy'],
    ['swapped letters', 'restaurant', 'restuarant', 'parliament'],
    [
      'an inflection',
      'Die Katzen schliefen auf dem Sofa',
      'Eine Katze schläft auf dem Sofa',
      'Der Hund bellte laut im Garten',
    ],
    ['a compound', 'Geburtstagskuchen', 'Geburtstag', 'Gebirgsbach'],
    [
      'a sentence in other words',
      'Maya went hiking in Banff last summer',
      'last summer Maya hiked around Banff',
      'Tom cooked pasta for his parents',
    ],
    ['a Chinese word in another', '我喜欢喝咖啡', '咖啡馆', '图书馆'],
    ['an Arabic article and vowel signs', 'كِتَابٌ', 'الكتاب', 'مدرسة'],
  ])('%s is closer than another word', (_, text, near, far) => {
    expect(likeness(text, near)).toBeGreaterThan(likeness(text, far) + 0.1)
  })

  test('unrelated texts are far apart', () => {
    expect(
      Math.abs(likeness('Maya went hiking in Banff', 'The invoice was paid twice')),
    ).toBeLessThan(0.2)
  })

  test('a word said twenty times does not drown the others', () => {
    expect(likeness(`${'coffee '.repeat(20)} Lisbon`, 'Lisbon')).toBeGreaterThan(0.15)
  })

  test('the order of words counts a little', () => {
    const swapped = likeness('dog bites man', 'man bites dog')

    expect(swapped).toBeLessThan(0.999)
    expect(swapped).toBeGreaterThan(0.8)
  })
})

describe('the hashing embedder', () => {
  const embedder = createHashingEmbedder({ dimensions: 64, precision: 'fp16' })

  test('says what its vectors can be compared with', () => {
    expect(embedder.identity).toEqual({
      provider: 'builtin',
      model: 'hashing-1',
      dimensions: 64,
      precision: 'fp16',
    })
  })

  test('answers one vector a text, in order', async () => {
    const texts = ['one', 'two', 'one']

    expect(await embedder.embed(texts, { priority: 'live' })).toEqual(
      texts.map((text) => hashingVector(text, 64)),
    )
    expect(await embedder.embed([], { priority: 'live' })).toEqual([])
  })

  test('lets other work run while it embeds many texts', async () => {
    const texts = Array.from({ length: 2_000 }, (_, n) => `text number ${n} about topic ${n % 7}`)
    const tick = vi.fn<() => void>()
    const timer = setInterval(tick, 1)

    await embedder.embed(texts, { priority: 'bulk' })
    clearInterval(timer)

    expect(tick.mock.calls.length).toBeGreaterThan(1)
  })

  test('stops with the reason of its signal, before it begins and on the way', async () => {
    const texts = Array.from({ length: 20_000 }, (_, n) => `text number ${n}`)
    const reason = new Error('enough')
    const controller = new AbortController()
    const working = embedder.embed(texts, { priority: 'bulk', signal: controller.signal })
    controller.abort(reason)

    await expect(working).rejects.toBe(reason)
    await expect(
      embedder.embed(['one'], { priority: 'live', signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
  })
})
