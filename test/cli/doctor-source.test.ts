import { inject, expect, test } from 'vitest'
import {
  createTestDatabase,
  hasPostgres,
  hasTemporal,
  type TestDatabase,
} from '../support/database.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { realParts } from '../../src/cli.ts'
import type { Parts } from '../../src/cli/parts.ts'
import { startFakeApi } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip
const parts: Parts = {
  ...noParts,
  createServices: async (config, log) => await realParts.createServices(config, log),
}

const READY = { 'GET /health/ready': { body: { parts: {} } } }

const TABLES = `
  create schema app; set search_path to app;
  create table conversations (id text, user_id text, created_at timestamp, updated_at timestamptz);
  create table messages (id int, conversation_id text, role text, content text, created_at timestamp);
  insert into conversations values ('a', 'mira', '2026-01-05 10:00', null), ('b', 'mira', '2026-01-05', 'infinity'), ('c', null, null, null),
    ('d', 'mira', null, null), ('d', 'olek', null, null), (null, 'mira', null, null), ('e', 'mira', null, null);
  insert into messages select n, c, case when n % 2 = 1 then 'human' else 'agent' end, 'Line ' || n || ' of ' || c, '2026-01-05 10:00'
    from unnest(array['a', 'b', 'c', 'd', 'lost']) c, generate_series(1, 4) n`

async function sourceIn(store: TestDatabase): Promise<string> {
  const app = openDatabase({
    url: store.url,
    poolSize: 1,
    applicationName: 'app',
    onIdleError: () => undefined,
  })
  await app.query(TABLES)
  await app.close()
  return `${store.url}?options=-c%20search_path%3Dapp`
}

async function checks(env: Readonly<Record<string, string>>) {
  const { out } = await memoir(['doctor', '--json'], { env, parts })
  const { checks: all } = JSON.parse(out) as {
    checks: { name: string; state: string; detail: string; next?: string }[]
  }
  return all.filter(({ name }) => name.startsWith('source'))
}

suite(
  'the source is looked at: columns, zones, roles, what is passed over, and how it will be read',
  async () => {
    await using store = await createTestDatabase()
    const found = await checks({
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      MEMOIR_ADMIN_KEY: 'a'.repeat(32),
      DATABASE_URL: store.url,
      SOURCE_DATABASE_URL: await sourceIn(store),
    })
    expect(found.map(({ name, state, detail }) => [name, state, detail])).toEqual([
      ['source', 'ok', '5 conversations in SOURCE_DATABASE_URL'],
      [
        'source columns',
        'ok',
        'conversations: id text, user_id text, created_at timestamp without time zone, updated_at timestamp with time zone',
      ],
      [
        'source columns',
        'ok',
        'messages: id integer, conversation_id text, role text, content text, created_at timestamp without time zone',
      ],
      [
        'source times',
        'warn',
        'created_at (timestamp without time zone): times without a zone are read as UTC',
      ],
      [
        'source roles',
        'warn',
        "agent (10), human as user (10); not known, and taken for other people's: agent",
      ],
      [
        'source rows',
        'warn',
        'passed over: 1 rows without an id (no_id), 1 conversations without a user (no_user), 1 conversations of several users (duplicate_id), 1 conversations of fewer messages than 3 (ETL_MIN_TURNS), 4 messages of no conversation',
      ],
      [
        'source sample',
        'ok',
        'a of mira, 4 messages, 2026-01-05T10:00 | user: Line 1 of a | agent: Line 2 of a',
      ],
      [
        'source sample',
        'ok',
        'b of mira, 4 messages, 2026-01-05T10:00 | user: Line 1 of b | agent: Line 2 of b',
      ],
      [
        'source sample',
        'ok',
        'c of nobody, 4 messages, 2026-01-05T10:00 | user: Line 1 of c | agent: Line 2 of c',
      ],
    ])
    expect(found.find(({ name }) => name === 'source roles')?.next).toContain(
      'SOURCE_ROLE_MAP=agent=assistant',
    )
  },
)

suite(
  'beside a running Memoir the source is looked at too, and what is set is no warning',
  async () => {
    await using store = await createTestDatabase()
    await using api = await startFakeApi(READY)
    const found = await checks({
      MEMOIR_URL: api.url,
      SOURCE_DATABASE_URL: await sourceIn(store),
      SOURCE_TIMEZONE: 'Europe/Berlin',
      SOURCE_ROLE_MAP: 'agent=assistant',
    })
    expect(found.map(({ name, state }) => `${name} ${state}`)).toEqual(
      expect.arrayContaining([
        'source times ok',
        'source roles ok',
        'source rows warn',
        'source sample ok',
      ]),
    )
    expect(found.find(({ name }) => name === 'source sample')?.detail).toContain(
      '2026-01-05T09:00 | user',
    )
  },
)

suite('names that do not fit are told by their variables, with what there is', async () => {
  await using store = await createTestDatabase()
  await using api = await startFakeApi(READY)
  const [found] = await checks({
    MEMOIR_URL: api.url,
    SOURCE_DATABASE_URL: await sourceIn(store),
    SOURCE_MESSAGE_CONTENT: 'body',
    SOURCE_CONVERSATION_USER: 'owner',
  })
  expect(found).toMatchObject({ state: 'fail' })
  expect(found?.detail).toMatch(
    /SOURCE_CONVERSATION_USER: conversations has no column owner, only id, user_id/,
  )
  expect(found?.detail).toMatch(/SOURCE_MESSAGE_CONTENT: messages has no column body/)
})
