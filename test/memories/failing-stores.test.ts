import { describe, expect, test, vi } from 'vitest'
import { createPersistence } from '../../src/memories/persist.ts'
import { MemoirError } from '../../src/errors.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

/** A failure says which store it was, and in which step. */

/** Has a table refuse every write. */
async function refuse({ db }: MemoriesFixture, table: string): Promise<() => Promise<void>> {
  await db.query(
    `create or replace function memoir.refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'`,
  )
  await db.query(
    `create trigger refuse before insert or update on memoir.${table}
       for each row execute function memoir.refuse()`,
  )
  return async () => void (await db.query(`drop trigger refuse on memoir.${table}`))
}

const remembering = {
  body: { user_id: 'maya', content: 'Maya met Grace Hopper in Berlin.' },
}

describe.skipIf(!hasPostgres || !hasTemporal)('failing stores', () => {
  test.for([
    ['memory_embedding', 'vector_store_failed', 'embedMemories'],
    ['memory_edge', 'persistence_failed', 'linkMemories'],
  ] as const)(
    'when %s refuses, the job says %s in %s, and goes on once it no longer does',
    { timeout: 120_000 },
    async ([table, code, step]) => {
      await using memoir = await createMemoriesFixture()
      const accept = await refuse(memoir, table)
      const { json } = await memoir.send('/v1/memories', remembering)
      await vi.waitFor(async () => {
        expect((await memoir.memoir.job(json.job)).error).toMatchObject({ code, step })
      }, 30_000)

      await accept()
      expect(await memoir.memoir.until(json.job, 'succeeded')).toMatchObject({ error: null })
    },
  )

  test('when the reports of comparisons refuse, the job says sync_failed', async () => {
    await using memoir = await createMemoriesFixture()
    await memoir.remember('Maya rows.')
    const accept = await refuse(memoir, 'drift_report')
    const { json } = await memoir.send('/v1/sync', { body: { operation: 'check' } })
    await vi.waitFor(async () => {
      const { error } = await memoir.memoir.job(json.job)
      expect(error).toMatchObject({ code: 'sync_failed', step: expect.stringMatching(/sync/i) })
    }, 30_000)
    await accept()
    await memoir.memoir.until(json.job, 'succeeded')
  }, 120_000)

  test('when the record refuses, the request is answered so and nothing is half there', async () => {
    await using memoir = await createMemoriesFixture()
    await refuse(memoir, 'memory_trace')
    const { status, json } = await memoir.send('/v1/memories', remembering)
    expect([status, json.error.code]).toEqual([500, 'persistence_failed'])
    expect((await memoir.send('/v1/jobs')).json.items).toEqual([])
  }, 60_000)

  test('when the graph refuses, the step says graph_store_failed, and what is written stays pending', async () => {
    await using memoir = await createMemoriesFixture()
    const { db, services } = memoir.memoir
    const { json } = await memoir.send('/v1/memories', remembering)
    await memoir.memoir.until(json.job, 'succeeded')
    const graph: GraphStore = {
      ...createPostgresGraph(db),
      writeMemories: async () => {
        return await Promise.reject(new MemoirError('graph_store_failed', 'no'))
      },
    }
    const { config, embedder } = services
    const persistence = createPersistence({ config, db, embedder, graph })
    await db.query(`update memoir.memory_trace set graph_state = 'pending'`)

    await expect(persistence.project({ jobId: json.job })).rejects.toMatchObject({
      code: 'graph_store_failed',
    })
    const { rows } = await db.query<{ state: string }>(
      `select distinct graph_state as state from memoir.memory_trace`,
    )
    expect(rows.map(({ state }) => state)).not.toContain('written')
  }, 60_000)
})
