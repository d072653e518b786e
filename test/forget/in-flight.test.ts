import { inject, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { answeredBy, type Ask } from '../support/ask.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findAnywhere, type Everywhere } from '../support/find-anywhere.ts'
import { seed, SEED_TIME } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { hasNeo4j, sharedNeo4j } from '../support/neo4j.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createScriptedModel, type ScriptedModel } from '../support/scripted-model.ts'
import { ADMIN_KEY } from '../api/api-fixture.ts'

/** Forgetting and erasing while work on the very words is under way: it ends, and brings nothing back. */

const hasAll = hasPostgres && hasTemporal && hasNeo4j && inject('redisUrl') !== ''

/** A word that nobody else uses, in this store or any that is shared. */
const newWord = () => `quokka${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`

/** Holds every call until it is let go. */
function createGate() {
  let holding = false
  let waiting = 0
  let opened = Promise.withResolvers<void>()
  return {
    hold: () => void (holding = true),
    waiting: () => waiting,
    letGo() {
      holding = false
      opened.resolve()
      opened = Promise.withResolvers<void>()
    },
    async pass() {
      if (!holding) return
      waiting += 1
      await opened.promise
      waiting -= 1
    },
  }
}
type Gate = ReturnType<typeof createGate>

interface World extends AsyncDisposable {
  readonly memoir: TestMemoir
  readonly ask: Ask
  readonly everywhere: Everywhere
  readonly models: Gate
  readonly graphWrites: Gate
  /** Where the source itself still says it. */
  readonly source: readonly string[]
  say(conversation: string, user: string, about: string): Promise<void>
}

async function createWorld(neo4jUrl: string): Promise<World> {
  const [models, graphWrites] = [createGate(), createGate()]
  const scripted: ScriptedModel = createScriptedModel({
    before: async () => await models.pass(),
  })
  // Says what was said: no check of a summary could refuse it, and its words are found wherever they stay.
  const languageModel: LanguageModel = {
    ...scripted,
    async summarise({ turns, facts }) {
      await models.pass()
      const value = [...turns.map(({ content }) => content), ...facts].join(' ')
      return { value, promptVersion: 'script-1' }
    },
  }
  const memoir = await createTestMemoir(
    {
      MEMOIR_ADMIN_KEY: ADMIN_KEY,
      ERASE_WAIT_SECONDS: '2',
      GRAPH_BACKEND: 'neo4j',
      NEO4J_URI: neo4jUrl,
      REDIS_URL: inject('redisUrl'),
    },
    { languageModel },
  )
  await memoir.worker.ready
  const { graph, temporal, config } = memoir.services
  const { writeMemories } = graph
  // The worker holds the very object.
  Object.assign(graph, {
    writeMemories: async (batch: Parameters<typeof writeMemories>[0]) => {
      await graphWrites.pass()
      return await writeMemories(batch)
    },
  })
  const everywhere = { db: memoir.db, temporal, taskQueue: config.TEMPORAL_TASK_QUEUE, neo4jUrl }
  return {
    memoir,
    ask: answeredBy(createApp(memoir.services)),
    everywhere,
    models,
    graphWrites,
    source: ['messages.content'],
    say: async (id, user, about) =>
      await seed(memoir.db, [
        {
          id,
          user,
          messages: [
            { role: 'user', content: 'Hello, how was the market today?' },
            { role: 'user', content: `fact: [${about}] lives in Graz with [Otto].` },
            { role: 'assistant', content: 'That sounds lovely, tell me about the garden.' },
            { role: 'user', content: 'fact: the garden of [Otto] is full of beans.' },
          ],
        },
      ]),
    async [Symbol.asyncDispose]() {
      models.letGo()
      graphWrites.letGo()
      await memoir[Symbol.asyncDispose]()
    },
  }
}

const backfill = async ({ memoir }: World) => {
  const { namespaceId } = memoir
  const request = { namespaceId, retryFailed: false, extract: 'model' } as const
  return (await memoir.services.jobs.acceptBackfill(request)).job.id
}

/** The day that everything is said on, looked through again. */
const consolidate = async ({ memoir }: World, userId: string) => {
  const day = SEED_TIME.slice(0, 10)
  const { namespaceId, services } = memoir
  return (await services.consolidations.accept({ namespaceId, userId, day, dryRun: false })).id
}

const ended = async ({ memoir }: World, id: string) =>
  await vi.waitUntil(
    async () => {
      const job = await memoir.job(id)
      return job.finished_at === null ? undefined : job
    },
    { timeout: 90_000, interval: 50 },
  )

/** All that reads the source again, after it has been made to look new. */
async function readAgain(world: World): Promise<void> {
  const { memoir } = world
  const { namespaceId } = memoir
  const { job: night } = await memoir.services.jobs.acceptNightly({ namespaceId })
  await ended(world, night.id)
  await ended(world, await backfill(world))
  await memoir.db.query('update memoir.ingested_conversation set pipeline_version = 0')
  await ended(world, await backfill(world))
  const dream = await memoir.services.consolidations.accept({ namespaceId, dryRun: false })
  expect(await ended(world, dream.id)).toMatchObject({ state: 'succeeded' })
}

describe.skipIf(!hasAll)('forgotten while it is in hand', () => {
  let neo4jUrl = ''
  beforeAll(async () => {
    neo4jUrl = await sharedNeo4j()
  }, 180_000)

  test('a user who is erased is nowhere, and stays out', { timeout: 180_000 }, async () => {
    await using world = await createWorld(neo4jUrl)
    const { memoir, ask, everywhere, models, graphWrites } = world
    const word = newWord()
    const user = `user-${word}`
    await world.say('c1', user, word)
    await world.say('c2', 'bob', 'Berta')
    expect(await ended(world, await backfill(world))).toMatchObject({ state: 'succeeded' })
    await ask('/v1/recall', { body: { q: word, user_id: user } })
    await vi.waitFor(async () => {
      const found = await findAnywhere(everywhere, word)
      expect(found).toEqual(expect.arrayContaining(['memory_trace.content', 'neo4j Entity']))
    }, 30_000)

    models.hold()
    graphWrites.hold()
    await world.say('c3', user, word)
    const day = await consolidate(world, user)
    await vi.waitUntil(() => models.waiting() === 1, 30_000)
    const ingest = await backfill(world)
    const body = { user_id: user, content: `The ${word} sleeps.`, entities: [thing(word)] }
    const { json: stored } = await ask('/v1/memories', { body })
    await vi.waitUntil(() => models.waiting() > 1 && graphWrites.waiting() > 0, 30_000)
    const { json: erasure } = await ask(`/v1/users/${user}`, { method: 'DELETE' })
    models.letGo()
    graphWrites.letGo()
    await memoir.until(erasure.id, 'succeeded')

    expect(await findAnywhere(everywhere, word)).toEqual([])
    expect(await memoir.job(stored.job)).toMatchObject({
      state: 'failed',
      error: { code: 'suppressed_user' },
    })
    expect(await memoir.job(day)).toMatchObject({
      state: 'failed',
      error: { code: 'suppressed_user' },
    })
    const read = await ended(world, ingest)
    expect([read.state, read.error]).toEqual(['succeeded', null])
    await world.say('c1', user, word)
    await world.say('c3', user, word)
    await readAgain(world)
    expect(await findAnywhere(everywhere, word)).toEqual(['conversations.user_id', ...world.source])
  })

  test('a message that is forgotten is nowhere, and stays out', { timeout: 180_000 }, async () => {
    await using world = await createWorld(neo4jUrl)
    const { memoir, ask, everywhere, models, graphWrites } = world
    const word = newWord()
    await world.say('c1', 'bob', word)
    await memoir.services.jobs.acceptBackfill({
      namespaceId: memoir.namespaceId,
      retryFailed: false,
      extract: 'none',
    })
    const messageOf = async () =>
      await vi.waitUntil(
        async () =>
          (
            await memoir.db.query<{ id: string }>(
              `select id from memoir.memory_trace where kind = 'message' and content like $1`,
              [`%${word}%`],
            )
          ).rows[0]?.id,
        { timeout: 30_000, interval: 50 },
      )
    const id = await messageOf()
    models.hold()
    graphWrites.hold()
    const jobs = await memoir.services.jobs.list({ namespaceId: memoir.namespaceId, limit: 10 })
    for (const { id: job } of jobs.items) await ended(world, job)
    const day = await consolidate(world, 'bob')
    await vi.waitUntil(() => models.waiting() === 1, 30_000)
    const ingest = await backfill(world)
    const body = { user_id: 'bob', content: `The ${word} sleeps.`, entities: [thing(word)] }
    const { json: stored } = await ask('/v1/memories', { body })
    await vi.waitUntil(() => models.waiting() > 1 && graphWrites.waiting() > 0, 30_000)

    for (const one of [id, stored.id]) {
      expect((await ask('/v1/forget', { body: { id: one } })).status).toBe(200)
    }
    models.letGo()
    graphWrites.letGo()
    expect(await ended(world, ingest)).toMatchObject({ state: 'succeeded' })
    expect(await ended(world, stored.job)).toMatchObject({ state: 'succeeded' })
    expect(await ended(world, day)).toMatchObject({ state: 'succeeded', error: null })
    await vi.waitFor(async () => expect(await findAnywhere(everywhere, word)).toEqual([]), {
      timeout: 30_000,
      interval: 200,
    })
    await world.say('c1', 'bob', word)
    await readAgain(world)
    expect(await findAnywhere(everywhere, word)).toEqual(world.source)
  })
})

const thing = (value: string) => ({ type: 'thing', value })
