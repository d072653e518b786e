import { expect, test } from 'vitest'
import { forget } from '../../src/forget/forget.ts'
import { createMemoriesFixture } from '../memories/memories-fixture.ts'
import { daysAgo, find, many } from '../consolidation/days.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findText } from '../support/find-text.ts'

/** What was forgotten once, in each place that takes texts in or makes them of others. */

const suite = hasPostgres && hasTemporal ? test : test.skip

const CLAUSE = 'I keep a zebrafish named Otto'
const WORD = 'zebrafish'
const REST = 'my garden is full of beans'
/** The clause inside other words. */
const LONGER = `By the way, ${CLAUSE}, and ${REST}.`

async function forgetful(env: Readonly<Record<string, string>> = {}) {
  const fixture = await createMemoriesFixture(env)
  const id = await fixture.remember(`${CLAUSE}.`, { user_id: 'ada' })
  const { status } = await fixture.send('/v1/forget', { body: { id } })
  expect(status).toBe(200)
  expect(await findText(fixture.db, WORD)).toEqual([])
  return fixture
}

suite('an imported conversation comes without the clause, and without its title', async () => {
  await using fixture = await forgetful()
  const at = '2026-03-01T09:00:00.000Z'
  const message = (id: string, content: string) => ({ id, role: 'user', content, created_at: at })
  const conversations = [
    {
      id: 'c1',
      user_id: 'ada',
      title: LONGER,
      created_at: at,
      messages: [message('m1', LONGER), message('m2', `${CLAUSE}!`), message('m3', 'It rains.')],
    },
  ]
  const { json } = await fixture.send('/v1/imports', { body: { conversations } })
  expect(json.rejected).toEqual([
    expect.objectContaining({ field: 'messages.1.content', message: 'was forgotten' }),
  ])
  expect(await findText(fixture.db, WORD)).toEqual([])
  expect(await findText(fixture.db, 'full of beans')).toEqual(['messages.content'])
})

suite(
  'an imported export comes without the clause: notes in part, facts and posts not',
  async () => {
    await using taken = await createMemoriesFixture({})
    await taken.remember(LONGER, { user_id: 'ada' })
    const transcript = [{ role: 'user', content: LONGER }]
    const posted = await taken.send('/v1/sessions', {
      body: { user_id: 'ada', session_id: 's1', transcript },
    })
    await taken.memoir.until(posted.json.job, 'succeeded')
    const { text } = await taken.send('/v1/users/ada/export')
    expect(text).toContain(WORD)
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type !== 'conversation')

    await using fixture = await forgetful()
    const { status } = await fixture.send('/v1/imports', { body: { records } })
    expect(status).toBe(200)
    expect(await findText(fixture.db, WORD)).toEqual([])
    expect(await findText(fixture.db, 'full of beans')).toContain('memory_trace.content')
  },
)

suite('an episode of another table that says the clause does not come', async () => {
  await using fixture = await forgetful({
    SOURCE_EPISODES_TABLE: 'public.episodes',
    SOURCE_EPISODE_CONTENT: 'text',
    SOURCE_EPISODE_SUMMARY: 'gist',
  })
  const { db, memoir } = fixture
  await db.query(
    'create table public.episodes (id bigint primary key, user_id text, text text, gist text, created_at timestamptz)',
  )
  await db.query(
    `insert into public.episodes values (1, 'ada', $1, 'Said', now()), (2, 'ada', 'It rains in Graz.', $1, now()),
       (3, 'ada', 'The bridge is closed.', 'Closed', now())`,
    [LONGER],
  )
  const { json } = await fixture.send('/v1/migrations/episodes', { body: {} })
  await memoir.until(json.job, 'succeeded')
  const { rows } = await db.query(
    `select content from memoir.memory_trace where state = 'active' and kind = 'note'`,
  )
  expect(rows).toContainEqual({ content: 'The bridge is closed.' })
  expect(JSON.stringify(rows)).not.toContain(WORD)
  const summaries = await db.query(
    `select from memoir.memory_trace where position('${WORD}' in coalesce(summary, '')) > 0`,
  )
  expect(summaries.rows).toEqual([])
})

suite('a memory that still says it is suggested as a connection without the clause', async () => {
  await using fixture = await createMemoriesFixture({ EMBEDDING_DIM: '256' })
  const { remember, send } = fixture
  const entities = [{ type: 'person', value: 'Otto' }]
  const more = { user_id: 'ada', entities, extract_entities: false }
  await remember(LONGER, more)
  const fact = await remember(`${CLAUSE}.`, { ...more, kind: 'fact' })
  expect((await send('/v1/forget', { body: { id: fact } })).status).toBe(200)
  const note = { user_id: 'ada', content: 'Otto likes rain.', entities, extract_entities: false }
  const { json } = await send('/v1/notes', { body: note, headers: { prefer: 'wait=30' } })
  const told = JSON.stringify(json.connections)
  expect(told).toContain(REST)
  expect(told).not.toContain(WORD)
})

test.skipIf(!hasPostgres)('the summary of a day is made without the clause', async () => {
  await using memoir = await createConsolidationFixture()
  const { config, db, namespaceId } = memoir
  const [first, second] = [daysAgo(3), daysAgo(2)]
  const [id = ''] = await memoir.remember(first, [`${CLAUSE}.`])
  await memoir.remember(second, [`${LONGER} My sister Liv is a pilot.`, ...many(3)])
  const context = { config, db, launch: () => undefined }
  await forget(context, { namespaceId, ids: [id], dryRun: false })

  const { applied } = await memoir.consolidate(second)
  const summary = await find(memoir, applied?.summary?.id)
  expect(summary?.content).toMatch(/beans|Liv|chapter/)
  expect(summary?.content).not.toContain(WORD)
})
