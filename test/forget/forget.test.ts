import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { answered } from '../../src/facts/answers.ts'
import { forget, type ForgetRequest } from '../../src/forget/forget.ts'
import type { Database } from '../../src/stores/database.ts'
import type { JobRow } from '../../src/stores/jobs/jobs.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import {
  createIngestFixture,
  findDisagreements,
  seed,
  type IngestFixture,
} from '../support/ingest.ts'
import { findText } from '../support/find-text.ts'

const suite = hasPostgres ? test : test.skip
const SECRET = 'zebrafish'

interface World {
  readonly db: Database
  readonly ingest: IngestFixture
  forget(request: Partial<ForgetRequest>): ReturnType<typeof forget>
  message(text: string): Promise<string>
}

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function world(): Promise<World> {
  const store = await createTestDatabase()
  open.push(store)
  const { db } = store
  const ingest = await createIngestFixture(db, {})
  await seed(db, [
    {
      id: 'c1',
      messages: [
        { content: 'Hello there, how was the market today?' },
        { content: `I keep a ${SECRET} named Otto at home in Graz.` },
        { content: 'That sounds lovely, tell me about the garden.' },
        { content: 'The garden is full of tomatoes and beans.' },
      ],
    },
  ])
  await ingest.run({ extract: 'rules' })
  return {
    db,
    ingest,
    forget: async (request) =>
      await forget(
        { config: ingest.config, db, launch: () => undefined },
        { namespaceId: ingest.namespaceId, dryRun: false, ...request },
      ),
    async message(text) {
      const { rows } = await db.query<{ id: string }>(
        `select id from memoir.memory_trace where kind = 'message' and content like '%' || $1 || '%'`,
        [text],
      )
      return rows[0]?.id ?? ''
    },
  }
}

suite('a message that is forgotten is in no table, and no later run brings it back', async () => {
  const { db, ingest, forget: go, message } = await world()
  const id = await message(SECRET)

  const dry = await go({ ids: [id], dryRun: true })
  expect(await findText(db, SECRET)).not.toEqual([])
  const tombstone = await go({ ids: [id] })

  expect(dry).toEqual({ ...tombstone, forgottenAt: null })
  expect(tombstone.ids).toContain(id)
  expect(await findText(db, SECRET)).toEqual([])
  // The source still says it, in another copy of its rows.
  await db.query(
    `insert into memoir.messages (id, conversation_id, role, content, created_at)
     values ('c1/1', 'c1', 'assistant', $1, '2026-03-01T10:01:00Z')`,
    [`I keep a ${SECRET} named Otto at home in Graz.`],
  )
  await ingest.run({ extract: 'rules' })
  await db.query('update memoir.ingested_conversation set pipeline_version = 0')
  await ingest.run({ extract: 'rules' })
  expect(await findText(db, SECRET)).toEqual(['messages.content'])
  expect(await findDisagreements(db)).toEqual([])
})

suite('what is left of a conversation agrees with itself at once', async () => {
  const { db, forget: go, message } = await world()
  await go({ ids: [await message(SECRET)] })

  const problems = await findDisagreements(db)
  // Its vector is made by a job, which nobody runs here.
  expect(problems.filter((one) => !one.startsWith('active trace without a vector'))).toEqual([])
  const { rows } = await db.query<{ content: string }>(
    `select content from memoir.memory_trace where kind = 'episode'`,
  )
  expect(rows[0]?.content.split('\n')).toEqual([
    'user: Hello there, how was the market today?',
    'user: That sounds lovely, tell me about the garden.',
    'assistant: The garden is full of tomatoes and beans.',
  ])
})

suite('what a model answered to words that were forgotten meanwhile is not kept', async () => {
  const { db, forget: go, message } = await world()
  const id = await message(SECRET)
  const { rows } = await db.query<{ jobId: string; userId: string; seq: number }>(
    `select j.id as "jobId", u.id as "userId", u.forget_seq as seq from memoir.job j, memoir.memory_user u limit 1`,
  )
  const [{ jobId, userId, seq } = { jobId: '', userId: '', seq: 0 }] = rows
  const question = { jobId, userId, step: 'one', model: 'm', input: {}, schema: z.string() }

  const { value } = await answered(db, { ...question, fence: { seq } }, async () => {
    await go({ ids: [id] })
    return { value: SECRET, promptVersion: '1' }
  })

  expect(value).toBe(SECRET)
  expect(await findText(db, SECRET)).toEqual([])
})

suite(
  'an entity of an earlier text, and what one thing has to do with another, are forgotten too',
  async () => {
    const { db, forget: go, message } = await world()
    const id = await message('garden is full')
    await db.query(
      `with e as (
         insert into memoir.entity (id, user_id, type, value, normalized)
         select gen_random_uuid(), user_id, 'thing', n, n from memoir.memory_trace, unnest(array['ann', 'bob', $2]) as n
          where id = $1 returning id, user_id, normalized),
       named as (
         insert into memoir.memory_edge (src, dst, type, user_id)
         select t.id, e.id, 'mentions', e.user_id from e, memoir.memory_trace t
          where e.normalized <> $2 and t.kind = 'message')
       insert into memoir.memory_edge (src, dst, type, user_id)
       select a.id, b.id, $2 || '_of', a.user_id from e a, e b where a.normalized = 'ann' and b.normalized = 'bob'`,
      [id, 'walrus'],
    )
    expect(await findText(db, 'walrus')).toEqual([
      'entity.normalized',
      'entity.value',
      'memory_edge.type',
    ])
    await go({ ids: [id] })
    expect(await findText(db, 'walrus')).toEqual([])
    expect(await findText(db, 'ann')).toContain('entity.value')
  },
)

suite(
  'what is left to do is left to jobs: the vector of an episode, and what the graph has to lose',
  async () => {
    const { db, ingest, message } = await world()
    const graph = { ...ingest.config, GRAPH_BACKEND: 'neo4j' as const }
    const jobsOf = async (config: typeof ingest.config, text: string) => {
      const launched: JobRow[] = []
      const context = { config, db, launch: (row: JobRow) => void launched.push(row) }
      const { namespaceId } = ingest
      await forget(context, { namespaceId, ids: [await message(text)], dryRun: false })
      return launched.map(({ request: { operation, hard, cascade, extract } }) => {
        return { operation, hard, cascade, extract }
      })
    }
    const restore = { operation: 'restore', extract: false }
    expect(await jobsOf(ingest.config, SECRET)).toMatchObject([restore])
    await db.query('delete from memoir.graph_removal')
    expect(await jobsOf(graph, 'garden is full')).toMatchObject([
      restore,
      { operation: 'delete', hard: true, cascade: true, extract: false },
    ])
    const { rows } = await db.query(
      `select distinct cascade from memoir.graph_removal where not entity`,
    )
    expect(rows).toEqual([{ cascade: true }])
  },
)

suite(
  'a memory that nobody knows is not found, and a time in which nothing was said forgets nothing',
  async () => {
    const { db, forget: go } = await world()
    const before = await db.query('select count(*) from memoir.memory_trace')
    await expect(go({ ids: [randomUUID()] })).rejects.toMatchObject({ code: 'not_found' })
    const tombstone = await go({ userId: 'ada', from: new Date('2027-01-01T00:00:00Z') })
    expect(tombstone).toMatchObject({ ids: [], counts: { traces: 0, vectors: 0, edges: 0 } })
    expect((await db.query('select count(*) from memoir.memory_trace')).rows).toEqual(before.rows)
    await expect(go({ userId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
  },
)
