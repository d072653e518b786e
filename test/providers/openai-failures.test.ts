import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { describeError } from '../../src/logger.ts'
import { retryAfterMs } from '../../src/providers/openai-failures.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { failureOf, KEY } from '../support/vendor.ts'
import { expectVectors, numbered, useVendor } from '../support/vendor-embedder.ts'

const { vendor, setUp } = useVendor()

describe('failures', () => {
  const quota = { error: { code: 'insufficient_quota', message: 'You exceeded your quota' } }
  test.each([
    { status: 429, headers: { 'retry-after': '7' }, code: 'vendor_busy', retryAfterMs: 7_000 },
    {
      status: 429,
      headers: { 'retry-after-ms': '250', 'retry-after': '9' },
      code: 'vendor_busy',
      retryAfterMs: 250,
    },
    {
      status: 429,
      headers: { 'retry-after': '90000' },
      code: 'vendor_busy',
      retryAfterMs: 3_600_000,
    },
    {
      status: 429,
      headers: { 'retry-after': 'soon' },
      code: 'vendor_busy',
      retryAfterMs: undefined,
    },
    { status: 429, code: 'vendor_busy', retryAfterMs: undefined },
    {
      status: 429,
      headers: { 'retry-after': '7' },
      body: quota,
      code: 'vendor_unauthorized',
      retryAfterMs: undefined,
    },
    { status: 503, headers: { 'retry-after': '2' }, code: 'vendor_busy', retryAfterMs: 2_000 },
    { status: 503, code: 'vendor_unavailable', retryAfterMs: undefined },
    { status: 500, code: 'vendor_unavailable' },
    { status: 502, body: '<html>Bad gateway</html>', code: 'vendor_unavailable' },
    { status: 408, code: 'vendor_unavailable' },
    { status: 401, code: 'vendor_unauthorized' },
    { status: 402, code: 'vendor_unauthorized' },
    { status: 403, code: 'vendor_unauthorized' },
    { status: 404, code: 'vendor_unauthorized' },
    {
      status: 400,
      body: { error: { code: 'invalid_api_key', message: 'no' } },
      code: 'vendor_unauthorized',
    },
    {
      status: 400,
      body: { error: { param: 'model', message: 'no' } },
      code: 'vendor_unauthorized',
    },
    { status: 400, code: 'vendor_refused' },
    { status: 422, body: { detail: [{ msg: 'no' }] }, code: 'vendor_refused' },
    { status: 307, headers: { location: '/v2/embeddings' }, code: 'configuration_invalid' },
  ])('$status $headers $body is $code', async ({ code, retryAfterMs, ...failure }) => {
    vendor().failAlways({ ...failure, headers: failure.headers ?? {} })
    const { embed, outcomes } = setUp()

    const error = await failureOf(embed(['a']))
    expect(error).toMatchObject({ code, retryAfterMs })
    // Where it may be the text, a word that every model embeds is asked for too.
    const asked = ['vendor_unavailable', 'vendor_refused'].includes(code) ? 2 : 1
    expect(vendor().requests).toHaveLength(asked)
    expect(await outcomes()).toEqual({ [code]: asked })
  })

  test('a date in Retry-After counts from now, never less than nothing', () => {
    const now = Date.parse('2026-03-01T10:00:00Z')
    const after = (date: string) => retryAfterMs(new Headers({ 'retry-after': date }), now)
    expect(after('Sun, 01 Mar 2026 10:00:30 GMT')).toBe(30_000)
    expect(after('Sun, 01 Mar 2026 09:00:00 GMT')).toBe(0)
    expect(after('Tue, 03 Mar 2026 10:00:00 GMT')).toBe(3_600_000)
  })

  test('after a long Retry-After nothing is asked until it is over', async () => {
    vendor().failNext(1, { status: 429, headers: { 'retry-after': '60' } })
    const { embed } = setUp()
    expect(await failureOf(embed(['a']))).toMatchObject({ code: 'vendor_busy' })

    expect(await failureOf(embed(['a']))).toMatchObject({ code: 'vendor_busy' })
    expect(vendor().requests).toHaveLength(1)
  })

  test('a short Retry-After is waited out', async () => {
    vendor().failNext(1, { status: 429, headers: { 'retry-after-ms': '80' } })
    const { embed } = setUp()
    const began = performance.now()
    expect(await failureOf(embed(['a']))).toMatchObject({ retryAfterMs: 80 })

    expectVectors(await embed(['a']), ['a'])
    expect(performance.now() - began).toBeGreaterThanOrEqual(79)
  })

  test('a broken connection is the vendor’s absence, and over when it is', async () => {
    vendor().resetNext(2)
    const { embed, outcomes } = setUp()
    expect(await failureOf(embed(['a']))).toMatchObject({
      code: 'vendor_unavailable',
      vendorText: 'ECONNRESET',
    })

    expectVectors(await embed(['a']), ['a'])
    expect(await outcomes()).toEqual({ vendor_unavailable: 2, ok: 2 })
  })

  test('a vendor that never answers is given up after its time', async () => {
    vendor().hangNext(2)
    const { embed } = setUp({ EMBEDDING_TIMEOUT_MS: '100' })
    expect(await failureOf(embed(['a']))).toMatchObject({ code: 'vendor_unavailable' })
  })

  test('a port where nobody listens is the vendor’s absence', async () => {
    const gone = await startFakeVendor()
    await gone.close()
    expect(await failureOf(setUp({ EMBEDDING_BASE_URL: gone.url }).embed(['a']))).toMatchObject({
      code: 'vendor_unavailable',
      vendorText: 'ECONNREFUSED',
    })
  })

  test('the first failure ends the other requests of its call', async () => {
    vendor().failNext(1, { status: 401 })
    vendor().hangNext(3)
    // Long enough for all four to be under way.
    vendor().delayMs = 500
    const { embed, outcomes } = setUp()
    expect(await failureOf(embed(numbered(256 * 6)))).toMatchObject({ code: 'vendor_unauthorized' })
    await expect.poll(outcomes).toEqual({ vendor_unauthorized: 1, cancelled: 3 })
    expect(vendor().requests).toHaveLength(4)
  })

  test('a signal ends the call with an AbortError, before it begins and on the way', async () => {
    vendor().hangNext(1)
    const { embed, outcomes } = setUp()
    const stop = new AbortController()
    const failed = failureOf(embed(['a'], stop.signal))
    await expect.poll(() => vendor().requests.length).toBe(1)
    stop.abort(new Error('worker shuts down'))

    expect(await failed).toMatchObject({ name: 'AbortError' })
    expect(await outcomes()).toEqual({ cancelled: 1 })
    expect(await failureOf(embed(['a'], stop.signal))).toMatchObject({ name: 'AbortError' })
    expect(vendor().requests).toHaveLength(1)
  })

  test('a time limit of the caller ends the call with an AbortError', async () => {
    vendor().hangNext(1)
    expect(await failureOf(setUp().embed(['a'], AbortSignal.timeout(50)))).toMatchObject({
      name: 'AbortError',
    })
  })

  test('the vendor’s words are kept apart, cut short, and without the key', async () => {
    const words = `Ada in Lisbon sent ${KEY}: ${'x'.repeat(600)}`
    vendor().failAlways({ status: 401, body: { error: { message: words } } })
    const error = await failureOf(setUp().embed(['Ada in Lisbon']))

    expect(error).toMatchObject({
      message: 'The model vendor does not accept the key or the model name. (HTTP 401)',
      vendorText: expect.stringMatching(/^Ada in Lisbon sent …: x+$/) as string,
    })
    expect((error as { vendorText: string }).vendorText).toHaveLength(500)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(KEY)
    expect(JSON.stringify(describeError(error))).not.toContain('Lisbon')
  })
})
