import { afterAll, beforeAll, beforeEach } from 'vitest'
import { startFakeVendor, type FakeVendor, type FakeVendorOptions } from './fake-vendor.ts'

export const KEY = 'sk-test-0123456789abcdef'

/** A fake vendor for the tests of a file, calm before each. */
export function useFakeVendor(options: FakeVendorOptions = {}): () => FakeVendor {
  let running: FakeVendor | undefined
  beforeAll(async () => {
    running = await startFakeVendor(options)
  })
  afterAll(async () => await running?.close())
  beforeEach(() => {
    running?.restore()
    running?.requests.splice(0)
  })
  return () => {
    if (!running) throw new Error('the fake vendor runs within tests only')
    return running
  }
}

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => 'did not fail',
    (error: unknown) => error,
  )
}
