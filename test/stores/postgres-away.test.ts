import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openProxy, type Proxy } from '../../chaos/proxy.ts'
import { openDatabase, type Database } from '../../src/stores/database.ts'
import { withStatementClass } from '../../src/stores/statement-limits.ts'
import { hasPostgres } from '../support/database.ts'
import { startPostgres, type Part } from '../support/parts.ts'

/** A Postgres that is there and says nothing: frozen, or behind a network that swallows packets. */

const suite = hasPostgres ? test : test.skip
const POOL = 4

let root = ''
let postgres: Part | undefined
let proxy: Proxy | undefined
let db: Database
let direct: Database

beforeAll(async () => {
  if (!hasPostgres) return
  root = mkdtempSync(join(tmpdir(), 'memoir-away-'))
  chmodSync(root, 0o755)
  postgres = await startPostgres({ root, durable: false })
  if (postgres === undefined) throw new Error('Postgres does not start')
  proxy = await openProxy(postgres.port)
  direct = open(postgres.port)
  db = open(proxy.port)
})

afterEach(() => {
  proxy?.mend()
  postgres?.thaw()
})

afterAll(async () => {
  if (!hasPostgres) return
  await Promise.all([db.close(), direct.close()])
  await proxy?.close()
  await postgres?.stop()
  rmSync(root, { recursive: true, force: true })
})

const open = (port: number) =>
  openDatabase({
    url: `postgres://memoir@127.0.0.1:${port}/postgres`,
    poolSize: POOL,
    applicationName: 'away',
    onIdleError: () => undefined,
  })

const ask = async (of = db) =>
  await withStatementClass('question', async () => await of.query('select 1'))

/** Seconds until it settles, and how. */
async function timed(work: Promise<unknown>) {
  const began = performance.now()
  const code = await work.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
  return { code, seconds: (performance.now() - began) / 1000 }
}

/** Every connection of the pool is open and idle. */
const fillPool = async (of = db) =>
  await Promise.all(
    Array.from({ length: POOL * 4 }, async () => await of.query('select pg_sleep(0.02)')),
  )

const WITHIN_SECONDS = 5

async function expectAway(of: Database, requests: number): Promise<void> {
  const outcomes = await Promise.all(
    Array.from({ length: requests }, async () => await timed(ask(of))),
  )
  for (const { code, seconds } of outcomes) {
    expect(code).toBe('store_unavailable')
    expect(seconds).toBeLessThan(WITHIN_SECONDS)
  }
}

suite('a frozen Postgres is away within five seconds, and back as soon as it goes on', async () => {
  await fillPool(direct)
  postgres?.freeze()
  const ready = timed(direct.answers().then((there) => expect(there).toBe(false)))
  await expectAway(direct, 34)
  expect(await ready).toMatchObject({ code: 'answered' })
  expect((await ready).seconds).toBeLessThan(2.2)

  postgres?.thaw()

  expect(await timed(ask(direct))).toMatchObject({ code: 'answered' })
  expect(await direct.answers()).toBe(true)
})

suite('so is one behind a network that swallows packets', async () => {
  await fillPool()
  proxy?.cut()
  await expectAway(db, 34)

  proxy?.mend()

  const back = await timed(ask())
  expect(back).toMatchObject({ code: 'answered' })
  expect(back.seconds).toBeLessThan(WITHIN_SECONDS)
})

suite('connections that the network has forgotten cost one request, not one each', async () => {
  await fillPool()
  proxy?.cut()
  proxy?.mendForNewOnes()

  const first = await timed(ask())
  expect(first.seconds).toBeLessThan(WITHIN_SECONDS)

  const outcomes = await Promise.all(Array.from({ length: 16 }, async () => await timed(ask())))
  expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 16 }, () => 'answered'))
  expect(Math.max(...outcomes.map(({ seconds }) => seconds))).toBeLessThan(2)
})

suite('work without a deadline of its own is told, too', async () => {
  await fillPool()
  proxy?.cut()

  const outcome = await timed(db.query('select 1'))

  expect(outcome.code).toBe('store_unavailable')
  expect(outcome.seconds).toBeLessThan(WITHIN_SECONDS)
})

suite('a slow statement goes on while Postgres answers, up to the limit of its class', async () => {
  const slow = async () => await direct.query('select pg_sleep(4.5)')
  const [step, question] = await Promise.all([
    timed(slow()),
    timed(withStatementClass('question', slow)),
  ])

  expect(step.code).toBe('answered')
  expect(question.code).toBe('store_unavailable')
  expect(question.seconds).toBeLessThan(WITHIN_SECONDS)
})

suite('a statement that is given up ends on the server', async () => {
  const outcome = await timed(
    withStatementClass('question', async () => await direct.query('select pg_sleep(60)')),
  )
  expect(outcome.code).toBe('store_unavailable')
  const running = async () =>
    (
      await direct.query(
        `select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`,
      )
    ).rowCount
  await expect.poll(running).toBe(0)
})

suite('the server itself bounds what a transaction may take', async () => {
  const shown = await withStatementClass(
    'question',
    async () =>
      await direct.transaction(async (tx) => {
        const { rows } = await tx.query<Record<string, string>>(
          `select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`,
        )
        return rows[0]
      }),
  )
  expect(shown).toEqual({ statement: '4s', idle: '5s' })
  const { rows } = await direct.query<{ now: string }>(
    `select current_setting('statement_timeout') as now`,
  )
  expect(rows).toEqual([{ now: '0' }])
})

suite(
  'a connection begins without settings, which a pooler in transaction mode would refuse',
  async () => {
    const began = Promise.withResolvers<Buffer>()
    const pooler = createServer((socket) => {
      socket.once('data', (first) => {
        began.resolve(first)
        socket.destroy()
      })
      socket.on('error', () => undefined)
    })
    pooler.listen(0, '127.0.0.1')
    await once(pooler, 'listening')
    const through = open((pooler.address() as AddressInfo).port)
    expect(await timed(ask(through))).toMatchObject({ code: 'store_unavailable' })

    // Length, version of the protocol, then names and values, each ended by a zero.
    const words = (await began.promise).subarray(8).toString('utf8').split('\0')
    const names = words.filter((word, at) => at % 2 === 0 && word !== '')
    // PgBouncer takes these from everybody.
    expect(names.toSorted()).toEqual(['application_name', 'client_encoding', 'database', 'user'])
    await through.close()
    pooler.close()
  },
)

suite('a pool that is used up is no Postgres that is away', async () => {
  const holding = Array.from(
    { length: POOL },
    async () => await direct.query('select pg_sleep(3.5)'),
  )

  const waited = await timed(direct.query('select 1'))

  expect(waited).toMatchObject({ code: 'answered' })
  expect(await direct.answers()).toBe(true)
  await Promise.all(holding)
})
