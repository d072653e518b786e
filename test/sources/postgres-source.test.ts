import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres, type TestDatabase } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

const NAMES = {
  SOURCE_NAME: 'crm',
  SOURCE_CONVERSATIONS_TABLE: 'crm.threads',
  SOURCE_CONVERSATION_USER: 'owner',
  SOURCE_CONVERSATION_TITLE: 'subject',
  SOURCE_CONVERSATION_CREATED_AT: 'opened',
  SOURCE_CONVERSATION_UPDATED_AT: 'touched',
  SOURCE_MESSAGES_TABLE: 'crm.posts',
  SOURCE_MESSAGE_CONVERSATION: 'thread',
  SOURCE_MESSAGE_ROLE: 'author',
  SOURCE_MESSAGE_CONTENT: 'body',
  SOURCE_MESSAGE_CREATED_AT: 'posted',
}

/** An application's own tables: other names, uuid and bigint keys, columns that may be null. */
async function createCrm({ db }: TestDatabase): Promise<void> {
  await db.query('create schema crm')
  await db.query(
    `create table crm.threads (id uuid primary key default gen_random_uuid(), owner bigint, subject text,
                               opened timestamptz, touched timestamp)`,
  )
  await db.query(
    `create table crm.posts (id bigint generated always as identity primary key, thread uuid, author text, body text,
                             posted timestamptz default now())`,
  )
  await db.query(
    `insert into crm.threads (owner, subject, opened, touched)
     select n % 3, 'subject ' || n, now(), now() from generate_series(1, 25) as n`,
  )
  await db.query(
    `insert into crm.posts (thread, author, body, posted)
     select t.id, 'user', 'post ' || n, now() + n * interval '1 second' from crm.threads t, generate_series(1, 3) as n`,
  )
}

const open = (store: TestDatabase, env: Record<string, string> = {}) =>
  createPostgresSource(
    loadConfig({ ...NAMES, SOURCE_DATABASE_URL: store.url, ...env }),
    store.db,
    () => undefined,
  )

suite(
  'conversations of any Postgres are read whole, page by page, in the order of their ids',
  async () => {
    await using store = await createTestDatabase()
    await createCrm(store)
    const source = open(store)
    try {
      expect(await source.count()).toBe(25)
      const seen: string[] = []
      for (let after: string | null = null; ;) {
        const { heads, next } = await source.headsAfter(after, 10)
        seen.push(...heads.map(({ id }) => id))
        if (next === null) break
        after = next
      }
      expect(new Set(seen).size).toBe(25)
      const { heads } = await source.headsOf(seen.slice(0, 2))
      const [first] = (await source.load(heads)).conversations
      expect(first).toMatchObject({
        messageCount: 3,
        title: expect.stringMatching(/^subject/) as string,
      })
      expect(first?.messages.map(({ role, content, name }) => [role, content, name])).toEqual([
        ['user', 'post 1', null],
        ['user', 'post 2', null],
        ['user', 'post 3', null],
      ])
      expect(['0', '1', '2']).toContain(first?.userId)
    } finally {
      await source.close()
    }
  },
)

suite('a source that may only be read is enough, and nothing is ever written to it', async () => {
  await using store = await createTestDatabase()
  await createCrm(store)
  const role = `reader_${Date.now()}`
  await store.db.query(`create role ${role} login`)
  await store.db.query(`grant usage on schema crm to ${role}`)
  await store.db.query(`grant select on all tables in schema crm to ${role}`)
  const source = open(store, { SOURCE_DATABASE_URL: store.url.replace('memoir@', `${role}@`) })
  try {
    await source.check()
    expect((await source.headsAfter(null, 100)).heads).toHaveLength(25)
  } finally {
    await source.close()
    await store.db.query(`drop owned by ${role}`)
    await store.db.query(`drop role ${role}`)
  }
})

suite.each([
  ['a table that is not there', { SOURCE_MESSAGES_TABLE: 'crm.nothing' }],
  ['a column that is not there', { SOURCE_MESSAGE_CONTENT: 'text' }],
  ['keys of types that do not compare', { SOURCE_MESSAGE_CONVERSATION: 'id' }],
])('%s is said to be a matter of configuration', async (_, env) => {
  await using store = await createTestDatabase()
  await createCrm(store)
  const source = open(store, env)
  try {
    await expect(source.check()).rejects.toMatchObject({ code: 'source_invalid' })
  } finally {
    await source.close()
  }
})

suite('a source that does not answer is away, not wrong', async () => {
  await using store = await createTestDatabase()
  const source = open(store, { SOURCE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' })
  await expect(source.check()).rejects.toMatchObject({ code: 'source_unavailable' })
  await source.close()
})

suite('names are names: SQL in a table name is refused by the configuration', () => {
  expect(() => loadConfig({ ...NAMES, SOURCE_MESSAGES_TABLE: 'posts; drop table x' })).toThrow(
    /SOURCE_MESSAGES_TABLE/,
  )
})
