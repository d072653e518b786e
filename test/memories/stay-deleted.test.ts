import { afterEach, expect, test } from 'vitest'
import { createMemories } from '../../src/memories/service.ts'
import { retireOnce } from '../../src/memories/retire.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, type IngestFixture } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip
const FACT = 'The user keeps a zebrafish named Otto at home in Graz.'
const SAID = 'I keep a zebrafish named Otto at home in Graz.'

interface World {
  readonly db: Database
  readonly memories: ReturnType<typeof createMemories>
  readonly ingest: IngestFixture
  id(kind: string): Promise<string>
  /** A full backfill and one after a change of the pipeline. */
  again(): Promise<void>
  standing(): Promise<string[]>
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
      messages: [{ content: SAID }, { content: 'Lovely.' }, { content: 'He is three.' }],
    },
  ])
  await ingest.run({ extract: 'rules' })
  const names = async (sql: string) =>
    (await db.query<{ one: string }>(sql, [SAID])).rows.map(({ one }) => one)
  return {
    db,
    ingest,
    memories: createMemories({ config: ingest.config, db, launch: () => undefined }),
    async id(kind) {
      const { rows } = await db.query<{ id: string }>(
        `select id from memoir.memory_trace where kind = $1 and content ilike '%zebrafish%'`,
        [kind],
      )
      return rows[0]?.id ?? ''
    },
    async again() {
      await ingest.run({ extract: 'rules' })
      await db.query('update memoir.ingested_conversation set pipeline_version = 0')
      await ingest.run({ extract: 'rules' })
    },
    standing: async () =>
      await names(
        `select kind || ': ' || content as one from memoir.memory_trace
          where state = 'active' and kind in ('message', 'fact') and content ilike '%zebrafish%' and $1 <> '' order by 1`,
      ),
  }
}

for (const hard of [false, true]) {
  suite(
    `a message that was deleted ${hard ? 'for good' : 'and can be restored'} is not ingested again`,
    async () => {
      const { memories, ingest, db, id, again, standing } = await world()
      const key = { namespaceId: ingest.namespaceId, id: await id('message') }
      await memories.remove({ key, hard, cascade: false })
      if (hard) await db.query('delete from memoir.memory_trace where id = $1', [key.id])
      await again()

      expect(await standing()).toEqual([expect.stringMatching(/^fact:/)])
      const { rows } = await db.query<{ content: string }>(
        `select content from memoir.memory_trace where kind = 'episode' and state = 'active'`,
      )
      expect(rows[0]?.content).toBe('assistant: Lovely.\nuser: He is three.')
    },
  )
}

suite('a fact that was deleted for good is not found again, until somebody says it', async () => {
  const { memories, ingest, db, id, again, standing } = await world()
  const fact = await id('fact')
  await memories.remove({
    key: { namespaceId: ingest.namespaceId, id: fact },
    hard: true,
    cascade: false,
  })
  await db.query('delete from memoir.memory_trace where id = $1', [fact])
  const readAnew = async () => {
    await db.query(`update memoir.ingested_conversation set extracted = 'none'`)
    await again()
  }
  await readAnew()
  expect(await standing()).toEqual([`message: ${SAID}`])

  await memories.store({
    namespaceId: ingest.namespaceId,
    userId: 'ada',
    memories: [{ content: FACT, scope: 'personal' }],
    extractEntities: false,
  })
  await readAnew()
  expect(await standing()).toEqual([`fact: ${FACT}`, `message: ${SAID}`])
})

suite('what was restored is ingested again as any other', async () => {
  const { memories, ingest, id, again, standing } = await world()
  const key = { namespaceId: ingest.namespaceId, id: await id('message') }
  await memories.remove({ key, hard: false, cascade: false })
  await again()
  await memories.restore(key)
  await again()

  expect(await standing()).toEqual([expect.stringMatching(/^fact:/), `message: ${SAID}`])
})

suite('a message that has expired does not come back when its row has gone', async () => {
  const { db, id, again, standing } = await world()
  const message = await id('message')
  await db.query(`update memoir.memory_trace set expires_at = now() where id = $1`, [message])
  expect(await retireOnce(db)).toMatchObject({ expired: 1 })
  await db.query(
    `update memoir.memory_trace set deleted_at = now() - interval '31 days' where id = $1`,
    [message],
  )
  expect(await retireOnce(db)).toMatchObject({ purged: 1 })
  await again()

  expect(await standing()).toEqual([expect.stringMatching(/^fact:/)])
})
