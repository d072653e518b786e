import { afterEach, expect, test, vi } from 'vitest'
import { createMemoriesFixture, type MemoriesFixture } from '../memories/memories-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { findDisagreements, seed } from '../support/ingest.ts'
import { readNarrative } from '../../src/stores/narratives/narratives.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { findText } from '../support/find-text.ts'

const suite = hasPostgres ? test : test.skip

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function fixture(): Promise<MemoriesFixture> {
  const memoir = await createMemoriesFixture({ ERASE_WAIT_SECONDS: '0' })
  open.push(memoir)
  return memoir
}

type Line = Record<string, unknown> & { readonly type: string }

async function exported({ send }: MemoriesFixture, user = 'ada'): Promise<Line[]> {
  const { status, text } = await send(`/v1/users/${user}/export`)
  expect(status).toBe(200)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** One way to hand a file in: conversations and the rest, in its order. */
async function handIn({ send }: MemoriesFixture, lines: readonly Line[], more: object = {}) {
  const conversations = lines.filter(({ type }) => type === 'conversation')
  const records = lines.filter(({ type }) => type !== 'conversation')
  const answers = []
  if (conversations.length > 0) {
    answers.push(await send('/v1/imports', { body: { conversations, ...more } }))
  }
  answers.push(await send('/v1/imports', { body: { records, ...more } }))
  for (const { status, text } of answers) expect([status, text]).toEqual([200, text])
  return answers.map(({ json }) => json)
}

/** Everything there is to know of somebody: posted, told in conversations, written directly, changed, superseded, told apart. */
async function settle(memoir: MemoriesFixture): Promise<void> {
  const { send, db, remember } = memoir
  const user_id = 'ada'
  const categories = [{ name: 'animals', description: 'zebrafish and dogs' }]
  await send('/v1/settings/extraction', { method: 'PUT', body: { categories } })
  await seed(db, [
    {
      id: 'c1',
      messages: [
        { content: 'I keep a zebrafish named Otto at home in Graz.' },
        { content: 'That sounds lovely, tell me more about Otto.' },
        { content: 'Otto is three years old and I feed him twice a day.' },
        { content: 'The garden is full of tomatoes and beans.' },
      ],
    },
  ])
  await send('/v1/backfills', { body: { extract: 'rules' } })
  const transcript =
    'User: I work as a gardener in Lisbon.\nAssistant: Since when?\nUser: I have a dog named Rex.'
  const { json } = await send('/v1/sessions', { body: { user_id, session_id: 's-1', transcript } })
  await memoir.memoir.until(json.job, 'succeeded')
  const id = await remember('Maya is allergic to peanuts.', {
    user_id,
    external_id: 'allergy',
    scope: 'health',
    tags: ['food'],
    metadata: { by: 'doctor' },
    importance: 9,
    occurred_at: '2026-03-01T09:00:00.000Z',
    entities: [{ type: 'person', value: 'Maya', confidence: 0.9 }],
  })
  await send(`/v1/memories/${id}`, {
    method: 'PATCH',
    body: { content: 'Maya is allergic to peanuts and eggs.' },
    headers: { prefer: 'wait=30' },
  })
  await remember('A note for later.', { user_id })
  const gone = await remember('This one is taken back.', { user_id })
  await send(`/v1/memories/${gone}`, { method: 'DELETE', headers: { prefer: 'wait=30' } })
  await db.query(
    `update memoir.memory_trace t set state = 'superseded', superseded_at = now(),
            superseded_by = (select id from memoir.memory_trace n where n.kind = 'fact' and n.seq > t.seq order by n.seq limit 1)
      where t.id = (select id from memoir.memory_trace where kind = 'fact' order by seq limit 1)`,
  )
}

/** What was linked and written of these memories: nobody would find it again. */
async function tell({ db, memoir }: MemoriesFixture): Promise<void> {
  const { rows } = await db.query<{ id: string; kind: string; source: string | null }>(
    `select t.id, t.kind, t.source from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where u.external_id = 'ada' and t.state = 'active' and t.kind <> 'episode' order by t.seq`,
  )
  const kept = rows.filter(({ kind, source }) => kind === 'note' || source === null)
  const [first, second] = kept
  const userId = (await ensureUsers(db, memoir.namespaceId, ['ada'])).get('ada')
  await db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id, weight, ts) values ($1, $2, 'explains', $3, 0.75, '2026-03-02T00:00:00Z')`,
    [first?.id, second?.id, userId],
  )
  await db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id, weight)
     select a.dst, b.dst, 'lives_with', $1, 0.5 from memoir.memory_edge a join memoir.memory_edge b on b.src = a.src and b.dst > a.dst
      where a.type = 'mentions' and b.type = 'mentions' and a.user_id = $1 limit 1 on conflict do nothing`,
    [userId],
  )
  const material = rows.map(({ id }) => id)
  await db.query(
    `insert into memoir.user_narratives (namespace_id, user_id, narrative_content, version, generated_at, state, fresh_until, model, prompt_version, sources, material)
     values ($1, $2, 'Ada gardens in Lisbon.', 2, '2026-03-03T00:00:00Z', 'fresh', now() + interval '1 day', 'm', 'p', $3, $4)
     on conflict (user_id) do update set narrative_content = excluded.narrative_content`,
    [memoir.namespaceId, userId, [first?.id], material],
  )
  await db.query(
    `insert into memoir.user_narrative_version (user_id, version, narrative_content, generated_at, model, prompt_version, sources, material)
     values ($1, 1, 'Ada has a dog.', '2026-03-02T00:00:00Z', 'm', 'p', $2, $3)`,
    [userId, [second?.id], [second?.id, rows.find(({ kind }) => kind === 'message')?.id]],
  )
}

