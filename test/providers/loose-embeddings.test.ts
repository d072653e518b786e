import { readFileSync } from 'node:fs'
import { assert, asyncProperty, constantFrom, jsonValue } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { embedEach } from '../../src/providers/embedder.ts'
import { createState } from '../../src/providers/endpoint-state.ts'
import { EMBEDDING_FORMS, NO_VECTORS } from '../support/deviations.ts'
import type { EmbeddingAnswer } from '../support/fake-vendor.ts'
import { failureOf } from '../support/vendor.ts'
import { DIMENSIONS, expectVectors, numbered, useVendor } from '../support/vendor-embedder.ts'

const { vendor, setUp } = useVendor()
const BULK = { priority: 'bulk' } as const

/** Outcomes text by text: its own vector, or the code of why there is none. */
async function each(texts: readonly string[], env: Record<string, string> = {}) {
  const { embedder } = setUp(env)
  const outcomes = await embedEach(embedder, texts, BULK)
  expect(outcomes).toHaveLength(texts.length)
  return outcomes.map((outcome, index) => {
    if (outcome instanceof MemoirError) return outcome.code
    expectVectors([outcome], [texts[index] ?? ''])
    return 'vector'
  })
}
const counts = () => vendor().requests.map(({ count }) => count)

describe('vectors are read from an answer', () => {
  test.each(Object.entries(EMBEDDING_FORMS))('%s', async (_name, deviation) => {
    vendor().deviate(deviation)
    expectVectors(await setUp().embed(numbered(5)), numbered(5))
    expectVectors(await setUp().embed(['one']), ['one'])
    expect(counts()).toEqual([5, 1])
  })

  const answers = JSON.parse(
    readFileSync(
      `${import.meta.dirname}/../fixtures/vendors/embeddings-without-index.json`,
      'utf8',
    ),
  ) as Record<string, EmbeddingAnswer>
  test.each(Object.entries(answers))('%s', async (_name, answer) => {
    vendor().answerGarbage(({ data }) => ({
      ...answer,
      data: answer.data.map((item, at) => ({ ...item, embedding: data[at]?.embedding })),
    }))
    expectVectors(await setUp().embed(['a', 'b']), ['a', 'b'])
    expect(counts()).toEqual([2])
  })
})

describe('a text for which there is no vector', () => {
  const without = (value: unknown) => {
    vendor().deviate((good, { inputs }) => ({
      status: 200,
      body: {
        data: (good as EmbeddingAnswer).data.map((item, at) =>
          inputs[at]?.includes('quokka') ? { ...item, embedding: value } : item,
        ),
      },
    }))
  }
  test.each(Object.entries(NO_VECTORS))('is given up alone: %s', async (_name, value) => {
    without(value)
    const outcomes = await each(['a', 'b', 'a quokka', 'c'])
    expect(outcomes.toSpliced(2, 1)).toEqual(['vector', 'vector', 'vector'])
    expect(outcomes[2]).toMatch(/^(vendor_bad_answer|dimension_mismatch)$/)
    const paid = vendor().requests.filter(({ inputs }) => inputs.includes('a quokka'))
    expect(paid).toHaveLength(3)
  })

  test.each([
    ['an item of null', null],
    ['an item that is left out', undefined],
    ['an item of a text', '~'],
  ])('is given up alone: %s', async (_name, item) => {
    vendor().deviate((good, { inputs }) => ({
      status: 200,
      body: {
        data: (good as EmbeddingAnswer).data
          .map((own, at): unknown => (inputs[at] === 'quokka' ? item : own))
          .filter((own) => own !== undefined),
      },
    }))
    expect(await each(['a', 'quokka', 'c'])).toEqual(['vector', 'vendor_bad_answer', 'vector'])
  })

  test.each([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['400', { status: 400 }],
    ['422', { status: 422 }],
    ['an error with status 200', { status: 200, body: { error: { code: 500, message: 'NaN' } } }],
    ['a web page', { status: 502, body: '<html><body>Bad gateway</body></html>' }],
    ['garbage', { status: 200, body: 'NaN' }],
  ])('is given up alone: the whole request gets %s', async (_name, failure) => {
    vendor().failAlways({ ...failure, whenInputContains: 'quokka' })
    const outcomes = await each([...numbered(20), 'a quokka', ...numbered(11)])
    expect(outcomes.filter((outcome) => outcome === 'vector')).toHaveLength(31)
    expect(outcomes[20]).toMatch(/^vendor_(refused|bad_answer)$/)
  })

  test('is given up with the vendor’s words', async () => {
    const message = 'failed to encode response: json: unsupported value: NaN'
    vendor().failAlways({ status: 500, whenInputContains: 'quokka', body: { error: { message } } })
    const { embedder } = setUp()
    const [outcome] = await embedEach(embedder, ['quokka'], BULK)
    expect(outcome).toMatchObject({ code: 'vendor_refused', vendorText: message })
    // When it is asked for again it costs one request, and is what it was.
    const before = vendor().requests.length
    expect(await embedEach(embedder, ['quokka'], BULK)).toMatchObject([{ code: 'vendor_refused' }])
    const asked = vendor().requests.slice(before)
    expect(asked.filter(({ inputs }) => inputs.includes('quokka'))).toHaveLength(1)
  })

  test('that breaks the connection each time is given up', async () => {
    vendor().failAlways({ status: 0, reset: true, whenInputContains: 'quokka' })
    expect(await each(['a', 'quokka', 'b'])).toEqual(['vector', 'vendor_refused', 'vector'])
  })
})

