import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

const WAIT = { prefer: 'wait=30' }

/** Memories over HTTP, all of Memoir behind it. */
describe.skipIf(!hasPostgres || !hasTemporal)('memories', () => {
  let memoir: MemoriesFixture
  beforeAll(async () => {
    memoir = await createMemoriesFixture()
  })
  afterAll(async () => {
    await memoir[Symbol.asyncDispose]()
  })

  const recall = async (q: string, user = 'maya') =>
    (await memoir.send('/v1/recall', { body: { q, user_id: user } })).json.hits.map(
      (hit: { content: string }) => hit.content,
    )

  test('what is stored is answered whole once it is done', async () => {
    const { status, json, headers } = await memoir.send('/v1/memories', {
      body: {
        user_id: 'maya',
        content: 'Maya is allergic to peanuts.',
        scope: 'health',
        tags: ['allergy'],
        importance: 9,
        metadata: { channel: 'chat' },
        summary: 'Peanut allergy',
      },
      headers: WAIT,
    })
    expect(status).toBe(201)
    expect(headers.get('preference-applied')).toBe('wait=30')
    expect(json).toMatchObject({
      user_id: 'maya',
      kind: 'note',
      role: null,
      scope: 'health',
      content: 'Maya is allergic to peanuts.',
      summary: 'Peanut allergy',
      tags: ['allergy'],
      importance: 9,
      salience: 0.9,
      state: 'active',
      revision: 1,
      metadata: { channel: 'chat' },
      writes: { vector: 'written', graph: 'off' },
    })
    const shown = await memoir.send(`/v1/memories/${json.id}`)
    expect(shown.json).toEqual({ ...json, sources: [] })
    expect(shown.headers.get('etag')).toBe('"1"')
  })

  test('a plan for next year does not make its user active next year', async () => {
    const of = { user_id: 'planner', scope: 'health' }
    const store = async (content: string, occurred_at: string) =>
      await memoir.send('/v1/memories', { body: { ...of, content, occurred_at }, headers: WAIT })
    await store('She ran in the park.', '2026-03-01T08:00:00.000Z')
    await store('She will run a marathon.', '2096-03-01T08:00:00.000Z')
    const { json } = await memoir.send('/v1/users/planner')
    expect(json.last_active_at).toBe('2026-03-01T08:00:00.000Z')
  })

  test('the same external id changes the memory that has it', async () => {
    const body = { user_id: 'maya', content: 'Maya lives in Lisbon.', external_id: 'home' }
    const first = await memoir.send('/v1/memories', { body, headers: WAIT })
    const second = await memoir.send('/v1/memories', {
      body: { ...body, content: 'Maya lives in Porto.' },
      headers: WAIT,
    })
    expect(second.json).toMatchObject({
      id: first.json.id,
      revision: 2,
      content: 'Maya lives in Porto.',
      writes: { vector: 'written' },
    })
    expect(await recall('Where does Maya live, Porto?')).toContain('Maya lives in Porto.')
    expect(await recall('Lisbon')).not.toContain('Maya lives in Lisbon.')
    const other = await memoir.send('/v1/memories', {
      body: { ...body, user_id: 'tom' },
      headers: WAIT,
    })
    expect(other.json.id).not.toBe(first.json.id)
  })

  test('a change needs the revision it was made for, and what was stays in the history', async () => {
    const id = await memoir.remember('The meeting is on Monday.', { tags: ['work'] })
    const stale = await memoir.send(`/v1/memories/${id}`, {
      method: 'PATCH',
      body: { content: 'The meeting is on Friday.' },
      headers: { 'if-match': '"7"' },
    })
    expect([stale.status, stale.json.error]).toMatchObject([
      412,
      { code: 'precondition_failed', details: { revision: 1 } },
    ])
    const changed = await memoir.send(`/v1/memories/${id}`, {
      method: 'PATCH',
      body: { content: 'The meeting is on Tuesday.', metadata: { room: 4 }, role: 'user' },
      headers: { ...WAIT, 'if-match': '1' },
    })
    expect([changed.status, changed.json]).toMatchObject([
      200,
      { revision: 2, tags: ['work'], metadata: { room: 4 }, role: 'user' },
    ])
    const { json } = await memoir.send(`/v1/memories/${id}/history`)
    expect(json.items).toMatchObject([
      { revision: 2, content: 'The meeting is on Tuesday.', valid_to: null },
      { revision: 1, content: 'The meeting is on Monday.', tags: ['work'], metadata: {} },
    ])
    expect(json.items[1].valid_to).toBe(json.items[0].valid_from)
    const first = await memoir.send(`/v1/memories/${id}/history?limit=1`)
    const second = await memoir.send(
      `/v1/memories/${id}/history?limit=1&cursor=${first.json.next_cursor}`,
    )
    expect(second.json).toMatchObject({ items: [{ revision: 1 }], next_cursor: null })
  })

  test('a change that leaves the text alone keeps its vector', async () => {
    const id = await memoir.remember('Tea is better than coffee.')
    const before = await vectorOf(id)
    await memoir.send(`/v1/memories/${id}`, {
      method: 'PATCH',
      body: { tags: ['taste'] },
      headers: WAIT,
    })
    expect(await vectorOf(id)).toEqual({ ...before, revision: 2 })
  })

  async function vectorOf(id: string) {
    const { rows } = await memoir.db.query<{ vec: string; revision: number }>(
      `select vec::text as vec, revision from memoir.memory_embedding where trace_id = $1`,
      [id],
    )
    expect(rows).toHaveLength(1)
    return rows[0]
  }

  test('what is deleted is out of sight at once and comes back whole', async () => {
    const id = await memoir.remember('The spare key hangs behind the zebra painting.')
    const before = (await memoir.send(`/v1/memories/${id}`)).json
    const gone = await memoir.send(`/v1/memories/${id}`, { method: 'DELETE' })
    expect([gone.status, gone.json]).toMatchObject([202, { id, ids: [id], status: 'queued' }])
    expect(await recall('zebra painting')).not.toContain(before.content)
    expect((await list()).map((memory) => memory['id'])).not.toContain(id)
    expect((await list('&state=deleted')).map((memory) => memory['id'])).toContain(id)
    expect((await memoir.send(`/v1/memories/${id}`, { method: 'DELETE' })).status).toBe(404)
    const patched = await memoir.send(`/v1/memories/${id}`, {
      method: 'PATCH',
      body: { tags: ['x'] },
    })
    expect(patched.status).toBe(409)

    const restored = await memoir.send(`/v1/memories/${id}/restore`, {
      method: 'POST',
      headers: WAIT,
    })
    expect([restored.status, restored.json]).toMatchObject([
      200,
      { state: 'active', content: before.content, writes: { vector: 'written' } },
    ])
    expect(await recall('zebra painting')).toContain(before.content)
    const again = await memoir.send(`/v1/memories/${id}/restore`, { method: 'POST' })
    expect(again.status).toBe(409)
  })

  async function list(more = ''): Promise<Readonly<Record<string, unknown>>[]> {
    return (await memoir.send(`/v1/memories?user_id=maya&limit=200${more}`)).json.items
  }

  test('a deletion for good leaves no row', async () => {
    const id = await memoir.remember('The PIN of the bicycle lock is 4711.')
    await memoir.send(`/v1/memories/${id}`, { method: 'PATCH', body: { content: 'It is 0815.' } })
    const gone = await memoir.send(`/v1/memories/${id}?hard=true`, {
      method: 'DELETE',
      headers: WAIT,
    })
    expect([gone.status, gone.json.status]).toEqual([200, 'succeeded'])
    expect((await memoir.send(`/v1/memories/${id}`)).status).toBe(404)
    expect((await memoir.send(`/v1/memories/${id}/history`)).status).toBe(404)
    const { rows } = await memoir.db.query(
      `select 'revision' from memoir.memory_revision where trace_id = $1
       union all select 'vector' from memoir.memory_embedding where trace_id = $1`,
      [id],
    )
    expect(rows).toEqual([])
  })

  test('a batch is one job, and the messages of a conversation stay in order', async () => {
    const batch = await memoir.send('/v1/memories/batch', {
      body: { user_id: 'zoe', memories: [{ content: 'Zoe sails.' }, { content: 'Zoe paints.' }] },
      headers: WAIT,
    })
    expect(batch.status).toBe(201)
    expect(contents(batch.json)).toEqual(['Zoe sails.', 'Zoe paints.'])
    const said = await memoir.send('/v1/memories', {
      body: {
        user_id: 'zoe',
        infer: false,
        session_id: 's-1',
        messages: [
          { role: 'user', content: 'Which boat should I buy?' },
          { role: 'assistant', content: 'A small one.' },
        ],
      },
      headers: WAIT,
    })
    expect(said.status).toBe(201)
    expect(said.json.items).toMatchObject([
      { kind: 'message', role: 'user', content: 'Which boat should I buy?', session_id: 's-1' },
      { kind: 'message', role: 'assistant', content: 'A small one.', session_id: 's-1' },
    ])
    const { rows } = await memoir.db.query(
      `select count(*) as jobs from memoir.job j join memoir.memory_user u on u.id = j.user_id where u.external_id = 'zoe'`,
    )
    expect(rows).toEqual([{ jobs: 2 }])
  })

  const contents = (json: { items: { content: string }[] }) =>
    json.items.map(({ content }) => content)

  test('the same key and body store once', async () => {
    const send = async (content: string) =>
      await memoir.send('/v1/memories', {
        body: { user_id: 'once', content },
        headers: { 'idempotency-key': 'k-1' },
      })
    const answers = await Promise.all([send('Only once.'), send('Only once.')])
    const late = await send('Only once.')
    expect(late.status).toBe(202)
    const other = await send('Something else.')
    expect([other.status, other.json.error.code]).toEqual([409, 'conflict'])
    expect(answers.map(({ status }) => status)).toContain(202)
    const all = await memoir.send('/v1/memories?user_id=once')
    expect(contents(all.json)).toEqual(['Only once.'])
  })

  test('50 changes of one memory at once leave one winner and a history of 50', async () => {
    const id = await memoir.remember('Version 0 of the plan.')
    const answers = await Promise.all(
      Array.from(
        { length: 50 },
        async (_, index) =>
          await memoir.send(`/v1/memories/${id}`, {
            method: 'PATCH',
            body: { content: `Version ${index + 1} of the plan.` },
            headers: WAIT,
          }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { json } = await memoir.send(`/v1/memories/${id}`)
    expect(json).toMatchObject({ revision: 51, writes: { vector: 'written' } })
    const { rows } = await memoir.db.query<{ revision: number }>(
      'select revision from memoir.memory_revision where trace_id = $1',
      [id],
    )
    expect(rows).toHaveLength(50)
    expect(await vectorOf(id)).toMatchObject({ revision: 51 })
    const [vector] = await memoir.memoir.services.embedder.embed([json.content], {
      priority: 'live',
    })
    const { rows: near } = await memoir.db.query<{ distance: number }>(
      'select vec <=> $2::text::halfvec as distance from memoir.memory_embedding where trace_id = $1',
      [id, JSON.stringify([...(vector ?? [])])],
    )
    expect(near[0]?.distance).toBeLessThan(0.001)
    expect(await recall(json.content)).toContain(json.content)
  })

  test('after all of that nothing in the store disagrees', async () => {
    expect(await findDisagreements(memoir.db)).toEqual([])
  })
})