/** What of a file comes back: ids are made anew, what is derived or deleted is not brought along. */
function comparable(lines: readonly Line[]) {
  const contents = new Map(lines.map(({ id, content }) => [id, content]))
  return lines
    .filter(({ type, derived, state }) => {
      return derived !== true && state !== 'deleted' && type !== 'export' && type !== 'end'
    })
    .filter(({ memory }) => memory === undefined || isLive(lines, memory))
    .map(
      ({
        id,
        memory,
        superseded_by,
        summary,
        from,
        to,
        sources,
        material,
        messages: _messages,
        ...line
      }) => ({
        ...line,
        ...(line.type === 'link' ? { from: contents.get(from), to: contents.get(to) } : { from }),
        ...(Array.isArray(sources) ? { sources: sources.map((one) => contents.get(one)) } : {}),
        ...(Array.isArray(material) ? { material: material.length } : {}),
        ...(line.type === 'conversation' ? { id } : {}),
        ...(memory === undefined ? {} : { memory: contents.get(memory) }),
        ...(superseded_by === undefined ? {} : { superseded_by: contents.get(superseded_by) }),
        ...(summary === undefined ? {} : { summary: contents.get(summary) ?? summary }),
      }),
    )
    .map((line) => JSON.stringify(line))
    .toSorted()
}

const isLive = (lines: readonly Line[], memory: unknown) =>
  lines.some(({ id, state, derived }) => id === memory && state !== 'deleted' && derived !== true)

/** What gave way keeps its links, as it does where it gave way. */
const settled = async ({ db }: MemoriesFixture) =>
  await vi.waitFor(async () => {
    const problems = await findDisagreements(db)
    expect(problems.filter((one) => !one.startsWith('edge with a missing end'))).toEqual([])
  }, 30_000)

suite('what was taken along comes back the same elsewhere', async () => {
  const here = await fixture()
  await settle(here)
  await tell(here)
  const file = await exported(here)
  const erasure = await here.send('/v1/users/ada', { method: 'DELETE' })
  await here.memoir.until(erasure.json.id, 'succeeded')
  expect(await findText(here.db, 'peanuts')).toEqual([])

  const there = await fixture()
  const answers = await handIn(there, file)

  expect(answers.map(({ rejected }) => rejected)).toEqual([[], []])
  const again = await exported(there)
  expect(comparable(again)).toEqual(comparable(file))
  expect(again.map(({ category }) => category)).toContain('animals')
  expect(file.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'conversation',
      'session',
      'post',
      'turns',
      'memory',
      'revision',
      'source',
      'link',
      'entity',
      'narrative',
    ]),
  )
  // The same file once more changes nothing.
  expect((await handIn(there, file)).map(({ records }) => records)).toEqual([0, 0])
  expect(comparable(await exported(there))).toEqual(comparable(file))
  await settled(there)
})

