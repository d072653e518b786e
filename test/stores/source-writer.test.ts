import { expect, test } from 'vitest'
import type { Database } from '../../src/stores/database.ts'
import {
  insertConversations,
  type NewConversation,
} from '../../src/stores/sources/source-writer.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip
const key = { namespace: 'default', source: 'main' }

function conversation(id: string, contents: readonly string[]): NewConversation {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 10, minute))
  return {
    id,
    userId: 'maya',
    title: null,
    createdAt: at(0),
    updatedAt: at(contents.length),
    messages: contents.map((content, index) => ({
      id: `${id}-${index + 1}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      name: index % 2 === 0 ? 'Maya' : null,
      content,
      createdAt: at(index),
    })),
  }
}

/** Every row with the transaction that wrote it: what is rewritten shows, even when it stays equal. */
async function rows(db: Database) {
  const { rows: found } = await db.query<{ id: string; text: string | null; version: string }>(
    `select id, title as text, xmin::text as version from memoir.conversations
     union all
     select id, concat_ws(' ', role, name, content, position), xmin::text from memoir.messages
     order by id`,
  )
  return found
}

suite('conversations and their messages are written in their order', async () => {
  await using store = await createTestDatabase()
  await insertConversations(store.db, key, [
    conversation('a', ['one', 'two']),
    conversation('b', ['three']),
  ])
  expect((await rows(store.db)).map(({ id, text }) => [id, text])).toEqual([
    ['a', null],
    ['a-1', 'user Maya one 0'],
    ['a-2', 'assistant two 1'],
    ['b', null],
    ['b-1', 'user Maya three 0'],
  ])
})

suite('the same again rewrites no row, another text replaces only its own', async () => {
  await using store = await createTestDatabase()
  const before = [conversation('a', ['one', 'two']), conversation('b', ['three'])]
  await insertConversations(store.db, key, before)
  const first = await rows(store.db)
  await insertConversations(store.db, key, before)
  expect(await rows(store.db)).toEqual(first)

  await insertConversations(store.db, key, [conversation('a', ['one', 'other'])])
  const changed = await rows(store.db)
  expect(changed.filter((row, index) => row.version !== first[index]?.version)).toEqual([
    expect.objectContaining({ id: 'a-2', text: 'assistant other 1' }),
  ])
})

suite('two namespaces and two sources keep the same ids apart', async () => {
  await using store = await createTestDatabase()
  await insertConversations(store.db, key, [conversation('a', ['one'])])
  await insertConversations(store.db, { ...key, namespace: 'acme' }, [conversation('a', ['two'])])
  await insertConversations(store.db, { ...key, source: 'shop' }, [conversation('a', ['three'])])
  expect(await rows(store.db)).toHaveLength(6)
})

suite('no conversations at all are written without complaint', async () => {
  await using store = await createTestDatabase()
  await insertConversations(store.db, key, [])
  expect(await rows(store.db)).toEqual([])
})
