import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { errorBody, job, startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const ESCAPE = '\u001b['
const RED = '\u001b[31mfailed\u001b[39m'

const start = async () =>
  await startFakeApi({
    'GET /v1/jobs': { body: { items: [job({ state: 'failed' })], next_cursor: null } },
    'GET /v1/keys': { status: 403, body: errorBody('forbidden', 'No.') },
  })

test('a person sees states in colour; a pipe gets none', async () => {
  await using api = await start()
  const person = await memoir(['jobs', 'list'], { url: api.url, isTTY: true, columns: 100 })
  expect(person.out).toContain(RED)
  const pipe = await memoir(['jobs', 'list'], { url: api.url })
  expect(pipe.out).not.toContain(ESCAPE)
  expect(stripVTControlCharacters(person.out)).toBe(pipe.out)
  const refused = await memoir(['keys', 'list'], { url: api.url, isTTY: true })
  expect(refused.err).toContain('\u001b[31mmemoir:\u001b[39m No.')
})

test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('%j turns it off', async (off) => {
  await using api = await start()
  const env = { MEMOIR_URL: api.url, ...off }
  const listed = await memoir(['jobs', 'list'], { env, isTTY: true })
  const refused = await memoir(['keys', 'list'], { env, isTTY: true })
  expect(listed.out + refused.err).not.toContain(ESCAPE)
})

test('NO_COLOR that is empty does not count, as no-color.org says', async () => {
  await using api = await start()
  const env = { MEMOIR_URL: api.url, NO_COLOR: '' }
  const { out } = await memoir(['jobs', 'list'], { env, isTTY: true })
  expect(out).toContain(RED)
})

test('JSON has no colour, whoever looks', async () => {
  await using api = await start()
  const { out } = await memoir(['jobs', 'list', '--json'], { url: api.url, isTTY: true })
  expect(out).not.toContain(ESCAPE)
})