suite(
  'a narrative that came back goes with a message it was made of, and is not written over',
  async () => {
    const here = await fixture()
    await settle(here)
    await tell(here)
    const file = await exported(here)
    const there = await fixture()
    await handIn(there, file)
    const backfill = await there.send('/v1/backfills', { body: {} })
    await there.memoir.until(backfill.json.job, 'succeeded')
    const { namespaceId } = there.memoir
    const narrativeOf = async () =>
      await readNarrative(there.db, { namespaceId, externalId: 'ada' })
    expect(await narrativeOf()).toMatchObject({
      content: 'Ada gardens in Lisbon.',
      version: 2,
      state: 'stale',
    })

    const mine = `update memoir.user_narratives set made_by = gen_random_uuid(), narrative_content = 'Written here.'`
    await there.db.query(mine)
    await handIn(there, file)
    expect(await narrativeOf()).toMatchObject({ content: 'Written here.' })

    const { rows } = await there.db.query<{ id: string }>(
      `select id from memoir.memory_trace where kind = 'message' and content like '%zebrafish%'`,
    )
    expect((await there.send('/v1/forget', { body: { id: rows[0]?.id } })).status).toBe(200)
    expect(await findText(there.db, 'Ada has a dog.')).toEqual([])
    expect(await findText(there.db, 'Written here.')).toEqual([])
    // Who has forgotten something gets no text back that may say it.
    const [, records] = await handIn(there, file)
    expect(await findText(there.db, 'Ada gardens')).toEqual([])
    expect(await findText(there.db, 'lives_with')).toEqual([])
    expect(records.rejected.length).toBeLessThan(file.length)
  },
)

suite(
  'who was erased stays erased whatever is imported, until an administrator lifts that',
  async () => {
    const here = await fixture()
    const { send, db, memoir } = here
    await seed(db, [{ id: 'c1', messages: [{ content: 'I keep a zebrafish.' }] }])
    await here.remember('Maya keeps a zebrafish.', { user_id: 'ada' })
    const file = await exported(here)
    const erasure = await send('/v1/users/ada', { method: 'DELETE' })

    const during = await handIn(here, file, { lift: true })
    await memoir.until(erasure.json.id, 'succeeded')
    const after = await handIn(here, file)

    const gone = { field: 'user_id', message: 'The user was erased and stays forgotten.' }
    for (const { conversations, records, rejected } of [...during, ...after]) {
      expect([conversations, records]).toEqual([0, 0])
      expect(rejected).toEqual(expect.arrayContaining([expect.objectContaining(gone)]))
    }
    expect(await findText(db, 'zebrafish')).toEqual([])

    const lifted = await handIn(here, file, { lift: true })

    expect(lifted.map(({ rejected }) => rejected)).toEqual([[], []])
    expect(comparable(await exported(here))).toEqual(comparable(file))
    const { rows } = await db.query(`select from memoir.audit_log where action = 'forgotten.lift'`)
    expect(rows.length).toBeGreaterThan(0)
  },
)

suite('what was forgotten is refused by its line, and the rest is taken', async () => {
  const here = await fixture()
  const { send, db } = here
  await seed(db, [
    {
      id: 'c1',
      messages: [
        { content: 'I keep a zebrafish.' },
        { content: 'How nice.' },
        { content: 'It is.' },
      ],
    },
  ])
  const backfill = await send('/v1/backfills', { body: {} })
  await here.memoir.until(backfill.json.job, 'succeeded')
  const id = await here.remember('Maya keeps a zebrafish.', { user_id: 'ada' })
  await here.remember('Maya rows.', { user_id: 'ada' })
  const file = await exported(here)
  const said = file.find(({ content }) => content === 'I keep a zebrafish.')
  for (const one of [id, said?.['id']]) {
    expect((await send('/v1/forget', { body: { id: one } })).status).toBe(200)
  }

  const [conversations, records] = await handIn(here, file)

  expect(conversations.rejected).toEqual([
    { index: 0, id: 'c1', field: 'messages.0.content', message: 'was forgotten' },
  ])
  expect(records.rejected).toEqual([
    { index: expect.any(Number), id, field: 'content', message: 'was forgotten' },
  ])
  expect(await findText(db, 'zebrafish')).toEqual([])
})

suite('only an administrator lifts', async () => {
  const { send, memoir } = await fixture()
  await ensureUsers(memoir.db, memoir.namespaceId, ['ada'])
  const key = await send('/v1/keys', { body: { name: 'app', role: 'service' } })
  const body = { records: [{ type: 'end' }], lift: true }
  const answer = await send('/v1/imports', { body, key: key.json.key })
  expect([answer.status, answer.json.error.code]).toEqual([403, 'forbidden'])
})
