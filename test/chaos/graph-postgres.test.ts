import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { loadConfig } from '../../src/config.ts'
import { createServices, type Services } from '../../src/services.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { startWorker } from '../../src/worker.ts'
import { answeredBy, type Ask } from '../support/ask.ts'
import { environment } from '../support/chaos.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'
import { startPostgres } from '../support/parts.ts'

const BATCHES = 20
const SIZE = 20
const UNTIL = { timeout: 120_000, interval: 100 }

describe.skipIf(!hasPostgres || !hasTemporal || !hasNeo4j)(
  'a record that dies under stores',
  () => {
    let neo4jUrl = ''
    beforeAll(async () => {
      neo4jUrl = await sharedNeo4j()
    }, 180_000)

    test.each([['false'], ['true']])(
      'Postgres killed while memories are told to the graph: it never holds one that the record has not (rollback %s)',
      { timeout: 240_000 },
      async (rollback) => {
        await using world = await createWorld({
          GRAPH_BACKEND: 'neo4j',
          NEO4J_URI: neo4jUrl,
          PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE: rollback,
        })
        const { ask, postgres, services } = world
        const store = Promise.all(
          Array.from({ length: BATCHES }, async (_, index) => await storeBatch(ask, index)),
        )
        await vi.waitUntil(async () => (await heldOf(neo4jUrl, services)).size > 0, UNTIL)
        await postgres.kill()
        await postgres.restart()
        const accepted = await store
        await vi.waitUntil(async () => await allEnded(services), UNTIL)
        await vi.waitFor(async () => {
          const record = await recordOf(services)
          expect(await heldOf(neo4jUrl, services)).toEqual(record)
          // What was accepted stands: nothing failed that was not tried again.
          expect(record.size).toBeGreaterThanOrEqual(accepted.flat().length)
        }, UNTIL)
        expect(await findDisagreements(services.db)).toEqual([])
      },
    )
  },
)

async function createWorld(more: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'memoir-chaos-'))
  await chmod(root, 0o755)
  const postgres = await startPostgres({ root, durable: true })
  if (!postgres) throw new Error('this test needs Postgres')
  await migrate(postgres.url)
  const env = { ...environment(postgres.url, inject('temporalAddress')), ...more }
  const services = await createServices(loadConfig(env), pino({ level: 'silent' }))
  const worker = await startWorker(services, {
    shutdownGrace: '200ms',
    sweep: { everyMs: 500, unstartedAfterMs: 500 },
    drain: { everyMs: 500, atMostMs: 1_000 },
  })
  await worker.ready
  return {
    postgres,
    services,
    ask: answeredBy(createApp(services, { principal: localAdmin })),
    async [Symbol.asyncDispose]() {
      await worker.shutdown()
      await services.close()
      await postgres.kill()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** @returns ids of what was accepted; none when the store was away */
async function storeBatch(ask: Ask, index: number): Promise<string[]> {
  const memories = Array.from({ length: SIZE }, (_, n) => ({
    content: `Number ${n} of ${index} speaks of ${randomUUID()}.`,
    entities: [{ type: 'thing', value: `Thing ${index}` }],
  }))
  const body = { user_id: `user-${index % 4}`, memories, extract_entities: false }
  const { status, json } = await ask('/v1/memories/batch', { body })
  if (status !== 202) expect(status).toBe(503)
  return status === 202 ? json.ids : []
}

async function recordOf({ db }: Services): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; revision: number }>(
    `select id, revision from memoir.memory_trace where state = 'active' order by id`,
  )
  return new Map(rows.map(({ id, revision }) => [id, revision]))
}

/** What the graph holds of the users of this store. */
async function heldOf(url: string, { db }: Services): Promise<Map<unknown, unknown>> {
  const { rows } = await db.query<{ id: string }>('select id from memoir.memory_user')
  const driver = openNeo4j(url)
  try {
    const held = await cypher(
      driver,
      'match (m:Memory) where m.user_id in $users return m.id as id, m.revision as revision order by id',
      { users: rows.map(({ id }) => id) },
    )
    return new Map(held.map(({ id, revision }) => [id, revision]))
  } finally {
    await driver.close()
  }
}

async function allEnded({ db }: Services): Promise<boolean> {
  try {
    const { rows } = await db.query<{ n: number }>(
      `select count(*)::int as n from memoir.job where finished_at is null`,
    )
    return rows[0]?.n === 0
  } catch {
    return false
  }
}
