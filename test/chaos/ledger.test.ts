import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Client } from 'pg'
import { expect, inject, test, vi } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { startApi } from '../../src/server.ts'
import { createServices, type Services } from '../../src/services.ts'
import { startWorker, type RunningWorker } from '../../src/worker.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { findText } from '../support/find-text.ts'
import { findPostgresBin } from '../support/parts.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const WITHIN = { timeout: 90_000, interval: 200 }
const KEY = 'a-key-of-the-installation'
const program = (name: string) => join(findPostgresBin() ?? '', name)

/** In what was forgotten and erased. */
const [NOTE, SESSION, USER, LATER] = ['quokkaberry', 'wombatberry', 'numbatberry', 'bilbyberry']

interface Installation extends AsyncDisposable {
  ask(path: string, body?: unknown, method?: string): Promise<{ status: number; text: string }>
  work(): Promise<RunningWorker>
  readonly services: Services
}

async function install(
  url: string,
  env: Readonly<Record<string, string>>,
  { answers = true }: { answers?: boolean } = {},
): Promise<Installation> {
  const config = loadConfig({
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: `ledger-${randomUUID()}`,
    MEMOIR_AUTH: 'off',
    MEMOIR_ENCRYPTION_KEY: KEY,
    ERASE_WAIT_SECONDS: '0',
    EMBEDDING_DIM: '64',
    ...env,
  })
  const services = await createServices(config, pino({ level: 'silent' }))
  const api = answers ? await startApi(services, { host: '127.0.0.1', port: 0 }) : undefined
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined
  return {
    services,
    async ask(path, body, method = body === undefined ? 'GET' : 'POST') {
      const answer = await fetch(`${api?.url}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      return { status: answer.status, text: await answer.text() }
    },
    async work() {
      worker = await startWorker(services, { shutdownGrace: '200ms', sweep: { everyMs: 500 } })
      return worker
    },
    async [Symbol.asyncDispose]() {
      await worker?.shutdown()
      await api?.close()
      await services.close()
    },
  }
}

const untilReady = async ({ ask }: Installation) =>
  await vi.waitFor(async () => expect((await ask('/health/ready')).status).toBe(200), WITHIN)

async function untilIdle(db: Queryable): Promise<void> {
  await vi.waitFor(async () => {
    const { rows } = await db.query('select kind, state from memoir.job where finished_at is null')
    expect(rows).toEqual([])
  }, WITHIN)
}

interface Queryable {
  query(text: string): Promise<{ rows: unknown[] }>
}

/** Of everything that the application stored: the one memory that is forgotten later. */
async function fill({ ask }: Installation): Promise<string> {
  await ask('/v1/memories', { user_id: 'ada', content: 'The kettle is blue.' })
  const { text } = await ask('/v1/memories', { user_id: 'ada', content: `The pot is ${NOTE}.` })
  await ask('/v1/memories', { user_id: USER, content: `I am ${USER} and live in ${USER}.` })
  const transcript = [{ role: 'user', content: `I live in ${SESSION}. I work in ${SESSION}.` }]
  await ask('/v1/sessions', { user_id: 'ada', session_id: 's1', transcript })
  return String(JSON.parse(text).ids[0])
}

/** Routes that read, as somebody asks who knows the words. */
const READS = [
  '/v1/memories?user_id=ada',
  `/v1/memories?user_id=${USER}`,
  `/v1/recall?user_id=ada&q=${NOTE}`,
  `/v1/recall?user_id=ada&q=${SESSION}`,
  `/v1/recall?user_id=${USER}&q=${USER}`,
  '/v1/sessions/s1?user_id=ada',
  '/v1/users',
  '/v1/users/ada/export',
  `/v1/users/${USER}/export`,
  '/v1/narratives/ada',
  '/v1/graph?user_id=ada',
  '/v1/jobs',
  '/v1/stats',
] as const

async function expectSilent({ ask }: Installation, id: string): Promise<number[]> {
  const answers = await Promise.all(
    [...READS, `/v1/memories/${id}`, `/v1/memories/${id}/history`].map(
      async (path) => await ask(path),
    ),
  )
  // The search for users answers with what it was asked for only where that is known.
  for (const { text } of answers) {
    for (const word of [NOTE, SESSION, `I am ${USER}`]) expect(text).not.toContain(word)
  }
  return answers.map(({ status }) => status)
}

suite(
  'what was forgotten and erased after a dump is erased again before anything of the restored database is answered',
  { timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
    const [ledger, dump] = [join(folder, 'ledger.jsonl'), join(folder, 'dump')]
    const env = { ERASURE_LEDGER: ledger }
    await using store = await createTestDatabase()
    await using other = await createTestDatabase()
    let forgotten: string
    {
      await using before = await install(store.url, env)
      await before.work()
      await untilReady(before)
      forgotten = await fill(before)
      await untilIdle(store.db)
      execFileSync(program('pg_dump'), ['--format', 'custom', '--file', dump, store.url])
      expect((await before.ask('/v1/forget', { id: forgotten })).status).toBe(200)
      // Of this the dump knows nothing.
      const hidden = { user_id: 'ada', content: `I hid my savings under a ${LATER} bush.` }
      const { text } = await before.ask('/v1/memories', hidden)
      expect((await before.ask('/v1/forget', { id: JSON.parse(text).ids[0] })).status).toBe(200)
      const session = { user_id: 'ada', session_id: 's1' }
      expect((await before.ask('/v1/forget', session)).status).toBe(200)
      expect((await before.ask(`/v1/users/${USER}`, undefined, 'DELETE')).status).toBe(202)
      await untilIdle(store.db)
    }
    const noted = readFileSync(ledger, 'utf8')
    expect(noted.trim().split('\n').length).toBeGreaterThan(3)
    for (const word of [NOTE, SESSION, USER, LATER, '"ada"']) expect(noted).not.toContain(word)
    // As of a process that died while it wrote.
    appendFileSync(ledger, '{"id":"01a')

    await restoreInto(other.url, dump)
    expect(await findText(other.db, NOTE)).not.toEqual([])
    {
      await using lost = await install(other.url, {
        ...env,
        MEMOIR_ENCRYPTION_KEY: `another-${KEY}`,
      })
      await vi.waitFor(async () => {
        const { status, text } = await lost.ask('/health/ready')
        expect([status, text]).toEqual([
          503,
          expect.stringContaining('another MEMOIR_ENCRYPTION_KEY'),
        ])
      }, WITHIN)
    }
    await using after = await install(other.url, env)
    expect((await after.ask('/health/ready')).status).toBe(503)
    // Nobody works yet, so the user cannot be gone.
    expect(new Set(await expectSilent(after, forgotten))).toEqual(new Set([503]))
    await after.work()
    await untilReady(after)

    await expectSilent(after, forgotten)
    for (const word of [NOTE, SESSION, USER]) expect(await findText(other.db, word)).toEqual([])
    expect((await after.ask('/v1/memories?user_id=ada')).text).toContain('The kettle is blue.')
    const { rows } = await other.db.query(
      `select (select count(*) from memoir.erasure_receipt where finished_at is not null) as receipts,
              (select count(*) from memoir.audit_log where action = 'ledger.repeat') as repeated`,
    )
    expect(rows).toEqual([{ receipts: 1, repeated: 1 }])
    // Inside other words, too.
    const content = `I hid my savings under a ${LATER} bush, and I am allergic to walnuts.`
    const session = { user_id: 'ada', session_id: 's2', transcript: [{ role: 'user', content }] }
    expect((await after.ask('/v1/sessions', session)).status).toBe(202)
    await untilIdle(other.db)
    const { text } = await after.ask('/v1/memories?user_id=ada&kinds=fact,summary&limit=100')
    expect(text).toContain('walnuts')
    expect(text).not.toContain(LATER)
    rmSync(folder, { recursive: true })
  },
)

suite(
  'a worker alone begins no work on a restored database before what was forgotten is gone and who was erased is refused',
  { timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
    const [ledger, dump] = [join(folder, 'ledger.jsonl'), join(folder, 'dump')]
    const env = { ERASURE_LEDGER: ledger }
    await using store = await createTestDatabase()
    await using other = await createTestDatabase()
    {
      await using before = await install(store.url, env)
      await untilReady(before)
      const forgotten = await fill(before)
      // All of it waits for a worker.
      execFileSync(program('pg_dump'), ['--format', 'custom', '--file', dump, store.url])
      expect((await before.ask('/v1/forget', { id: forgotten })).status).toBe(200)
      expect((await before.ask(`/v1/users/${USER}`, undefined, 'DELETE')).status).toBe(202)
    }
    await restoreInto(other.url, dump)
    await using alone = await install(other.url, env, { answers: false })
    const worker = await alone.work()
    await worker.ready
    expect(await findText(other.db, NOTE)).toEqual([])
    const { rows } = await other.db.query(
      `select distinct state, error->>'code' as code from memoir.job j join memoir.memory_user u on u.id = j.user_id
        where u.erased_at is not null and j.kind <> 'erase'`,
    )
    expect(rows).toEqual([{ state: 'failed', code: 'suppressed_user' }])
    await vi.waitFor(async () => {
      const { rows: receipts } = await other.db.query(
        'select finished_at is not null as done from memoir.erasure_receipt',
      )
      expect(receipts).toEqual([{ done: true }])
    }, WITHIN)
    for (const word of [NOTE, USER]) expect(await findText(other.db, word)).toEqual([])
    rmSync(folder, { recursive: true })
  },
)

suite('a ledger that is lost is written again, and what another host erased is added', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
  await using store = await createTestDatabase()
  const [own, others] = [join(folder, 'one.jsonl'), join(folder, 'two.jsonl')]
  {
    await using one = await install(store.url, { ERASURE_LEDGER: own })
    await using two = await install(store.url, { ERASURE_LEDGER: others })
    await Promise.all([untilReady(one), untilReady(two)])
    const { text } = await one.ask('/v1/memories', { user_id: 'ada', content: 'The pot is red.' })
    const [id] = JSON.parse(text).ids
    expect((await one.ask('/v1/forget', { id })).status).toBe(200)
    await vi.waitFor(
      () => expect(readFileSync(others, 'utf8')).toBe(readFileSync(own, 'utf8')),
      WITHIN,
    )
  }
  rmSync(own)
  await using again = await install(store.url, { ERASURE_LEDGER: own })
  await untilReady(again)
  expect(existsSync(own)).toBe(true)
  expect(readFileSync(own, 'utf8')).toBe(readFileSync(others, 'utf8'))
})

suite('a ledger that has outlived its database keeps nobody out of the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
  const ledger = join(folder, 'ledger.jsonl')
  const entry = { id: randomUUID(), seq: 1, at: '2026-03-01T10:00:00Z', namespace: randomUUID() }
  const more = { kind: 'user', user: null, key: 'ab', hash: 'ab' }
  appendFileSync(ledger, `${JSON.stringify({ ...entry, ...more })}\n`)
  await using store = await createTestDatabase()
  await using memoir = await install(store.url, { ERASURE_LEDGER: ledger })
  await untilReady(memoir)
  expect((await memoir.ask('/v1/users')).status).toBe(200)
})

suite('what cannot be noted is not forgotten', async () => {
  await using store = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'memoir-ledger-'))
  const ledger = join(folder, 'ledger.jsonl')
  await using memoir = await install(store.url, { ERASURE_LEDGER: ledger })
  await untilReady(memoir)
  mkdirSync(ledger)
  const { text } = await memoir.ask('/v1/memories', { user_id: 'ada', content: 'The pot is red.' })
  const [id] = JSON.parse(text).ids
  expect((await memoir.ask('/v1/forget', { id })).status).toBe(500)
  expect((await memoir.ask(`/v1/memories/${id}`)).status).toBe(200)
})

/** Into a database that has the schema already: as into an empty one. */
async function restoreInto(url: string, dump: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('drop schema memoir cascade')
  await client.query('create schema memoir')
  await client.end()
  execFileSync(program('pg_restore'), [
    '--exit-on-error',
    '--no-owner',
    '--schema',
    'memoir',
    '--dbname',
    url,
    dump,
  ])
}
