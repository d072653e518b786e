import { array, assert, integer, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { cosine } from '../../src/domain/vectors.ts'
import { MemoirError } from '../../src/errors.ts'
import { batchesOf, embedBatch, type Attempt } from '../../src/providers/batches.ts'
import { hashingVector } from '../../src/providers/hashing-embedder.ts'
import { estimateTokens } from '../../src/text/chunks.ts'

const vectorOf = (text: string) => hashingVector(text, 32)

/** Takes what `fits`, and refuses the rest as given. */
function vendor(fits: (texts: readonly string[]) => boolean, { tooLong = false } = {}) {
  const asked: (readonly string[])[] = []
  const attempt: Attempt = async (texts) => {
    asked.push(texts)
    if (fits(texts)) return { vectors: texts.map(vectorOf) }
    return { refusal: { error: new MemoirError('vendor_refused', 'no'), tooLong } }
  }
  return { asked, attempt }
}

test('batches put together are the list again, and keep both limits', () => {
  assert(
    property(
      array(string({ maxLength: 60 }), { maxLength: 40 }),
      integer({ min: 1, max: 7 }),
      integer({ min: 1, max: 30 }),
      (texts, maxInputs, maxTokens) => {
        const batches = batchesOf(texts, { maxInputs, maxTokens })
        expect(batches.flatMap((batch) => batch.texts)).toEqual(texts)
        for (const batch of batches) {
          const tokens = batch.texts.reduce((sum, text) => sum + estimateTokens(text), 0)
          expect(batch.tokens).toBe(tokens)
          expect(batch.texts.length).toBeLessThanOrEqual(maxInputs)
          expect(batch.texts.length === 1 || tokens <= maxTokens).toBe(true)
        }
      },
    ),
  )
})

test('a request holds at most 256 inputs and 200,000 estimated tokens', () => {
  const short = batchesOf(Array.from({ length: 600 }, () => 'a'))
  expect(short.map(({ texts }) => texts.length)).toEqual([256, 256, 88])

  const long = batchesOf(Array.from({ length: 5 }, () => 'a'.repeat(4 * 90_000)))
  expect(long.map(({ tokens }) => tokens)).toEqual([180_000, 180_000, 90_000])
})

test('a refused batch is halved until what the vendor takes, in order', async () => {
  const texts = Array.from({ length: 37 }, (_, index) => `text ${index}`)
  const { attempt, asked } = vendor((some) => some.length <= 8)

  expect(await embedBatch(texts, attempt)).toEqual(texts.map(vectorOf))
  expect(Math.max(...asked.slice(1).map((some) => some.length))).toBe(19)
})

test('when every input is refused, it is known after as many requests as halvings', async () => {
  const { attempt, asked } = vendor(() => false)

  const failed = embedBatch(
    Array.from({ length: 256 }, () => 'text'),
    attempt,
  )
  await expect(failed).rejects.toMatchObject({ code: 'vendor_refused' })
  expect(asked.map((some) => some.length)).toEqual([256, 128, 64, 32, 16, 8, 4, 2, 1])
})

test('an input that is too long is split, and the mean of its pieces weighs their lengths', async () => {
  const long = `${'alpha '.repeat(30)}\n\n${'beta '.repeat(50)}`
  const { attempt, asked } = vendor(([text = '']) => text.length <= 250, { tooLong: true })

  const [vector = new Float32Array()] = await embedBatch([long], attempt)
  const pieces = asked.slice(1).map(([text = '']) => text)
  expect(pieces.join('')).toBe(long)
  const mean = new Float32Array(32)
  for (const piece of pieces) {
    for (const [at, value] of vectorOf(piece).entries()) {
      mean[at] = (mean[at] ?? 0) + value * piece.length
    }
  }
  expect(cosine(vector, mean)).toBeCloseTo(1, 6)
  expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
})

test('an input refused for anything but its length is not split', async () => {
  const { attempt, asked } = vendor(() => false)

  await expect(embedBatch(['long '.repeat(100)], attempt)).rejects.toMatchObject({
    code: 'vendor_refused',
  })
  expect(asked).toHaveLength(1)
})

test('splitting ends where no model would call the piece too long', async () => {
  const { attempt, asked } = vendor(() => false, { tooLong: true })

  await expect(embedBatch(['long '.repeat(200)], attempt)).rejects.toMatchObject({
    code: 'vendor_refused',
  })
  expect(asked.length).toBeLessThan(8)
})

test('what halving cannot mend ends the batch at once', async () => {
  let asked = 0
  const attempt: Attempt = async () => {
    asked += 1
    throw new MemoirError('vendor_busy', 'later')
  }

  await expect(embedBatch(['a', 'b'], attempt)).rejects.toMatchObject({ code: 'vendor_busy' })
  expect(asked).toBe(1)
})
