import { expect, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { findBrokenAudit } from '../../src/stores/audit.ts'
import { insertConversations } from '../../src/stores/sources/source-writer.ts'
import { KEPT_PLACES, PLACES } from '../../src/stores/forget/erasure.ts'
import { USER_TEXT } from '../../src/stores/inventory.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { ADMIN_KEY, answerOf, requestOf, type Send } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findText } from '../support/find-text.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { createScriptedModel } from '../support/scripted-model.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

/** In what they say and in what they are called. */
const MARK = 'quokkaberry'
const ENV = { ERASE_WAIT_SECONDS: '2', MEMOIR_ADMIN_KEY: ADMIN_KEY }

test('every place of the inventory is emptied, or kept for a reason', () => {
  const listed = new Set([...PLACES.map(({ table }) => table), ...Object.keys(KEPT_PLACES)])
  expect(USER_TEXT.map(({ table }) => table).filter((table) => !listed.has(table))).toEqual([])
})

async function erase(memoir: TestMemoir, user: string) {
  const app = createApp(memoir.services)
  const ask = async (path: string, send: Send = {}) =>
    await answerOf(await app.request(path, requestOf(send)))
  const { json } = await ask(`/v1/users/${user}`, { method: 'DELETE' })
  return { ask, id: String(json.id) }
}

const sources = { namespace: 'default', source: 'main' }
const at = new Date('2026-03-01T10:00:00Z')
const conversationOf = (id: string, userId: string, about: string) => ({
  id,
  userId,
  title: null,
  createdAt: at,
  updatedAt: at,
  messages: ['I love', 'You said you love', 'Yes, I really love', 'So it is'].map(
    (said, index) => ({
      id: `${id}/${index}`,
      role: index % 2 === 0 ? 'user' : 'assistant',
      name: null,
      content: `${said} ${about}.`,
      createdAt: at,
    }),
  ),
})

suite(
  'who is erased while their session is being worked on is in no table and no history, and stays out',
  { timeout: 150_000 },
  async () => {
    let inHand = 0
    let holding = false
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const languageModel = createScriptedModel({
      before: async (method) => {
        if (method !== 'extractMemories' || !holding) return
        inHand += 1
        await held
      },
    })
    await using memoir = await createTestMemoir(ENV, { languageModel })
    const user = `user-${MARK}`
    const talks = [conversationOf('c1', user, MARK), conversationOf('c2', 'bob', 'figs')]
    await insertConversations(memoir.db, sources, talks)
    expect(await memoir.backfill()).toMatchObject({ state: 'succeeded' })
    holding = true
    const { jobId } = await memoir.services.posts.accept({
      namespaceId: memoir.namespaceId,
      userId: user,
      collection: 'chat',
      sessionId: 's1',
      turns: parseTranscript(`User: fact: [Ann] grows ${MARK}`),
      metadata: {},
    })
    await vi.waitUntil(() => inHand > 0, 20_000)

    const { ask, id } = await erase(memoir, user)
    expect(await memoir.job(jobId)).toMatchObject({
      state: 'failed',
      error: { code: 'suppressed_user' },
    })
    expect((await ask(`/v1/recall?q=${MARK}&user_id=${user}`)).json.hits).toEqual([])
    letGo()
    await memoir.until(id, 'succeeded')

    expect(await findText(memoir.db, MARK)).toEqual([])
    const { json: receipt } = await ask(`/v1/erasures/${id}`)
    expect(receipt).toMatchObject({
      id,
      deleted: { memory_trace: 6, messages: 4, conversations: 1, raw_session: 1 },
      finished_at: expect.any(String),
    })
    expect(await findBrokenAudit(memoir.db)).toBeNull()
    const runs = memoir.services.temporal.client.workflow.list({
      query: `WorkflowId = "session:${jobId}"`,
    })
    for await (const run of runs) expect(run).toBeUndefined()

    // Their source still has them.
    await insertConversations(memoir.db, sources, talks)
    await memoir.db.query('update memoir.ingested_conversation set pipeline_version = 0')
    await memoir.backfill()
    expect(await findText(memoir.db, MARK)).toEqual(['conversations.user_id', 'messages.content'])
  },
)

suite('what is remembered directly of somebody who was erased begins anew', async () => {
  await using memoir = await createTestMemoir({ ...ENV, ERASE_WAIT_SECONDS: '0' })
  const { memories } = memoir.services
  const { namespaceId } = memoir
  const store = async () =>
    await memories.store({
      namespaceId,
      userId: 'ann',
      memories: [{ content: 'Ann sails.', scope: 'personal' }],
      extractEntities: false,
    })
  await memoir.until((await store()).job, 'succeeded')
  const { id, ask } = await erase(memoir, 'ann')
  await memoir.until(id, 'succeeded')
  expect((await ask('/v1/users/ann', { method: 'DELETE' })).status).toBe(404)

  await store()
  const { items } = await memories.list({ namespaceId, userId: 'ann', limit: 10 })
  expect(items.map(({ content }) => content)).toEqual(['Ann sails.'])
})
