import { expect, test } from 'vitest'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { beginSync, endSync, syncStep } from '../../src/graph/sync.ts'
import { readSyncRequest } from '../../src/graph/sync-steps.ts'
import { findJobRow } from '../../src/stores/jobs/jobs.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { MemoirError } from '../../src/errors.ts'
import { hasPostgres } from '../support/database.ts'
import { ADMIN_KEY, createApiFixture, type ApiFixture } from './api-fixture.ts'

const suite = hasPostgres ? test : test.skip

const asAdmin = { key: ADMIN_KEY }

suite('the status counts what each store holds, and says when one lacks a tenth', async () => {
  await using memoir = await createApiFixture()
  await remember(memoir, 20)
  const { status, json } = await memoir.send('/v1/status', asAdmin)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    status: 'healthy',
    stores: {
      vector_store: { available: true, healthy: true },
      graph_store: { available: true, healthy: true, backend: 'postgres' },
    },
    metrics: {
      total_memories: 20,
      vector_store_count: 20,
      graph_store_count: 20,
      sync_percentage: 100,
    },
  })
  await memoir.db.query(
    `update memoir.memory_trace set vector_state = 'pending' where id in (select id from memoir.memory_trace limit 3)`,
  )
  expect((await memoir.send('/v1/status', asAdmin)).json).toMatchObject({
    status: 'degraded',
    stores: { vector_store: { healthy: false } },
    metrics: { vector_store_count: 17, sync_percentage: 85 },
  })
  const reader = await memoir.key({ role: 'reader', scopes: ['work'] })
  expect((await memoir.send('/v1/status', { key: reader })).json).toMatchObject({
    metrics: { total_memories: 0 },
  })
})

suite('a graph that is away makes the status degraded, and its memories pending', async () => {
  const away = async () => await Promise.reject(new MemoirError('graph_unavailable', ''))
  await using memoir = await createApiFixture({
    services: { graph: { ...createPostgresGraph(NOBODY), backend: 'neo4j', check: away } },
  })
  await remember(memoir, 10)
  await memoir.db.query(`update memoir.memory_trace set graph_state = 'pending'`)
  const { json } = await memoir.send('/api/persistence/status', asAdmin)
  expect(json).toEqual({
    status: 'degraded',
    stores: {
      vectorStore: { available: true, healthy: true, lastCheck: expect.any(String) as string },
      graphStore: { available: false, healthy: false, lastCheck: expect.any(String) as string },
    },
    metrics: { totalMemories: 10, vectorStoreCount: 10, graphStoreCount: 0, syncPercentage: 0 },
    sync: { vectorStoreCount: 10, graphStoreCount: 0, syncPercentage: 0 },
  })
})

suite('a comparison is accepted once, waited for, and its report shown', async () => {
  await using memoir = await createApiFixture()
  await remember(memoir, 5)
  const accepted = await memoir.send('/v1/sync', { ...asAdmin, method: 'POST', body: {} })
  expect(accepted).toMatchObject({ status: 202, json: { status: 'queued' } })
  expect((await memoir.send('/v1/sync', asAdmin)).json).toMatchObject({ status: 'running' })
  const again = await memoir.send('/v1/sync', { ...asAdmin, method: 'POST', body: {} })
  expect(again.json).toEqual(accepted.json)
  const other = { operation: 'rebuild', clear_existing: true }
  expect(await memoir.send('/v1/sync', { ...asAdmin, method: 'POST', body: other })).toMatchObject({
    status: 409,
    json: { error: { code: 'conflict' } },
  })
  await finish(memoir, idOf(accepted.json))
  const compat = memoir.send('/api/persistence/sync', {
    ...asAdmin,
    method: 'POST',
    body: { operation: 'repair', dryRun: true, unknown: 'ignored' },
  })
  await expect.poll(async () => await openSync(memoir), { timeout: 10_000 }).not.toBeNull()
  await finish(memoir, (await openSync(memoir)) ?? '')
  expect(await compat).toMatchObject({
    status: 200,
    json: {
      status: 'completed',
      operation: 'repair',
      result: { totalChecked: 5, inconsistencies: 0, repaired: 0, failed: 0 },
    },
  })
  expect((await memoir.send('/v1/sync', asAdmin)).json).toMatchObject({
    status: 'idle',
    stats: { vector_store_count: 5, graph_store_count: 5, sync_percentage: 100 },
    reports: [
      { operation: 'repair', dry_run: true, total_checked: 5 },
      { operation: 'check', total_checked: 5, sample: {} },
    ],
  })
})

suite('what a comparison is asked wrongly is refused by its field', async () => {
  await using memoir = await createApiFixture()
  for (const [body, field] of [
    [{ operation: 'destroy' }, 'operation'],
    [{ limit: 0 }, 'limit'],
    [{ dry: true }, 'dry'],
  ] as const) {
    expect(await memoir.send('/v1/sync', { ...asAdmin, method: 'POST', body })).toMatchObject({
      status: 400,
      json: { error: { code: 'invalid_request', details: { field } } },
    })
  }
  const nobody = { method: 'POST', body: { user_id: 'nobody' } }
  expect(await memoir.send('/v1/sync', { ...asAdmin, ...nobody })).toMatchObject({ status: 404 })
})

/** For a graph that is never asked. */
const NOBODY = { query: async () => await Promise.reject(new Error('nobody is asked')) }

async function remember(memoir: ApiFixture, memories: number): Promise<void> {
  const userId = await memoir.user('ann')
  await memoir.db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, vector_state)
     select gen_random_uuid(), $1::uuid, 'note', 'note ' || n, '', now(), 'written' from generate_series(1, $2::int) as n`,
    [userId, memories],
  )
  await memoir.db.query('update memoir.memory_user set trace_count = $2 where id = $1', [
    userId,
    memories,
  ])
}

function idOf(json: unknown): string {
  return typeof json === 'object' && json !== null && 'id' in json ? String(json.id) : ''
}

async function openSync({ db }: ApiFixture): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.job where kind = 'sync' and state in ('queued', 'running')`,
  )
  return rows[0]?.id ?? null
}

/** What its run would do. */
async function finish({ db, services }: ApiFixture, jobId: string): Promise<void> {
  const { rows } = await db.query<{ namespaceId: string }>(
    'select namespace_id as "namespaceId" from memoir.job where id = $1',
    [jobId],
  )
  const namespaceId = rows[0]?.namespaceId ?? ''
  const row = await findJobRow(db, { namespaceId, id: jobId })
  if (row === null) throw new Error('it was accepted')
  const graph: GraphStore = services.graph
  const job = { jobId, namespaceId, userId: row.userId, request: readSyncRequest(row) }
  await beginSync({ db, graph }, job)
  while (await syncStep({ db, graph }, job));
  await endSync({ db, graph }, job)
  await db.query(`update memoir.job set state = 'succeeded', finished_at = now() where id = $1`, [
    jobId,
  ])
}
