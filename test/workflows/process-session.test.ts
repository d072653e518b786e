import { expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { acceptSession, type AcceptedPost } from '../../src/sessions/accept.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { createScriptedModel, type Script } from '../support/scripted-model.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

async function createWorld(script: Script = {}) {
  const model = createScriptedModel(script)
  const memoir = await createTestMemoir({}, { languageModel: model })
  return { memoir, model, [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose]() }
}

/** Nobody launches it: the sweep does. */
async function post(
  { db, namespaceId }: TestMemoir,
  text: string,
  session = 's1',
): Promise<AcceptedPost> {
  return await acceptSession(
    { db, launcher: { launch: () => undefined } },
    {
      namespaceId,
      userId: 'ann',
      collection: 'chat',
      sessionId: session,
      turns: parseTranscript(text),
      metadata: {},
    },
  )
}

async function factsOf({ db }: TestMemoir): Promise<string[]> {
  const { rows } = await db.query<{ content: string }>(
    `select content from memoir.memory_trace where kind = 'fact' and state = 'active' order by seq`,
  )
  return rows.map(({ content }) => content)
}

const statusOf = async ({ db }: TestMemoir, { id }: AcceptedPost) =>
  (await db.query('select status, error from memoir.raw_session where id = $1', [id])).rows[0]

suite('a posted transcript is processed, and its status follows its job', async () => {
  await using world = await createWorld()
  const accepted = await post(world.memoir, 'User: fact: Ann rows')

  await world.memoir.until(accepted.jobId, 'succeeded')

  expect(await factsOf(world.memoir)).toEqual(['Ann rows'])
  expect(await statusOf(world.memoir, accepted)).toEqual({ status: 'processed', error: null })
})

suite('posts of one session are processed in the order they were accepted', async () => {
  await using world = await createWorld()
  const { memoir, model } = world
  const turns = Array.from({ length: 6 }, (_, n) => `User: fact: Ann said ${n}`)
  const posts: AcceptedPost[] = []
  for (let n = 1; n <= turns.length; n += 1) {
    posts.push(await post(memoir, turns.slice(0, n).join('\n')))
  }

  for (const { jobId } of posts) await memoir.until(jobId, 'succeeded')

  expect(model.extracted).toEqual(turns.map((turn) => [turn.slice('User: '.length)]))
  const { rows } = await memoir.db.query(
    'select array_agg(number order by processed_at) as numbers from memoir.raw_session',
  )
  expect(rows).toEqual([{ numbers: [1, 2, 3, 4, 5, 6] }])
})

suite('a step that fails and then works delays the post and loses nothing', async () => {
  let failures = 0
  await using world = await createWorld({
    before(method) {
      if (method !== 'extractMemories' || failures === 2) return
      failures += 1
      throw new MemoirError('vendor_unavailable', 'down')
    },
  })
  const accepted = await post(world.memoir, 'User: fact: Ann skis')

  await world.memoir.until(accepted.jobId, 'succeeded')

  expect(failures).toBe(2)
  expect(await factsOf(world.memoir)).toEqual(['Ann skis'])
})

suite(
  'a post that fails for good is parked with its code, those after it go on, and a retry pays for no stored answer',
  async () => {
    let broken = true
    await using world = await createWorld({
      before(method) {
        if (method === 'summarise' && broken) throw new MemoirError('vendor_unauthorized', 'no')
      },
    })
    const { memoir, model } = world
    const first = await post(memoir, 'User: fact: Ann dives')
    const failed = await memoir.until(first.jobId, 'failed')
    expect(failed.error).toMatchObject({ code: 'vendor_unauthorized', step: 'summarisePost' })
    expect(await statusOf(memoir, first)).toEqual({ status: 'error', error: 'vendor_unauthorized' })
    broken = false
    const second = await post(memoir, 'User: fact: Ann dives\nUser: fact: Ann sails')
    await memoir.until(second.jobId, 'succeeded')

    await memoir.services.jobs.retry({ namespaceId: memoir.namespaceId, id: first.jobId })
    await memoir.until(first.jobId, 'succeeded')

    expect(await factsOf(memoir)).toEqual(['Ann dives', 'Ann sails'])
    // Once by the first, once by the second, which had to do the first one's turn too; the retry read what was stored.
    expect(model.extracted).toEqual([['fact: Ann dives'], ['fact: Ann dives', 'fact: Ann sails']])
    expect(await statusOf(memoir, first)).toEqual({ status: 'processed', error: null })
  },
)

suite('a post that is cancelled midway says so and lets the next one go on', async () => {
  const stopped = Promise.withResolvers<void>()
  let held = true
  await using world = await createWorld({
    before: async (method) => {
      if (method === 'extractMemories' && held) await stopped.promise
    },
  })
  const { memoir } = world
  const first = await post(memoir, 'User: fact: Ann flies')
  const second = await post(memoir, 'User: fact: Ann walks')
  await memoir.until(first.jobId, 'running')
  expect((await memoir.job(second.jobId)).state).toBe('queued')

  await memoir.services.jobs.control({ namespaceId: memoir.namespaceId, id: first.jobId }, 'cancel')
  held = false
  stopped.resolve()

  await memoir.until(first.jobId, 'cancelled')
  await memoir.until(second.jobId, 'succeeded')
  expect(await factsOf(memoir)).toEqual(['Ann walks'])
})

suite('no word of a transcript stands in a history', async () => {
  await using world = await createWorld()
  const accepted = await post(world.memoir, 'User: fact: Ann hides the zanzibarite')
  await world.memoir.until(accepted.jobId, 'succeeded')
  const { client } = world.memoir.services.temporal
  const { workflow_id: workflowId } = await world.memoir.job(accepted.jobId)

  const history = await vi.waitFor(async () => {
    const found = await client.workflow.getHandle(workflowId).fetchHistory()
    expect(found.events?.at(-1)?.workflowExecutionCompletedEventAttributes).toBeTruthy()
    return found
  })

  const words = JSON.stringify(history, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  )
  expect(words).not.toMatch(/zanzibarite/)
  expect(words).toMatch(/processSession/)
})
