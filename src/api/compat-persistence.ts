import { createRoute, z } from '@hono/zod-openapi'
import { isTerminal } from '../domain/job.ts'
import { SYNC_OPERATIONS } from '../domain/graph.ts'
import { present, userId } from './fields.ts'
import { needs } from './guard.ts'
import { awaitSync, stateOf, statusWithin, sumOf, SYNC_STATES } from './persistence.ts'
import { body, json, refuses } from './responses.ts'
import { createRouter } from './router.ts'

/** Persistence as clients already know it. Unknown fields are ignored here. */

const tags = ['compatible paths']
const storeSchema = z.object({
  available: z.boolean(),
  healthy: z.boolean(),
  lastCheck: z.iso.datetime(),
})
const statsSchema = z.object({
  vectorStoreCount: z.int(),
  graphStoreCount: z.int(),
  syncPercentage: z.number(),
})

const persistenceStatus = createRoute({
  method: 'get',
  path: '/api/persistence/status',
  operationId: 'persistenceStatus',
  tags,
  summary: 'Say whether the stores answer and agree',
  ...needs('reader'),
  responses: {
    200: json(
      z.object({
        status: z.enum(['healthy', 'degraded', 'unhealthy']),
        stores: z.object({ vectorStore: storeSchema, graphStore: storeSchema }),
        metrics: statsSchema.extend({ totalMemories: z.int() }),
        sync: statsSchema,
      }),
      'The stores',
    ),
    ...refuses(),
  },
})

const persistenceSyncState = createRoute({
  method: 'get',
  path: '/api/persistence/sync',
  operationId: 'persistenceSyncState',
  tags,
  summary: 'Show how far the stores agree',
  ...needs('admin'),
  responses: {
    200: json(z.object({ status: z.enum(['idle', 'running']), stats: statsSchema }), 'The counts'),
    ...refuses(),
  },
})

const MAX_LIMIT = 100_000_000
const syncBody = z.object({
  operation: z.enum(SYNC_OPERATIONS),
  userId: userId.optional(),
  limit: z.int().min(1).max(MAX_LIMIT).optional(),
  dryRun: z.boolean().default(false),
  clearExisting: z.boolean().default(false),
})

const syncSchema = z.object({
  status: z.enum(SYNC_STATES),
  operation: z.enum(SYNC_OPERATIONS),
  result: z.object({
    totalChecked: z.int(),
    inconsistencies: z.int(),
    repaired: z.int(),
    failed: z.int(),
    duration: z.int().openapi({ description: 'Milliseconds.' }),
  }),
})

const persistenceSync = createRoute({
  method: 'post',
  path: '/api/persistence/sync',
  operationId: 'persistenceSync',
  tags,
  summary: 'Compare the graph with the record, and make it what it should be',
  ...needs('admin', 'work'),
  request: { body: body(syncBody) },
  responses: {
    200: json(syncSchema, 'Ended'),
    202: json(syncSchema, 'Still running after a minute; what it found so far'),
    ...refuses('conflict', 'in_progress', 'payload_too_large', 'unsupported_media_type'),
  },
})

const WAIT_MS = 60_000

export const compatPersistenceRoutes = createRouter()
  .openapi(persistenceStatus, async (c) => {
    const { services, principal } = c.var
    const { status, vectorStore, graphStore, counts, syncPercentage } = await statusWithin(
      services,
      principal,
    )
    const shown = ({ available, healthy, lastCheck }: typeof vectorStore) => ({
      available,
      healthy,
      lastCheck: lastCheck.toISOString(),
    })
    const sync = statsOf(counts, syncPercentage)
    const stores = { vectorStore: shown(vectorStore), graphStore: shown(graphStore) }
    const metrics = { totalMemories: counts.memories, ...sync }
    return c.json({ status, stores, metrics, sync }, 200)
  })
  .openapi(persistenceSyncState, async (c) => {
    const { services, principal } = c.var
    const { counts, syncPercentage } = await statusWithin(services, principal)
    const running = await services.syncs.isRunning(principal.namespaceId)
    const status: 'idle' | 'running' = running ? 'running' : 'idle'
    return c.json({ status, stats: statsOf(counts, syncPercentage) }, 200)
  })
  .openapi(persistenceSync, async (c) => {
    const { services, principal } = c.var
    const { namespaceId } = principal
    const { operation, limit = null, ...wanted } = c.req.valid('json')
    const { id } = await services.syncs.accept(
      present({ namespaceId, operation, limit, ...wanted }),
    )
    const { job, report } = await awaitSync(c, { id, withinMs: WAIT_MS })
    const answer = { status: stateOf(job), operation, result: sumOf(report) }
    return isTerminal(job.state) ? c.json(answer, 200) : c.json(answer, 202)
  })

const statsOf = (counts: { vectors: number; graph: number }, syncPercentage: number) => ({
  vectorStoreCount: counts.vectors,
  graphStoreCount: counts.graph,
  syncPercentage,
})
