import { expect, test } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'
import { createScriptedModel } from '../support/scripted-model.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

/** HTTP in front of a worker, on real stores; what the model finds stands in the transcript. */
async function createWorld() {
  const model = createScriptedModel()
  const memoir = await createTestMemoir({}, { languageModel: model })
  const app = createApp(memoir.services, { principal: localAdmin })
  return {
    memoir,
    model,
    send: async (path: string, sent?: Send) =>
      await answerOf(await app.request(path, requestOf(sent))),
    [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose](),
  }
}

const chats = (rest: string) => `/api/memory/chats/${rest}`

suite(
  'a transcript that is waited for comes back as facts, a summary and their links',
  async () => {
    await using world = await createWorld()
    const body = {
      user_id: 'ann',
      session_id: 's1',
      collection: 'chats',
      transcript:
        'User: fact: Ann lives in Berlin\nAssistant: Since when?\nUser: fact: Ann moved in May',
    }
    const { status, json } = await world.send('/v1/sessions', {
      body,
      headers: { prefer: 'wait=60' },
    })

    expect(status).toBe(200)
    expect(json).toMatchObject({
      status: 'processed',
      open_count: 0,
      posts: [{ facts: 2, turns: 3 }],
    })
    expect(json.memories.map(({ content }: { content: string }) => content)).toEqual([
      'Ann lives in Berlin',
      'Ann moved in May',
    ])
    expect(json.summary).toContain('Summary of')

    const { items } = (await world.send(chats('hierarchy'))).json
    const types = items.map(({ type }: { type: string }) => type).toSorted()
    expect(types).toEqual(['discrete', 'discrete', 'raw', 'summary'])
    const raw = items.find(({ type }: { type: string }) => type === 'raw')
    expect(raw.links.map(({ type }: { type: string }) => type)).toEqual([
      'discrete',
      'discrete',
      'summary',
    ])
    const stats = (await world.send(chats('stats'))).json
    expect(stats).toMatchObject({ discrete: 2, summaries: 1, raw: { processed: 1 } })
    expect(stats.per_day).toMatchObject([{ processed: 1, errors: 0, facts: 2, summaries: 1 }])
  },
)

suite(
  'a growing transcript costs the model its new turns, and who works on it is seen',
  async () => {
    await using world = await createWorld()
    let text = ''
    const jobs: string[] = []
    for (const n of [1, 2, 3]) {
      text += `User: fact: Ann said ${n}\n`
      const body = { session_data: text, session_id: 's1', metadata: { user_id: 'ann' } }
      const { status, json } = await world.send(chats('store_raw'), { body })
      expect(status).toBe(202)
      jobs.push(json.job)
    }
    for (const job of jobs) await world.memoir.until(job, 'succeeded')

    expect(world.model.extracted.map((turns) => turns.length)).toEqual([1, 1, 1])
    const session = (await world.send(chats('session/s1'))).json
    expect(session.memories).toHaveLength(3)
    const status = (await world.send(chats('processing_status'))).json
    expect(status).toMatchObject({
      queue_size: 0,
      processing: 0,
      processed_today: 3,
      status: 'idle',
    })
    expect(status.workers).toMatchObject([{ identity: expect.any(String) as string }])
    expect(status.average_seconds).toBeGreaterThan(0)
  },
)

const said = (content: string) => [
  { role: 'assistant', content: 'Is there anything I should know?' },
  { role: 'user', content },
]

suite(
  'messages that are looked through and waited for come back as facts that recall finds',
  async () => {
    await using world = await createWorld()
    const wait = { prefer: 'wait=60' }
    const body = { user_id: 'ann', infer: true, messages: said('fact: Ann is allergic to peanuts') }

    const stored = await world.send('/v1/memories', { body, headers: wait })

    expect(stored.status).toBe(201)
    expect(stored.json.items).toMatchObject([
      { kind: 'fact', content: 'Ann is allergic to peanuts', user_id: 'ann' },
    ])
    const found = await world.send('/v1/recall?user_id=ann&q=What%20is%20Ann%20allergic%20to%3F')
    expect(found.json.hits).toContainEqual(
      expect.objectContaining({ id: stored.json.items[0].id, kind: 'fact' }),
    )
    const again = await world.send('/v1/memories', { body, headers: wait })
    expect(again.json.items).toHaveLength(1)
    expect(world.model.extracted).toHaveLength(1)
  },
)

suite('messages that are not looked through are kept as they were said', async () => {
  await using world = await createWorld()
  const messages = said('fact: Ann is allergic to peanuts')

  const stored = await world.send('/v1/memories', {
    body: { user_id: 'ann', infer: false, messages },
    headers: { prefer: 'wait=60' },
  })

  expect(stored.status).toBe(201)
  expect(stored.json.items).toMatchObject(messages.map((one) => ({ ...one, kind: 'message' })))
  const { json } = await world.send('/v1/recall?user_id=ann&q=allergic%20to%20peanuts')
  expect(json.hits[0]).toMatchObject({ kind: 'message', role: 'user' })
  expect(world.model.extracted).toEqual([])
})
