import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createNeo4j, hasNeo4j, type TestNeo4j } from '../support/neo4j.ts'
import { countStored, endsOf, storeMany, type Stored } from '../support/stores.ts'
import { createMemoriesFixture, type MemoriesFixture } from '../memories/memories-fixture.ts'

/** Jobs in each half of the thousand, and memories a job: a kill finds some jobs done and others not. */
const HALF = 10
const SIZE = 50
/** A machine half as fast as the slowest that was seen needs two thirds of it. */
const UNTIL = { timeout: 180_000, interval: 100 }

describe.skipIf(!hasPostgres || !hasTemporal || !hasNeo4j)('a graph that dies under stores', () => {
  let neo4j: TestNeo4j
  beforeAll(async () => {
    neo4j = await createNeo4j()
  }, 180_000)
  beforeEach(async () => {
    await neo4j.cypher('match (n) detach delete n')
  })
  afterAll(async () => await neo4j?.[Symbol.asyncDispose]())

  const env = (rollback: boolean) => ({
    GRAPH_BACKEND: 'neo4j',
    NEO4J_URI: neo4j.url,
    PERSISTENCE_RETRY_ATTEMPTS: '2',
    PERSISTENCE_RETRY_DELAY_MS: '50',
    PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE: String(rollback),
  })
  const ended = async (memoir: MemoriesFixture, jobs: Stored['jobs']) =>
    await vi.waitUntil(async () => {
      const ends = await endsOf(memoir, jobs)
      return ends.has('queued') || ends.has('running') ? undefined : ends
    }, UNTIL)
  const whole = async (memoir: MemoriesFixture) => {
    await vi.waitFor(async () => expect(await statusOf(memoir)).toEqual(['healthy', 100]), UNTIL)
    expect(await countStored(memoir, neo4j)).toEqual({ record: 1000, graph: 1000 })
    expect(await findDisagreements(memoir.db)).toEqual([])
  }

  test(
    'by default: killed before and after they are told, all thousand stand, and the graph fills up by itself when it is back',
    { timeout: 480_000 },
    async () => {
      await using memoir = await createMemoriesFixture(env(false))
      await memoir.memoir.worker.ready
      await using killed = killedBy(neo4j)
      await killed.kill()
      const { jobs } = await storeMany(memoir, { from: 0, batches: 2 * HALF, size: SIZE })
      expect([...(await ended(memoir, jobs)).keys()]).toEqual(['succeeded'])
      expect(await statusOf(memoir)).toEqual(['degraded', 0])
      await killed.restart()
      await whole(memoir)

      await killed.kill()
      expect(await statusOf(memoir)).toEqual(['degraded', 100])
      await killed.restart()
      await whole(memoir)
    },
  )

  test(
    'with rollback: killed before and while they are told, nothing of the failed ones is in any store, and a retry ends with all in both',
    { timeout: 480_000 },
    async () => {
      await using memoir = await createMemoriesFixture(env(true))
      await memoir.memoir.worker.ready
      await using killed = killedBy(neo4j)
      const begun = await storeMany(memoir, { from: 0, batches: HALF, size: SIZE })
      await vi.waitUntil(async () => (await nodesIn(neo4j)) > 0, { timeout: 120_000, interval: 10 })
      await killed.kill()
      const late = await storeMany(memoir, { from: HALF, batches: HALF, size: SIZE })
      const jobs = [...begun.jobs, ...late.jobs]
      const ends = await ended(memoir, jobs)
      const [failed = [], done = []] = [ends.get('failed'), ends.get('succeeded')]
      expect(failed.length + done.length).toBe(2 * HALF)
      expect(failed).toEqual(expect.arrayContaining([...late.jobs]))
      expect(await nothingOf(memoir, failed)).toEqual([])

      await killed.restart()
      await vi.waitFor(
        async () => expect(await nodesIn(neo4j)).toBe(done.length * (SIZE + 1)),
        UNTIL,
      )
      for (const id of failed) await memoir.send(`/v1/jobs/${id}/retry`, { method: 'POST' })
      expect([...(await ended(memoir, jobs)).keys()]).toEqual(['succeeded'])
      await whole(memoir)
    },
  )
})

/** Memories and what they name. */
async function nodesIn({ cypher }: TestNeo4j): Promise<number> {
  return Number((await cypher('match (n) return count(n) as n'))[0]?.['n'])
}

/** Alive again at the end, whatever the test met. */
function killedBy(neo4j: TestNeo4j) {
  let dead = false
  const restart = async () => {
    if (dead) await neo4j.restart()
    dead = false
  }
  return {
    async kill() {
      dead = true
      await neo4j.kill()
    },
    restart,
    [Symbol.asyncDispose]: restart,
  }
}

async function statusOf(memoir: MemoriesFixture): Promise<unknown[]> {
  const { json } = await memoir.send('/api/persistence/status')
  return [json.status, json.sync.syncPercentage]
}

/** What is left of the memories of these jobs in Postgres, outside of the jobs. */
async function nothingOf({ db }: MemoriesFixture, jobs: readonly string[]): Promise<unknown[]> {
  const { rows } = await db.query(
    `with m as (
       select (w->'write'->>'id')::uuid as id, w->'entities'->0->>'value' as thing
         from memoir.job j, jsonb_array_elements(j.request->'writes') as w where j.id = any($1::uuid[]))
     select 'memory' as what from memoir.memory_trace where id in (select id from m)
     union all select 'vector' from memoir.memory_embedding where trace_id in (select id from m)
     union all select 'edge' from memoir.memory_edge where src in (select id from m)
     union all select 'revision' from memoir.memory_revision where trace_id in (select id from m)
     union all select 'entity' from memoir.entity where value in (select thing from m)`,
    [jobs],
  )
  return rows
}
