import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const text = readFileSync(new URL('../../docs/steering.md', import.meta.url), 'utf8')

/** The requests of the page in order, as curl sends them. */
const requests = [
  ...text.matchAll(
    /^curl (?:-X (?<method>\w+) )?"\$MEMOIR_URL(?<path>[^"]+)"(?<rest>[^\n]*?(?: -d '(?<body>[^']+)')?)$/gmu,
  ),
].map(({ groups }) => ({
  method: groups?.['method'] ?? (groups?.['body'] === undefined ? 'GET' : 'POST'),
  path: groups?.['path'] ?? '',
  ...(groups?.['body'] === undefined ? {} : { body: groups['body'] }),
}))

test.skipIf(!hasPostgres)('every request of docs/steering.md is answered as it says', async () => {
  await using memoir = await createApiFixture()
  await memoir.user('maya')
  const answers = []
  for (const { path, ...request } of requests) answers.push(await memoir.send(path, request))

  expect(requests).toHaveLength(5)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  const [set, tried, own, reset] = answers.map(({ json }) => json)
  expect(set).toMatchObject({ version: 1, collection: null, sensitive: 'mask' })
  expect(tried.facts).toMatchObject([
    { category: 'travel', content: expect.stringContaining('Lisbon') },
    { content: expect.stringContaining('[card number]') },
  ])
  expect(tried.dropped).toMatchObject([{ reason: 'never', never: 'health' }])
  expect(own).toMatchObject({ collection: 'support', instructions: '', sensitive: 'drop' })
  expect(reset).toMatchObject({ collection: null, sensitive: 'mask' })
})
