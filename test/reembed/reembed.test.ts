import { expect, test } from 'vitest'
import type { RecallResult } from '../../src/domain/recall.ts'
import { findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { seed, talk, type SeedConversation } from '../support/ingest.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const SUBJECTS = [
  'sourdough bread',
  'sailing on the lake',
  'a cello for Ann',
  'tax forms',
  'night trains',
]
const QUESTIONS = [
  'bread and flour',
  'who sails',
  'the cello',
  'forms for taxes',
  'trains at night',
]

const conversations = (): SeedConversation[] =>
  SUBJECTS.flatMap((subject, at) =>
    ['a', 'b', 'c'].map((letter) => talk(`${letter}${at}`, subject, 6)),
  )

/** Without what was asked before: the two stores were not asked the same. */
const ask = async ({ services, namespaceId }: TestMemoir, query: string): Promise<RecallResult> =>
  await services.recall({ namespaceId, userId: 'ada', query, k: 10, without: ['focus'] })

const rankings = async (memoir: TestMemoir) =>
  await Promise.all(
    QUESTIONS.map(async (query) => {
      const { hits, degraded } = await ask(memoir, query)
      const shown = hits.map(({ content, score }) => [content, Math.round(score * 1e4)])
      return { degraded, shown }
    }),
  )

const reembed = async (memoir: TestMemoir, undo = false) => {
  const { namespaceId } = memoir
  const { id } = await memoir.services.reembeds.accept({ namespaceId, actor: 'admin', undo })
  return await memoir.until(id, 'succeeded')
}

const vectors = async ({ db }: TestMemoir) =>
  (
    await db.query<{ dim: number; state: string; vectors: number }>(
      `select s.dimensions as dim, s.state, count(e.trace_id) as vectors
         from memoir.embedding_space s left join memoir.memory_embedding e on e.space_id = s.id
        group by s.id order by s.id`,
    )
  ).rows

suite('after it everything ranks as it does where it was taken in with that model', async () => {
  await using memoir = await createTestMemoir({ EMBEDDING_DIM: '64' })
  await using fresh = await createTestMemoir({ EMBEDDING_DIM: '256' })
  for (const { db } of [memoir, fresh]) await seed(db, conversations())
  await memoir.backfill()
  await fresh.backfill()
  const before = await rankings(memoir)
  await memoir.restart({ EMBEDDING_DIM: '256' })
  const [waiting] = await rankings(memoir)
  expect(waiting?.degraded).toEqual(['embedding_space'])

  const job = await reembed(memoir)

  expect(job.progress).toMatchObject({
    phase: 'done',
    processed: 105,
    embedded: 105,
    total: 105,
    from: { model: 'hashing-1', dim: 64 },
    to: { model: 'hashing-1', dim: 256 },
    compared: { vectors: 105, missing: 0, sampled: 50 },
  })
  expect(await vectors(memoir)).toEqual([
    { dim: 64, state: 'retired', vectors: 105 },
    { dim: 256, state: 'active', vectors: 105 },
  ])
  const after = await rankings(memoir)
  expect(after).toEqual(await rankings(fresh))
  expect(after).not.toEqual(before)

  // And back, as it was.
  expect((await reembed(memoir, true)).progress).toMatchObject({ embedded: 0, processed: 105 })
  expect((await findActiveSpace(memoir.db))?.dimensions).toBe(64)
  const back = await rankings(memoir)
  expect(back.map(({ shown }) => shown)).toEqual(before.map(({ shown }) => shown))
  // The configuration asks for another still.
  expect(back[0]?.degraded).toEqual(['embedding_space'])
})
