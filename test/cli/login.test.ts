import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/cli.ts'
import { errorBody, startFakeApi, type FakeApi, type Reply } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const KEY = 'mk_this-is-the-key'
const NO_JOBS = { body: { items: [], next_cursor: null } }

function createHome(): { XDG_CONFIG_HOME: string } {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { XDG_CONFIG_HOME: folder }
}

const fileOf = (home: { XDG_CONFIG_HOME: string }) =>
  join(home.XDG_CONFIG_HOME, 'memoir', 'login.json')

const startServer = async (over: Record<string, Reply> = {}): Promise<FakeApi> =>
  await startFakeApi({
    'GET /v1/keys/current': {
      body: { role: 'service', namespace: 'acme', user_id: null, scopes: null },
    },
    'GET /v1/jobs': NO_JOBS,
    ...over,
  })

/** Logs in with the key in a pipe. */
async function login(api: FakeApi, env: { XDG_CONFIG_HOME: string }, ...more: string[]) {
  const terminal = createTerminal({ env })
  terminal.stdin.end(`${KEY}\n`)
  const code = await run(['login', api.url, ...more], terminal, noParts)
  return { code, out: terminal.out(), err: terminal.err() }
}

test('a login is checked with the server, kept for its owner alone, and used from then on', async () => {
  await using api = await startServer()
  const env = createHome()
  const { code, out, err } = await login(api, env)

  expect([code, out]).toEqual([0, `Logged in to ${api.url} as service in namespace acme.\n`])
  expect(out + err).not.toContain(KEY)
  expect(api.asked[0]).toMatchObject({
    path: '/v1/keys/current',
    authorization: `Bearer ${KEY}`,
  })
  const file = fileOf(env)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: api.url, key: KEY })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)

  const jobs = await memoir(['jobs', 'list'], { env })
  expect([jobs.code, jobs.out]).toEqual([0, 'No jobs.\n'])
  expect(api.asked.at(-1)).toMatchObject({ path: '/v1/jobs', authorization: `Bearer ${KEY}` })

  const shown = await memoir(['login'], { env })
  expect([shown.code, shown.out]).toEqual([0, out])
  const json = await memoir(['login', '--json'], { env })
  expect(JSON.parse(json.out)).toMatchObject({ url: api.url, role: 'service', file })
  expect(shown.err + json.out + json.err).not.toContain(KEY)
})

test('a key that the server does not take is not kept', async () => {
  const refused = { status: 401, body: errorBody('unauthorized', 'No.') }
  await using api = await startServer({ 'GET /v1/keys/current': refused })
  const env = createHome()
  const { code, err, out } = await login(api, env)
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain(`${api.url} does not take this key; nothing was kept.`)
  expect(err).not.toContain(KEY)
  expect(() => statSync(fileOf(env))).toThrow('ENOENT')
})

test('a key is typed without being seen, and Ctrl-C there ends with 130', async () => {
  await using api = await startServer()
  const env = createHome()
  const typed = createTerminal({ env, isTTY: true })
  const running = run(['login', api.url], typed, noParts)
  await expect.poll(() => typed.err()).toContain(`Key of ${api.url}: `)
  typed.stdin.write(`${KEY}\r`)
  expect(await running).toBe(0)
  expect(typed.out() + typed.err()).not.toContain(KEY)

  const left = createTerminal({ env, isTTY: true })
  const leaving = run(['login', api.url], left, noParts)
  await expect.poll(() => left.err()).toContain('Key of')
  left.stdin.write('\u0003')
  expect(await leaving).toBe(130)
})

test('the first of flag, environment, login and data folder wins', async () => {
  await using kept = await startServer()
  await using named = await startServer()
  await using local = await startServer()
  const env = createHome()
  await login(kept, env)
  const attach = async () => ({ url: local.url, adminKey: 'of-the-folder', pid: 1 })
  const parts = { ...noParts, attach }
  const last = (api: FakeApi) => api.asked.at(-1)?.authorization

  await memoir(['jobs', 'list'], { env, parts })
  expect(last(kept)).toBe(`Bearer ${KEY}`)
  const environment = { ...env, MEMOIR_URL: named.url }
  await memoir(['jobs', 'list'], { env: environment, parts })
  // A kept key goes to its own address and to no other.
  expect([named.asked.length, last(named)]).toEqual([1, undefined])
  await memoir(['jobs', 'list'], { env: { ...environment, MEMOIR_KEY: 'set' }, parts })
  expect(last(named)).toBe('Bearer set')
  await memoir(['jobs', 'list', '--url', kept.url], { env: environment, parts })
  expect([named.asked.length, last(kept)]).toEqual([2, `Bearer ${KEY}`])
  await memoir(['jobs', 'list', '--url', local.url], { env, parts })
  expect([local.asked.length, last(local)]).toEqual([1, undefined])

  const removed = await memoir(['login', '--remove'], { env, parts })
  expect([removed.code, removed.out]).toEqual([0, 'Address and key are forgotten.\n'])
  expect(() => statSync(fileOf(env))).toThrow('ENOENT')
  await memoir(['jobs', 'list'], { env, parts })
  expect(last(local)).toBe('Bearer of-the-folder')
  const again = await memoir(['login', '--remove', '--json'], { env, parts })
  expect(JSON.parse(again.out)).toEqual({ removed: false })
})

test('a namespace is kept with the login, and one that is given wins over it', async () => {
  await using api = await startServer()
  const env = createHome()
  await login(api, env, '--namespace', 'acme')
  await memoir(['jobs', 'list'], { env })
  expect(api.asked.at(-1)?.namespace).toBe('acme')
  await memoir(['jobs', 'list', '--namespace', 'other'], { env })
  expect(api.asked.at(-1)?.namespace).toBe('other')
})

test.each([
  ['an address that is none', ['login', 'ftp://x'], 2],
  ['a key without an address', ['login', '--key', 'x'], 2],
  ['nobody logged in', ['login'], 1],
])('%s is refused', async (_what, argv, expected) => {
  const { code, out, err } = await memoir(argv, { env: createHome() })
  expect([code, out]).toEqual([expected, ''])
  expect(err).not.toBe('')
})

test('key and address may stand on the command line, and the environment may say the address', async () => {
  await using api = await startServer()
  const env = createHome()
  expect((await memoir(['login', '--url', `${api.url}/`, '--key', KEY], { env })).code).toBe(0)
  expect(JSON.parse(readFileSync(fileOf(env), 'utf8'))).toEqual({ url: api.url, key: KEY })
  const other = createHome()
  const environment = { ...other, MEMOIR_URL: api.url }
  expect((await memoir(['login', '--key', KEY], { env: environment })).code).toBe(0)
  expect(readFileSync(fileOf(other), 'utf8')).toContain(KEY)
})

test('without a folder for settings nothing can be kept, and that is said', async () => {
  await using api = await startServer()
  const { code, err } = await memoir(['login', api.url, '--key', KEY], { env: {} })
  expect(code).toBe(1)
  expect(err).toContain('XDG_CONFIG_HOME')
})
