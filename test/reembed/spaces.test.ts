import { expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { upsertEmbeddings } from '../../src/stores/spaces/embeddings.ts'
import {
  dropRetiredSpaces,
  listDue,
  openShadow,
  switchSpaces,
} from '../../src/stores/spaces/reembed.ts'
import {
  buildSpaceIndex,
  findActiveSpace,
  findSpace,
  type Space,
} from '../../src/stores/spaces/spaces.ts'
import type { Database, Queryable } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, talk } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

const WANTED = createHashingEmbedder({ dimensions: 32, precision: 'fp16' }).identity

/** A store with two conversations, and one of its vectors as a writer has it in hand. */
async function filled(db: Database) {
  await seed(db, [talk('one', 'bread'), talk('two', 'boats')])
  await (await createIngestFixture(db)).run()
  const from = await findActiveSpace(db)
  if (from === null) throw new Error('nothing was embedded')
  const { rows } = await db.query<{
    traceId: string
    userId: string
    seq: number
    revision: number
  }>(
    `select trace_id as "traceId", user_id as "userId", seq, revision from memoir.memory_embedding
      where kind = 'message' order by seq limit 1`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('nothing was embedded')
  const vec = new Float32Array(128).fill(1 / Math.sqrt(128))
  const write = async (tx: Queryable, space: Space) =>
    await upsertEmbeddings(tx, space, [{ ...row, head: 'semantic', kind: 'message', vec }])
  return { from, write }
}

const shadowOf = async (db: Database, from: Space): Promise<Space> => {
  const to = await db.transaction(
    async (tx) => await openShadow(tx, { from: from.id, wanted: WANTED }),
  )
  if (to === null) throw new Error('the space could not be opened')
  return to
}

const STRICT = { tolerated: 0, pinned: false }

suite(
  'a write that is under way is waited for, noted, and keeps the switch from being made',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const { from, write } = await filled(db)
    const to = await shadowOf(db, from)
    const pair = { from, to }
    const written = Promise.withResolvers<void>()
    const commit = Promise.withResolvers<void>()
    const writer = db.transaction(async (tx) => {
      await write(tx, from)
      written.resolve()
      await commit.promise
    })
    await written.promise
    let settled = false
    const switched = db
      .transaction(async (tx) => await switchSpaces(tx, pair, STRICT))
      .finally(() => {
        settled = true
      })
    await expect
      .poll(async () => {
        const { rows } = await db.query(
          `select from pg_catalog.pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
        return rows.length
      })
      .toBe(1)
    expect(settled).toBe(false)
    commit.resolve()
    await writer
    expect(await switched).toBe(false)
    expect(await listDue(db, pair, 10)).toMatchObject([{ there: false }])

    expect(
      await db.transaction(
        async (tx) => await switchSpaces(tx, pair, { tolerated: 1, pinned: false }),
      ),
    ).toBe(true)
    expect(await findActiveSpace(db)).toMatchObject({ id: to.id, predecessor: from.id })
  },
)

suite('nothing is written any more into a space that was switched away from', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const { from, write } = await filled(db)
  const to = await shadowOf(db, from)
  expect(await db.transaction(async (tx) => await switchSpaces(tx, { from, to }, STRICT))).toBe(
    true,
  )
  const late = await db.transaction(async (tx) => await write(tx, from)).catch((error) => error)
  expect(late).toBeInstanceOf(MemoirError)
  expect(late).toMatchObject({ code: 'vector_store_failed' })
  // Again is the same switch.
  expect(await db.transaction(async (tx) => await switchSpaces(tx, { from, to }, STRICT))).toBe(
    true,
  )
})

suite('a retired space goes with its index once its days are over, and no other', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const { from } = await filled(db)
  await buildSpaceIndex(db, from)
  const to = await shadowOf(db, from)
  await db.transaction(async (tx) => await switchSpaces(tx, { from, to }, STRICT))
  const indexes = async () =>
    (
      await db.query(
        `select from pg_catalog.pg_indexes where schemaname = 'memoir' and indexname like 'memory_embedding_hnsw_%'`,
      )
    ).rows.length
  expect([await dropRetiredSpaces(db, 7), await indexes()]).toEqual([[], 1])
  await db.query(
    `update memoir.embedding_space set retired_at = now() - interval '8 days' where id = $1`,
    [from.id],
  )

  expect([await dropRetiredSpaces(db, 7), await indexes()]).toEqual([[from.id], 0])

  expect(await findSpace(db, from.id)).toBeNull()
  expect(await findActiveSpace(db)).toMatchObject({ id: to.id, predecessor: null })
  const { rows } = await db.query('select count(*) as left from memoir.memory_embedding')
  expect(rows).toEqual([{ left: 0 }])
})
