import { expect, test } from 'vitest'
import { errorBody, startFakeApi } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

test('--help shows every command, examples and exit codes, and is no mistake', async () => {
  const { code, out } = await memoir(['--help'])
  expect(code).toBe(0)
  const words =
    'up backfill nightly remember recall jobs schedules keys doctor migrate api worker'.split(' ')
  expect(words.filter((word) => !out.includes(`\n  ${word} `))).toEqual([])
  expect(out).toContain('$ memoir up --sample')
  expect(out).toContain('130 interrupted')
})

test.each([
  ['up', ['up']],
  ['backfill', ['backfill']],
  ['remember', ['remember']],
  ['recall', ['recall']],
  ['jobs', ['jobs']],
  ['jobs list', ['jobs', 'list']],
  ['jobs watch', ['jobs', 'watch']],
  ['jobs retry', ['jobs', 'retry']],
  ['nightly', ['nightly']],
  ['narrative', ['narrative']],
  ['schedules', ['schedules']],
  ['schedules list', ['schedules', 'list']],
  ['schedules pause', ['schedules', 'pause']],
  ['schedules cron', ['schedules', 'cron']],
  ['schedules backfill', ['schedules', 'backfill']],
  ['schedules remove', ['schedules', 'remove']],
  ['keys create', ['keys', 'create']],
  ['doctor', ['doctor']],
  ['migrate', ['migrate']],
  ['api', ['api']],
  ['worker', ['worker']],
])('the help of %s comes with examples', async (name, argv) => {
  const { code, out } = await memoir([...argv, '--help'])
  expect(code).toBe(0)
  expect(out).toContain(`$ memoir ${name}`)
})

test('--version prints the version of the package', async () => {
  const { code, out } = await memoir(['--version'])
  expect(code).toBe(0)
  expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('a command that is misspelt gets the one that was meant, and 2', async () => {
  const { code, out, err } = await memoir(['recal', 'hiking', '--user', 'maya'])
  expect(code).toBe(2)
  expect(err).toContain('Did you mean recall?')
  expect(out).toBe('')
})

test.each([
  ['no query', ['recall', '--user', 'maya']],
  ['no user', ['recall', 'hiking']],
  ['an option that is not known', ['recall', 'hiking', '--user', 'maya', '--nope']],
  ['k that is no number', ['recall', 'hiking', '--user', 'maya', '--k', 'many']],
  ['k out of range', ['recall', 'hiking', '--user', 'maya', '--k', '0']],
  ['a kind there is not', ['recall', 'hiking', '--user', 'maya', '--kinds', 'fact,feeling']],
  ['a time that is none', ['recall', 'hiking', '--user', 'maya', '--from', 'yesterday']],
  ['a threshold above 1', ['recall', 'hiking', '--user', 'maya', '--threshold', '1.5']],
  ['a page of none', ['backfill', '--page-size', '0']],
  ['two ways to work at once', ['worker', '--once', '--interval', '5']],
  ['a role there is not', ['keys', 'create', '--name', 'x', '--role', 'king']],
  [
    'an expiry in the past',
    ['keys', 'create', '--name', 'x', '--role', 'reader', '--expires', '2020-01-01'],
  ],
  ['a group without a command', ['jobs']],
  ['no command at all', []],
])('wrong usage is answered 2 before anything is opened: %s', async (_what, argv) => {
  const { code, out, err } = await memoir(argv)
  expect(code).toBe(2)
  expect(err).not.toBe('')
  expect(out).toBe('')
})

test('a broken configuration is told variable by variable, without a stack', async () => {
  const { code, err } = await memoir(['recall', 'hiking', '--user', 'maya'], {
    env: { PORT: 'x', LOG_LEVEL: 'loud' },
  })
  expect(code).toBe(1)
  expect(err).toContain('PORT:')
  expect(err).toContain('LOG_LEVEL:')
  expect(err).not.toMatch(/^ {4}at /m)
})

test('where nothing runs, a data command says how to start something', async () => {
  const { code, out, err } = await memoir(['jobs', 'list'])
  expect(code).toBe(1)
  expect(err).toContain('memoir up')
  expect(err).toContain('MEMOIR_URL')
  expect(out).toBe('')
})

test('an unexpected error shows its stack only to whoever asked for it', async () => {
  const parts = {
    ...noParts,
    attach: async () => {
      throw new Error('sesame')
    },
  }
  const quiet = await memoir(['jobs', 'list'], { parts })
  expect(quiet).toMatchObject({ code: 1, out: '' })
  expect(quiet.err).not.toContain('sesame')
  const loud = await memoir(['jobs', 'list'], { parts, env: { LOG_LEVEL: 'debug' } })
  expect(loud.err).toContain('sesame')
  expect(loud.err).toMatch(/^ {4}at /m)
})

test.each([
  [401, 'unauthorized', 'MEMOIR_KEY'],
  [403, 'forbidden', 'higher role'],
  [503, 'store_unavailable', 'memoir doctor'],
])('the API answers %i: the sentence, what to do, and exit 1', async (status, code, next) => {
  await using api = await startFakeApi({
    'GET /v1/jobs': { status, body: errorBody(code, 'That is how it is.') },
  })
  const plain = await memoir(['jobs', 'list'], { url: api.url })
  expect(plain).toMatchObject({ code: 1, out: '' })
  expect(plain.err).toContain('memoir: That is how it is.')
  expect(plain.err).toContain(next)

  const json = await memoir(['jobs', 'list', '--json'], { url: api.url })
  expect(json.code).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({ error: { code, message: 'That is how it is.' } })
})

test('an address where nothing listens is named', async () => {
  const { url } = await startFakeApi({}).then(async (api) => {
    await api[Symbol.asyncDispose]()
    return api
  })
  const { code, err } = await memoir(['jobs', 'list'], { url })
  expect(code).toBe(1)
  expect(err).toContain(`Nothing answers at ${url}`)
})

test('an answer that is not one of Memoir is not taken for one', async () => {
  await using api = await startFakeApi({
    'GET /v1/jobs': { body: { hello: 'world' } },
    'GET /v1/keys': { status: 502, body: 'bad gateway' },
  })
  const odd = await memoir(['jobs', 'list'], { url: api.url })
  expect(odd).toMatchObject({ code: 1, out: '' })
  expect(odd.err).toContain('same version')
  const gateway = await memoir(['keys', 'list'], { url: api.url })
  expect(gateway.err).toContain('HTTP 502')
})