describe('an endpoint that fails for every text is not the fault of one', () => {
  test.each([
    [500, 'vendor_unavailable'],
    [503, 'vendor_unavailable'],
    [400, 'vendor_refused'],
  ])('HTTP %i', async (status, code) => {
    vendor().failAlways({ status })
    expect(await failureOf(setUp().embed(numbered(64)))).toMatchObject({ code })
    expect(vendor().requests.length).toBeLessThan(12)
  })

  test('what it embedded before is not asked for again', async () => {
    const { embed } = setUp()
    vendor().failAlways({ status: 401, when: () => vendor().requests.length > 2 })
    expect(await failureOf(embed(numbered(256 * 5)))).toMatchObject({ code: 'vendor_unauthorized' })
    const done = vendor().requests.slice(0, 2)
    vendor().restore()
    vendor().requests.splice(0)
    expectVectors(await embed(numbered(256 * 5)), numbered(256 * 5))
    const again = new Set(vendor().requests.flatMap(({ inputs }) => inputs))
    expect(done.flatMap(({ inputs }) => inputs).filter((text) => again.has(text))).toEqual([])
  })
})

describe('an endpoint that takes less at once', () => {
  /** As a local server does: each text takes its time, whoever waits. */
  const slow = (msEach: number) => {
    vendor().deviate(() => undefined)
    vendor().delayFor(({ count }) => count * msEach)
  }

  test('a batch that is late is halved, and the size that works is kept', async () => {
    slow(20)
    const { embed } = setUp({ EMBEDDING_TIMEOUT_MS: '400' })
    expectVectors(await embed(numbered(64)), numbered(64))
    expect(counts()[0]).toBe(64)
    const before = vendor().requests.length
    const more = numbered(96).slice(64)
    expectVectors(await embed(more), more)
    expect(Math.max(...counts().slice(before))).toBeLessThanOrEqual(16)
  })

  test.each([
    [413, 'Payload too large'],
    [400, 'too many inputs: at most 10'],
    [422, 'batch size 64 > maximum allowed batch size 10'],
    [500, 'internal error'],
  ])('a limit of %i (%s) is learnt once', async (status, message) => {
    vendor().failAlways({ when: ({ count }) => count > 10, status, body: { error: { message } } })
    const { embed, embedder } = setUp()
    expectVectors(await embed(numbered(64)), numbered(64))
    const before = vendor().requests.length
    expectVectors(await embed(numbered(90).slice(64)), numbered(90).slice(64))
    expect(Math.max(...counts().slice(before))).toBeLessThanOrEqual(10)
    expect(embedder.identity.provider).toBe('openai')
  })

  test('a long text that is late by itself is embedded in pieces', async () => {
    vendor().delayFor(({ inputs }) => inputs.join('').length / 10)
    const { embed } = setUp({ EMBEDDING_TIMEOUT_MS: '300' })
    const [vector] = await embed(['word and word. '.repeat(300)])
    expect(vector).toHaveLength(DIMENSIONS)
  })

  test('what was late is tried with more after a while, what was refused is not', () => {
    let now = 0
    const state = createState(() => now)
    state.tooLate(16)
    expect([state.limit(), state.isSlow()]).toEqual([16, true])
    now += 11 * 60_000
    expect(state.limit()).toBe(32)
    state.tooMany(10)
    now += 60 * 60_000
    expect(state.limit()).toBe(10)
  })
})

test('any JSON at the place of a vector, or of its item, leaves the other texts theirs', async () => {
  await assert(
    asyncProperty(jsonValue(), constantFrom('item', 'embedding', 'index'), async (value, place) => {
      vendor().deviate((good, { inputs }) => ({
        status: 200,
        body: JSON.stringify({
          data: (good as EmbeddingAnswer).data.map((item, at) => {
            if (inputs[at] !== 'b') return item
            return place === 'item' ? value : { ...item, [place]: value }
          }),
        }),
      }))
      const [a, b, c] = await each(['a', 'b', 'c'])
      expect([a, c]).toEqual(['vector', 'vector'])
      expect(b).not.toBe('internal')
    }),
    { numRuns: 30 },
  )
}, 120_000)

test('any JSON as the whole answer is never an internal failure', async () => {
  await assert(
    asyncProperty(jsonValue(), constantFrom('whole', 'data'), async (value, place) => {
      const body = place === 'whole' ? value : { data: value }
      vendor().deviate(() => ({ status: 200, body: JSON.stringify(body) }))
      const error = await failureOf(setUp().embed(['a', 'b']))
      expect((error as MemoirError).code).toMatch(/^(vendor_|dimension_mismatch)/)
    }),
    { numRuns: 100 },
  )
})
