import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

/** uuid keys, times without a zone, columns that may be null: as applications have them. */
const TABLES = `
  create schema app;
  create table app.threads (id uuid primary key default gen_random_uuid(), user_id text, subject text,
                            created_at timestamptz, updated_at timestamp);
  create table app.posts (id bigint generated always as identity primary key, thread uuid, role text,
                          content text, created_at timestamptz);
  insert into app.threads (user_id, subject, created_at, updated_at)
  select 'ada', s, c, u from (values
    ('old', now() - interval '9 days', now() - interval '9 days'),
    ('touched', now() - interval '9 days', now() - interval '1 hour'),
    ('answered', now() - interval '9 days', now() - interval '9 days'),
    ('answered, no times', null, null),
    ('new, never touched', now() - interval '1 hour', null),
    ('nothing is known', null, null)) as t(s, c, u);
  insert into app.posts (thread, role, content, created_at)
  select id, 'user', 'an old word', now() - interval '9 days' from app.threads where subject <> 'nothing is known';
  insert into app.posts (thread, role, content, created_at)
  select id, 'user', 'a new word', now() - interval '1 hour' from app.threads where subject like 'answered%'`

suite('what changed is found by any of its times, page by page, each once', async () => {
  await using store = await createTestDatabase()
  for (const statement of TABLES.split(';')) await store.db.query(statement)
  const config = loadConfig({
    SOURCE_DATABASE_URL: store.url,
    SOURCE_CONVERSATIONS_TABLE: 'app.threads',
    SOURCE_CONVERSATION_TITLE: 'subject',
    SOURCE_MESSAGES_TABLE: 'app.posts',
    SOURCE_MESSAGE_CONVERSATION: 'thread',
  })
  const source = createPostgresSource(config, store.db, () => undefined)
  try {
    const since = new Date((await source.clock()).getTime() - 86_400_000)
    const seen = []
    for (let after: string | null = null; ;) {
      const { heads, next } = await source.changedSince(since, after, 3)
      seen.push(...heads)
      if (next === null) break
      after = next
    }

    expect(seen.map(({ title }) => title ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'answered',
      'answered, no times',
      'new, never touched',
      'touched',
    ])
    expect(await source.count(since)).toBe(4)
    expect(await source.count()).toBe(6)
    expect(seen.find(({ title }) => title === 'answered')).toMatchObject({ messageCount: 2 })
  } finally {
    await source.close()
  }
})
