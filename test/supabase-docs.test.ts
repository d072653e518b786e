import { readFileSync } from 'node:fs'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { createPostgresSource } from '../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres } from './support/database.ts'

const text = readFileSync(new URL('../docs/supabase.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  )

/** What the page exports, but for the address. */
const names = Object.fromEntries(
  blocks('sh').flatMap((block) =>
    [...block.matchAll(/^export (\w+)=([\w.]+)$/gm)].map(([, name, value]) => [name, value]),
  ),
)

/** Tables as the page describes them, with conversations of somebody and row level security on. */
const TABLES = `
  create table public.chats (id uuid primary key, user_id uuid, title text, created_at timestamptz, updated_at timestamptz);
  create table public.chat_messages (id bigint primary key, chat_id uuid references public.chats, role text, content text, created_at timestamptz);
  alter table public.chats enable row level security;
  alter table public.chat_messages enable row level security;
  insert into public.chats select gen_random_uuid(), gen_random_uuid(), 'a chat', now(), now() from generate_series(1, 3);
  insert into public.chat_messages select row_number() over (), id, 'user', 'hello', now() from public.chats`

test.skipIf(!hasPostgres)(
  'what docs/supabase.md says makes a role that sees the conversations and can do nothing else',
  async () => {
    await using store = await createTestDatabase()
    const role = `reader_${store.url.split('_').at(-1) ?? ''}`
    const own = (sql: string) => sql.replaceAll('memoir_reader', role)
    await store.db.query(TABLES)
    const [grants = '', policies = '', ...rest] = blocks('sql')
    const url = new URL(store.url)
    url.username = role
    const source = createPostgresSource(
      loadConfig({ ...names, SOURCE_DATABASE_URL: url.href }),
      store.db,
      () => undefined,
    )
    try {
      await store.db.query(own(grants))
      expect(await source.count()).toBe(0)

      for (const block of [policies, ...rest]) await store.db.query(own(block))

      await source.check()
      const { heads } = await source.headsAfter(null, 10)
      expect(heads.map(({ title }) => title)).toEqual(['a chat', 'a chat', 'a chat'])
      const { conversations } = await source.load(heads)
      expect(conversations.flatMap(({ messages }) => messages)).toHaveLength(3)
      const reader = new Client({ connectionString: url.href })
      await reader.connect()
      const write = reader.query(`delete from public.chats`)
      await expect(write).rejects.toThrow(/permission denied|read-only/)
      const view = await reader.query('select from public.memoir_messages')
      expect(view.rowCount).toBe(3)
      await reader.end()
    } finally {
      await source.close()
      await store.db.query(`drop owned by ${role}; drop role ${role}`)
    }
  },
)

test('every name it exports is a variable that Memoir reads', () => {
  expect(Object.keys(names)).toHaveLength(5)
  const config = loadConfig(names)
  expect(Object.keys(names).filter((name) => !(name in config))).toEqual([])
})
