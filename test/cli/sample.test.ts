import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { loadSample, parseConversations } from '../../src/cli/sample.ts'
import { loadConfig } from '../../src/config.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres, type TestDatabase } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

const LINES = [
  {
    id: 'c1',
    user_id: 'maya',
    title: 'Nuts',
    messages: [
      { role: 'user', content: 'No hazelnuts for me.', created_at: '2026-02-01T10:00:00Z' },
      { role: 'assistant', content: 'Noted.', created_at: '2026-02-01T10:01:00Z' },
    ],
  },
  {
    id: 'c2',
    user_id: 'tom',
    messages: [
      { id: 'own', role: 'user', content: 'Hello', created_at: '2026-02-02T10:00:00+01:00' },
    ],
  },
]
const JSONL = `${LINES.map((each) => JSON.stringify(each)).join('\n')}\n\n`

async function sampleFile(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-sample-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const path = join(folder, 'conversations.jsonl')
  await writeFile(path, JSONL)
  return pathToFileURL(path)
}

async function load(store: TestDatabase, file: URL, env: Readonly<Record<string, string>> = {}) {
  const config = loadConfig(env)
  const source = createPostgresSource(config, store.db, () => undefined)
  try {
    return await loadSample({ config, db: store.db, source }, file)
  } finally {
    await source.close()
  }
}

async function count(store: TestDatabase): Promise<unknown[]> {
  const { rows } = await store.db.query(
    `select namespace, source, count(*) as n from memoir.messages group by 1, 2 order by 1, 2`,
  )
  return rows
}

test('times and ids that are left out follow from the messages', () => {
  const [first, second] = parseConversations(JSONL)
  expect(first).toMatchObject({ id: 'c1', userId: 'maya', title: 'Nuts' })
  expect(first?.createdAt.toISOString()).toBe('2026-02-01T10:00:00.000Z')
  expect(first?.updatedAt.toISOString()).toBe('2026-02-01T10:01:00.000Z')
  expect(first?.messages.map(({ id }) => id)).toEqual(['c1-1', 'c1-2'])
  expect(second?.messages[0]).toMatchObject({ id: 'own', name: null })
  expect(second?.createdAt.toISOString()).toBe('2026-02-02T09:00:00.000Z')
})

test.each([
  ['not json', 'line 2: '],
  ['{"id":"c"}', 'line 2: user_id'],
  ['{"id":"c","user_id":"u","messages":[]}', 'line 2: messages'],
])('a line that is no conversation is named: %s', (line, message) => {
  expect(() => parseConversations(`${JSON.stringify(LINES[0])}\n${line}`)).toThrow(message)
})

suite('the sample is loaded once, into the namespace and source that are configured', async () => {
  await using store = await createTestDatabase()
  const file = await sampleFile()
  expect(await load(store, file)).toBe(2)
  expect(await load(store, file)).toBe(0)
  expect(await count(store)).toEqual([{ namespace: 'default', source: 'main', n: 3 }])
  expect(await load(store, file, { SOURCE_NAMESPACE: 'acme', SOURCE_NAME: 'shop' })).toBe(2)
  expect(await count(store)).toHaveLength(2)
})

suite(
  'the sample never mixes with conversations that are there, nor with another database',
  async () => {
    await using store = await createTestDatabase()
    const file = await sampleFile()
    expect(await load(store, file, { SOURCE_DATABASE_URL: store.url })).toBe(0)
    expect(await count(store)).toEqual([])
    await store.db.query(`insert into memoir.conversations (id, user_id) values ('mine', 'me')`)
    expect(await load(store, file)).toBe(0)
    expect(await count(store)).toEqual([])
  },
)
