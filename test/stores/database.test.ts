import { expect, test } from 'vitest'
import { openDatabase, type Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

suite(
  'a connection that is cut inside a transaction fails that transaction and nothing else',
  async () => {
    await using store = await createTestDatabase()
    const cut = store.db.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
      await store.db.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await tx.query('select pg_sleep(5)')
    })

    await expect(cut).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await store.db.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }])
  },
)

suite(
  'what fails inside a transaction leaves no trace of it, and the connection is used again',
  async () => {
    await using store = await createTestDatabase({ poolSize: 1 })
    const failing = store.db.transaction(async (tx) => {
      await tx.query(`insert into memoir.namespace (name) values ('half')`)
      throw new Error('stop')
    })

    await expect(failing).rejects.toThrow('stop')
    const { rows } = await store.db.query(`select from memoir.namespace where name = 'half'`)
    expect(rows).toEqual([])
  },
)

suite('a read-only transaction cannot write', async () => {
  await using store = await createTestDatabase()
  const writing = store.db.transaction(
    async (tx) => await tx.query(`insert into memoir.namespace (name) values ('never')`),
    { readOnly: true },
  )

  await expect(writing).rejects.toThrow(/read-only/)
})

test('a server that does not answer is away: a code, and when to come back', async () => {
  const db = openDatabase({
    url: 'postgres://nobody@127.0.0.1:1/nothing',
    poolSize: 1,
    applicationName: 'test',
    onIdleError: () => undefined,
  })

  await expect(db.query('select 1')).rejects.toMatchObject({
    code: 'store_unavailable',
    retryAfterMs: 5_000,
  })
  await db.close()
})

suite.each([
  ['another password', (url: string) => url.replace('memoir@', 'nobody:wrong@'), /database|user/],
  [
    'another database',
    (url: string) => url.replace(/[^/]+$/, 'nowhere'),
    /no database of that name/,
  ],
])('a server that refuses says what: %s', async (_, change, words) => {
  await using store = await createTestDatabase()
  const db = openDatabase({
    url: change(store.url),
    poolSize: 1,
    applicationName: 'test',
    onIdleError: () => undefined,
  })

  await expect(db.query('select 1')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(words) as string,
  })
  await db.close()
})

suite('a store without tables says how to make them', async () => {
  await using store = await createTestDatabase()
  await store.db.query('drop schema memoir cascade')

  await expect(store.db.query('select from memoir.job')).rejects.toMatchObject({
    code: 'configuration_invalid',
    details: { next: 'Create them with: memoir migrate' },
  })
})

suite(
  'a prepared statement is planned once, and still answered where a pooler loses or mistakes it',
  async () => {
    const TEXT = 'select $1::int + 1 as next'
    const names = async (db: Database) =>
      (await db.query<{ name: string }>('select name from pg_prepared_statements')).rows.map(
        (row) => row.name,
      )
    await using one = await createTestDatabase({ poolSize: 1 })
    for (const n of [1, 2]) {
      expect((await one.db.prepared(TEXT, [n])).rows).toEqual([{ next: n + 1 }])
      expect(await names(one.db)).toHaveLength(1)
    }
    const [name] = await names(one.db)
    await one.db.query('deallocate all')
    for (const n of [3, 4])
      expect((await one.db.prepared(TEXT, [n])).rows).toEqual([{ next: n + 1 }])
    expect(await names(one.db)).toEqual([])

    await using other = await createTestDatabase({ poolSize: 1 })
    await other.db.query(`prepare ${JSON.stringify(name)} as select 'of somebody else'`)
    expect((await other.db.prepared(TEXT, [5])).rows).toEqual([{ next: 6 }])
  },
)
