import { inspect } from 'node:util'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { BOUNDED_ATTEMPTS, createFailureInterceptor } from '../../src/activities/failures.ts'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import type { Queryable } from '../../src/stores/database.ts'

/** Postgres is not what is tested here: notes are tested with the workflow. */
const NO_DATABASE: Queryable = {
  query: async () => await Promise.reject(new Error('no database in this test')),
}

const QUIET = new DefaultLogger('ERROR', () => undefined)

function lines(): { log: pino.Logger; written: () => string } {
  let text = ''
  const log = pino({ level: 'trace' }, { write: (line: string) => void (text += line) })
  return { log, written: () => text }
}

async function failWith(thrown: unknown, attempt = 1, log = lines().log): Promise<unknown> {
  const environment = new MockActivityEnvironment(
    { attempt },
    { interceptors: [createFailureInterceptor({ db: NO_DATABASE, log })], logger: QUIET },
  )
  try {
    await environment.run(async () => await Promise.reject(thrown))
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

test('a known error becomes its code and sentence and nothing else', async () => {
  const cause = new Error('Lisbon')
  const error = new MemoirError('vendor_refused', 'Ada in Lisbon', { cause, vendorText: 'Lisbon' })

  const failure = await failWith(error)

  expect(failure).toBeInstanceOf(ApplicationFailure)
  expect(failure).toMatchObject({ type: 'vendor_refused', nonRetryable: true })
  expect(failure).toHaveProperty('message', SENTENCE.vendor_refused)
  expect(failure).toHaveProperty('stack', '')
  expect(failure).toHaveProperty('cause', undefined)
  expect(failure).not.toHaveProperty('details.0')
})

test('an unknown error keeps its words out of the failure and out of the log', async () => {
  const { log, written } = lines()

  const failure = await failWith(new TypeError('cannot read Lisbon'), 1, log)

  expect(failure).toMatchObject({ type: 'internal' })
  expect(failure).toHaveProperty('message', SENTENCE.internal)
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('Lisbon')
  expect(written()).toContain('a step failed')
  expect(written()).not.toContain('Lisbon')
})

test('the delay a vendor asks for is the next delay', async () => {
  const failure = await failWith(new MemoirError('vendor_busy', 'wait', { retryAfterMs: 1_234 }))
  expect(failure).toMatchObject({ nextRetryDelay: 1_234, nonRetryable: false })
})

test('what waiting mends is tried for ever, what nobody knows only so often', async () => {
  const away = new MemoirError('store_unavailable', 'gone')
  expect(await failWith(away, 1_000)).toMatchObject({ nonRetryable: false })
  expect(await failWith(new Error('?'), BOUNDED_ATTEMPTS - 1)).toMatchObject({
    nonRetryable: false,
  })
  expect(await failWith(new Error('?'), BOUNDED_ATTEMPTS)).toMatchObject({ nonRetryable: true })
})

test('a step that was told to stop ends as cancelled, whatever it throws then', async () => {
  const environment = new MockActivityEnvironment(
    {},
    {
      interceptors: [createFailureInterceptor({ db: NO_DATABASE, log: lines().log })],
      logger: QUIET,
    },
  )
  environment.cancel('CANCELLED')

  const running = environment.run(async () => await Promise.reject(new MemoirError('internal', '')))

  await expect(running).rejects.toBeInstanceOf(CancelledFailure)
})
