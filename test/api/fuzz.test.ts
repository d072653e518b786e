import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeApi } from '../../src/api/app.ts'
import { ERROR_CODES } from '../../src/errors.ts'
import { hasPostgres } from '../support/database.ts'
import { ADMIN_KEY, createApiFixture, type ApiFixture } from './api-fixture.ts'

/** Every operation with parameters and bodies that nearly fit, do not fit at all, or were made to break something. */

const errorShape = z.strictObject({
  error: z.strictObject({
    code: z.enum(ERROR_CODES),
    message: z.string().min(1),
    request_id: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
})

const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  '[object Object]',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '%00',
  '%',
  "' or 1=1 --",
  '../../etc/passwd',
  '😀',
  '\u202e',
  '9999-12-31',
  '0000-01-01',
  '-000001-01-01',
  '2026-02-30T00:00:00Z',
  '7d',
  'e30',
  'W10',
  'WyIyMDI2IiwiMSJd',
  '{}',
  '{"a":{"b":[]}}',
  '00000000-0000-0000-0000-000000000000',
]
const FITTING = [
  'ann',
  'lake',
  'semantic',
  'fact',
  'work',
  '5',
  '0.5',
  '2026-01-01',
  'none',
  'reader',
]

const word = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.constantFrom(...FITTING),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const value = fc.oneof(
  { weight: 3, arbitrary: word },
  { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constant(null)) },
  { weight: 1, arbitrary: fc.array(word, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
)

interface Operation {
  readonly method: string
  readonly path: string
  readonly params: readonly string[]
  readonly query: readonly string[]
  readonly headers: readonly string[]
  readonly fields: readonly string[]
}

const namedParameters = z.array(z.looseObject({ name: z.string(), in: z.string() })).default([])
const bodyOf = z
  .looseObject({
    content: z.record(
      z.string(),
      z.looseObject({ schema: z.looseObject({ properties: z.record(z.string(), z.unknown()) }) }),
    ),
  })
  .optional()

function operations(): Operation[] {
  return Object.entries(describeApi().paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post', 'delete', 'patch', 'put'] as const).flatMap((method) => {
      const operation = item?.[method]
      if (operation === undefined) return []
      const parameters = namedParameters.parse(operation.parameters)
      const named = (place: string) =>
        parameters.filter((one) => one.in === place).map(({ name }) => name)
      const body = bodyOf.parse(operation.requestBody)?.content['application/json']
      return [
        {
          method: method.toUpperCase(),
          path,
          params: named('path'),
          query: named('query'),
          headers: named('header'),
          fields: Object.keys(body?.schema.properties ?? {}),
        },
      ]
    }),
  )
}

const some = <T>(names: readonly string[], of: fc.Arbitrary<T>) =>
  fc.record(Object.fromEntries([...names, 'extra'].map((name) => [name, of])), { requiredKeys: [] })

const headerValue = fc.string({ unit: 'grapheme-ascii', maxLength: 30 })

const requests = (operation: Operation) =>
  fc.record({
    params: fc.array(word, {
      minLength: operation.params.length,
      maxLength: operation.params.length,
    }),
    query: some(operation.query, word),
    headers: some(
      operation.headers.filter((name) => name !== 'prefer'),
      headerValue,
    ),
    body: fc.oneof(
      {
        weight: 4,
        arbitrary: some(operation.fields, value).map((fields) => JSON.stringify(fields)),
      },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
      { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
    ),
  })

type Fuzzed = typeof requests extends (operation: Operation) => fc.Arbitrary<infer T> ? T : never

async function send(memoir: ApiFixture, { method, path, params }: Operation, fuzzed: Fuzzed) {
  let at = 0
  const filled = path.replaceAll(/\{\w+\}/g, () =>
    encodeURIComponent((fuzzed.params[at++] ?? '').toWellFormed()),
  )
  expect(at).toBe(params.length)
  const query = new URLSearchParams()
  for (const [name, text] of Object.entries(fuzzed.query)) {
    if (text !== undefined) query.set(name, text)
  }
  const headers = new Headers({ authorization: `Bearer ${ADMIN_KEY}` })
  for (const [name, text] of Object.entries(fuzzed.headers)) {
    if (typeof text === 'string') headers.set(name, text)
  }
  const hasBody = method !== 'GET' && method !== 'DELETE'
  if (hasBody) headers.set('content-type', 'application/json')
  return await memoir.app.request(`http://memoir.local${filled}?${query.toString()}`, {
    method,
    headers,
    ...(hasBody ? { body: fuzzed.body } : {}),
  })
}

const RUNS = 60

test.skipIf(!hasPostgres)(
  'no request whatever makes the API fail',
  async () => {
    await using memoir = await createApiFixture({
      env: { MEMOIR_ENCRYPTION_KEY: 'a-key-for-settings-of-the-fuzz' },
    })
    for (const operation of operations()) {
      await fc.assert(
        fc.asyncProperty(requests(operation), async (fuzzed) => {
          const response = await send(memoir, operation, fuzzed)
          const text = await response.text()
          expect(response.status, `${operation.method} ${operation.path}: ${text}`).toBeLessThan(
            500,
          )
          if (response.status >= 400) errorShape.parse(JSON.parse(text))
        }),
        { numRuns: RUNS },
      )
    }
  },
  120_000,
)
