import { expect, test } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const PATH = '/v1/migrations/episodes'
const NAMES = {
  SOURCE_EPISODES_TABLE: 'public.episodes',
  SOURCE_EPISODE_CONTENT: 'text',
  SOURCE_EPISODE_SUMMARY: 'gist',
  SOURCE_EPISODE_SESSION: 'session',
}

async function createOldTable({ db }: TestMemoir, rows: number): Promise<void> {
  await db.query(
    `create table public.episodes (id bigint primary key, user_id text, text text, gist text, session text, created_at timestamptz)`,
  )
  await db.query(
    `insert into public.episodes
     select n, 'user-' || n % 3, 'On day ' || n || ' Maria Keller walked to the lake in Graz', 'A walk', 's' || n % 2,
            timestamptz '2026-01-01' + make_interval(hours => n)
       from generate_series(1, $1::int) as n`,
    [rows],
  )
}

const send = async ({ services }: TestMemoir, path: string, sent: Send = {}) =>
  await answerOf(
    await createApp(services, { principal: localAdmin }).request(path, requestOf(sent)),
  )

const migrate = async (memoir: TestMemoir, body: Readonly<Record<string, unknown>> = {}) => {
  const { status, json } = await send(memoir, PATH, { body })
  expect(status).toBe(202)
  return await memoir.until(json.job, 'succeeded')
}

const counts = async ({ db }: TestMemoir) =>
  (
    await db.query(
      `select (select count(*) from memoir.memory_trace where kind = 'note' and state = 'active') as notes,
              (select count(*) from memoir.memory_embedding where head = 'semantic') as semantic,
              (select count(*) from memoir.memory_embedding where head = 'entity') as entity,
              (select count(*) from memoir.memory_edge where type = 'next') as next,
              (select count(*) from memoir.memory_edge where type = 'mentions') as mentions`,
    )
  ).rows[0]

suite('each row becomes one memory, found by words and meaning, with its first links', async () => {
  await using memoir = await createTestMemoir(NAMES)
  await createOldTable(memoir, 250)

  const { progress } = await migrate(memoir, { heads: ['semantic', 'entity'] })

  const has = await counts(memoir)
  expect(has).toMatchObject({ notes: 250, semantic: 250, entity: 250, next: 244 })
  expect(progress).toMatchObject({
    processed: 250,
    created: 250,
    updated: 0,
    skipped: 0,
    errors: 0,
    total: 250,
    edges: 244,
    mentions: has?.['mentions'],
  })
  const { json } = await send(memoir, '/v1/recall?user_id=user-1&q=maria%20lake%20day%2016&k=3')
  expect(json.hits[0]).toMatchObject({
    kind: 'note',
    content: 'On day 16 Maria Keller walked to the lake in Graz',
    summary: 'A walk',
    session_id: 's0',
    occurred_at: '2026-01-01T16:00:00.000Z',
    metadata: { migrated_from: 'episodes', episode_id: '16' },
  })
  expect(await findDisagreements(memoir.db)).toEqual([])
})

suite('again takes in what is new or changed there, and leaves what was changed here', async () => {
  await using memoir = await createTestMemoir(NAMES)
  const { db } = memoir
  await createOldTable(memoir, 12)
  await migrate(memoir)
  const idOf = async (episode: string) =>
    (
      await db.query<{ id: string }>(
        `select id from memoir.memory_trace where meta ->> 'episode_id' = $1`,
        [episode],
      )
    ).rows[0]?.id ?? ''
  const wait = { headers: { prefer: 'wait=20' } }
  const mended = await idOf('1')
  await send(memoir, `/v1/memories/${mended}`, {
    method: 'PATCH',
    body: { content: 'Maria rode there' },
    ...wait,
  })
  await send(memoir, `/v1/memories/${await idOf('2')}`, { method: 'DELETE', ...wait })
  await send(memoir, '/v1/forget', { body: { id: await idOf('3') } })
  await db.query(`update public.episodes set text = 'Maria swam in the lake' where id = 4`)
  await db.query(
    `insert into public.episodes values (13, 'user-1', 'A new one', null, null, now())`,
  )

  const { progress } = await migrate(memoir)

  expect(progress).toMatchObject({ processed: 13, created: 1, updated: 1, skipped: 11 })
  const told = async (id: string) => (await send(memoir, `/v1/memories/${id}`)).json
  expect(await told(mended)).toMatchObject({ content: 'Maria rode there', state: 'active' })
  expect(await told(await idOf('2'))).toMatchObject({ state: 'deleted' })
  expect(await idOf('3')).toBe('')
  expect(await told(await idOf('4'))).toMatchObject({
    content: 'Maria swam in the lake',
    revision: 2,
  })
  expect(await findDisagreements(db)).toEqual([])
})

suite('a dry run counts and shows a sample, and writes nothing', async () => {
  await using memoir = await createTestMemoir(NAMES)
  await createOldTable(memoir, 4)
  await memoir.db.query(
    `insert into public.episodes values (5, null, 'nobody', null, null, null), (6, 'ann', '  ', null, null, null),
       (7, 'ann', repeat('x', 1100000), null, null, null)`,
  )
  const { status, json } = await send(memoir, PATH, { body: { dry_run: true, sample: 2 } })
  expect(status).toBe(200)
  expect(json).toMatchObject({ total: 7, users: 4, without_user: 1, empty: 1, too_large: 1 })
  expect(json.sample).toHaveLength(2)
  expect(json.sample[0]).toMatchObject({
    episode_id: '1',
    user_id: 'user-1',
    entities: expect.arrayContaining(['Graz']),
  })
  expect(await counts(memoir)).toMatchObject({ notes: 0, next: 0 })

  const { progress } = await migrate(memoir)
  expect(progress).toMatchObject({ processed: 7, created: 4, skipped: 1, errors: 2 })
  expect((await migrate(memoir, { limit: 3 })).progress).toMatchObject({ processed: 3, total: 3 })
})

suite('a table that is not there is refused at once, with its name', async () => {
  await using memoir = await createTestMemoir(NAMES)
  const { status, json } = await send(memoir, PATH, { body: {} })
  expect([status, json.error.code]).toEqual([409, 'source_invalid'])
  expect(json.error.message).toContain('public.episodes')
  const { rows } = await memoir.db.query('select from memoir.job')
  expect(rows).toHaveLength(0)
})
