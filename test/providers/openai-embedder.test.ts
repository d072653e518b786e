import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { cosine, weightedMean } from '../../src/domain/vectors.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createEmbedder } from '../../src/providers/create-embedder.ts'
import { hashingVector } from '../../src/providers/hashing-embedder.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { failureOf, KEY } from '../support/vendor.ts'
import { DIMENSIONS, expectVectors, numbered, useVendor } from '../support/vendor-embedder.ts'

const { vendor, setUp } = useVendor()

describe('requests', () => {
  test('vectors come back in order, whatever order the requests end in', async () => {
    const texts = numbered(700)
    const { embed, outcomes } = setUp()

    expectVectors(await embed(texts), texts)
    expect(
      vendor()
        .requests.map(({ count }) => count)
        .toSorted((a, b) => a - b),
    ).toEqual([188, 256, 256])
    expect(await outcomes()).toEqual({ ok: 3 })
  })

  test('each is timed, and its tokens counted: as the vendor says, else estimated', async () => {
    const { embed, metered } = setUp()
    vendor().answerGarbage((answer) => ({ ...answer, usage: { total_tokens: 123 } }))
    await embed(['hello'])
    expect(await metered()).toEqual({ timed: 1, tokens: 123 })

    vendor().restore()
    await embed(['hello again'])
    vendor().failNext(1, { status: 429 })
    await failureOf(embed(['hello']))
    const { timed, tokens = 0 } = await metered()
    expect(timed).toBe(3)
    expect(tokens).toBeGreaterThan(123)
    expect(tokens).toBeLessThan(130)
  })

  test('model, length, encoding and key are sent', async () => {
    const { embed, model } = setUp()
    await embed(['hello'])

    expect(vendor().requests).toMatchObject([
      {
        path: '/v1/embeddings',
        headers: { authorization: `Bearer ${KEY}` },
        body: { model, dimensions: DIMENSIONS, encoding_format: 'base64', input: ['hello'] },
      },
    ])
  })

  test('vectors as numbers are taken too, in any order of their indexes', async () => {
    vendor().answerGarbage(({ data }) => ({
      data: data
        .map(({ index }) => ({ index, embedding: [...hashingVector(`text ${index}`, DIMENSIONS)] }))
        .toReversed(),
    }))
    const { embed } = setUp()
    expectVectors(await embed(numbered(5)), numbered(5))
    expect(vendor().requests).toHaveLength(1)
  })

  test('vectors of any length are made unit length', async () => {
    vendor().answerGarbage(({ data }) => ({
      data: data.map(({ index }) => ({
        index,
        embedding: Array.from({ length: DIMENSIONS }, () => 3),
      })),
    }))
    const [vector = new Float32Array()] = await setUp().embed(['a'])
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
  })

  test('four requests of a call are under way at once', async () => {
    vendor().hangNext(10)
    const stop = new AbortController()
    const failed = failureOf(setUp().embed(numbered(256 * 6), stop.signal))
    await expect.poll(() => vendor().requests.length).toBe(4)
    stop.abort()
    await failed
    expect(vendor().requests).toHaveLength(4)
  })

  test('a request holds no more tokens than the configured rate lets go at once', async () => {
    const { embed } = setUp({ EMBEDDING_TOKENS_PER_MINUTE: '60000' })
    const stop = new AbortController()
    const texts = Array.from({ length: 8 }, () => 'word'.repeat(2_400))
    const failed = failureOf(embed(texts, stop.signal))
    await expect.poll(() => vendor().requests.map(({ count }) => count)).toEqual([4])
    stop.abort()
    expect(await failed).toMatchObject({ name: 'AbortError' })
  })

  test('no texts are no request', async () => {
    expect(await setUp().embed([])).toEqual([])
    expect(vendor().requests).toHaveLength(0)
  })

  test('an empty text and half a surrogate pair are sent as something a vendor takes', async () => {
    vendor().failAlways({ when: ({ inputs }) => inputs.includes(''), status: 400 })
    const vectors = await setUp().embed(['', 'a\uD800'])
    expect(vectors).toHaveLength(2)
    expect(vendor().requests[0]?.inputs).toEqual([' ', 'a\uFFFD'])
  })
})

describe('refusals', () => {
  test('one refused input among many fails with its code, after halving', async () => {
    vendor().failAlways({ whenInputContains: 'text 77', status: 400 })
    const { embed, outcomes } = setUp()

    expect(await failureOf(embed(numbered(100)))).toMatchObject({ code: 'vendor_refused' })
    // Alone, and then a word that every model embeds, to see whose fault it is.
    const at = vendor().requests.findIndex(({ inputs }) => inputs.join() === 'text 77')
    expect(vendor().requests[at + 1]?.inputs).toEqual(['lake'])
    expect((await outcomes())['ok']).toBeGreaterThan(1)
  })

  test.each([400, 413, 422])(
    'a batch that is too large for a vendor (%i) is halved',
    async (status) => {
      vendor().failAlways({ when: ({ count }) => count > 10, status })
      const { embed } = setUp()
      expectVectors(await embed(numbered(64)), numbered(64))
      expect(vendor().requests.map(({ count }) => count)).toContain(8)
    },
  )

  const long = 'one two three four. '.repeat(40)
  test.each([
    [400, { code: 'context_length_exceeded', message: 'no' }],
    [
      400,
      { message: "This model's maximum context length is 512 tokens. However, you requested 900" },
    ],
    [400, { message: 'Input id 0 has 20000 tokens, exceeding max 8192' }],
    [413, { message: '`inputs` must have less than 512 tokens. Given: 2000' }],
    [413, { message: 'payload refused' }],
    [422, { message: 'the input length exceeds the context length' }],
    [500, { message: 'input is too large to process. increase the physical batch size' }],
    [
      429,
      { message: 'Request too large for model on tokens per min', code: 'rate_limit_exceeded' },
    ],
  ])('a text that is too long (%i, %o) is split', async (status, error) => {
    vendor().failAlways({
      when: ({ inputs }) => inputs.some((input) => input.length > 300),
      status,
      body: { error },
    })
    const vectors = await setUp().embed([long])
    const pieces = vendor()
      .requests.flatMap(({ inputs }) => inputs)
      .filter((input) => input.length <= 300)
    expect(pieces.join('')).toBe(long)
    const mean = weightedMean(
      pieces.map((piece) => hashingVector(piece, DIMENSIONS)),
      pieces.map((piece) => piece.length),
    )
    expect(vectors).toHaveLength(1)
    expect(cosine(vectors[0] ?? mean.map(() => 0), mean)).toBeCloseTo(1, 6)
  })

  test('a text refused for anything else is not split', async () => {
    vendor().failAlways({ status: 400, body: { error: { message: 'not allowed' } } })
    expect(await failureOf(setUp().embed([long]))).toMatchObject({ code: 'vendor_refused' })
    expect(vendor().requests.map(({ inputs }) => inputs)).toEqual([[long], ['lake']])
  })

  test.each([
    ['dimensions', { message: 'This model does not support specifying dimensions.' }, undefined],
    ['encoding_format', { param: 'encoding_format', message: 'unknown' }, 'float'],
  ])(
    'a parameter the model does not take (%s) is left out from then on',
    async (name, error, instead) => {
      vendor().failAlways({
        when: ({ body }) => body[name] !== undefined && body[name] !== 'float',
        status: 400,
        body: { error },
      })
      const { embed } = setUp()
      expectVectors(await embed(numbered(3)), numbered(3))
      expect(vendor().requests).toHaveLength(2)

      await embed(['more'])
      expect(vendor().requests).toHaveLength(3)
      expect(vendor().requests[2]?.body[name]).toBe(instead)
    },
  )

  test('a parameter is not given up for a refusal that only mentions it', async () => {
    vendor().failAlways({
      whenInputContains: 'bad',
      status: 400,
      body: { error: { message: 'refused: "bad dimensions"' } },
    })
    const { embed } = setUp()
    expect(await failureOf(embed(['bad dimensions']))).toMatchObject({ code: 'vendor_refused' })

    await embed(['good'])
    expect(vendor().requests.at(-1)?.body['dimensions']).toBe(DIMENSIONS)
  })
})

describe('the configured embedder', () => {
  test('is the built-in one without EMBEDDING_MODEL', () => {
    expect(createEmbedder(loadConfig({}), createMetrics()).identity.provider).toBe('builtin')
  })

  test('names a space by model, length and precision, not by address', () => {
    const { embedder, model } = setUp({ EMBEDDING_PRECISION: 'fp32' })
    expect(embedder.identity).toEqual({
      provider: 'openai',
      model,
      dimensions: DIMENSIONS,
      precision: 'fp32',
    })
  })

  test('asks EMBEDDING_BASE_URL before OPENAI_BASE_URL', async () => {
    await setUp({ OPENAI_BASE_URL: 'https://elsewhere.example/v1' }).embed(['a'])
    expect(vendor().requests).toHaveLength(1)
  })

  test('asks OPENAI_BASE_URL when that is all there is, and sends a placeholder where there is no key', async () => {
    await setUp({
      EMBEDDING_BASE_URL: '',
      OPENAI_BASE_URL: vendor().url,
      OPENAI_API_KEY: '',
    }).embed(['a'])
    expect(vendor().requests[0]?.headers.authorization).toBe('Bearer none')
  })
})

test('the fake vendor says what a chat is scripted to say, after failing as scripted', async () => {
  const fake = await startFakeVendor()
  fake.answerChat(({ inputs }) => `heard ${inputs.join(', ')}`)
  fake.failNext(1, { status: 500 })
  const ask = async () =>
    await fetch(`${fake.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }] }),
    })
  expect((await ask()).status).toBe(500)
  expect(await (await ask()).json()).toMatchObject({
    choices: [{ message: { role: 'assistant', content: 'heard hello' } }],
  })
  await fake.close()
})
