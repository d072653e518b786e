import { createRoute, z } from '@hono/zod-openapi'
import { isTerminal } from '../../domain/job.ts'
import { SYNC_OPERATIONS } from '../../domain/graph.ts'
import type { StoresStatus } from '../../graph/status.ts'
import { inconsistencies } from '../../jobs/sync.ts'
import type { DriftReport } from '../../stores/graph/drift-reports.ts'
import { present, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { awaitSync, stateOf, statusWithin, sumOf, SYNC_STATES } from '../persistence.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema } from '../schemas.ts'
import { waitSeconds } from '../watch-job.ts'

const share = z.number().min(0).max(100).openapi({ description: 'Percent.' })
const storeSchema = z.object({
  available: z.boolean(),
  healthy: z.boolean().openapi({ description: 'Answers and holds at least 90 % of its memories.' }),
  last_check: z.iso.datetime(),
})

const statusSchema = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    stores: z.object({
      vector_store: storeSchema,
      graph_store: storeSchema.extend({ backend: z.enum(['postgres', 'neo4j']) }),
    }),
    metrics: z.object({
      total_memories: z.int(),
      vector_store_count: z.int(),
      graph_store_count: z.int(),
      sync_percentage: share,
    }),
    degraded: z.array(z.string()).openapi({ description: 'Parts that do not answer.' }),
    parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
  })
  .openapi('Status')

const getStatus = createRoute({
  method: 'get',
  path: '/v1/status',
  operationId: 'getStatus',
  tags: ['persistence'],
  summary: 'Say whether the stores answer and agree',
  description:
    'Healthy: all stores answer and hold at least 90 % of the memories that should be there. Unhealthy: Postgres is away. Counts are of what the key sees.',
  ...needs('reader'),
  responses: { 200: json(statusSchema, 'The stores, and the other parts'), ...refuses() },
})

const count = z.int()
const reportSchema = z
  .object({
    job: uuid,
    operation: z.enum(SYNC_OPERATIONS),
    dry_run: z.boolean(),
    total_checked: count,
    inconsistencies: count,
    missing: count,
    extra: count,
    stale: count,
    ahead: count,
    repaired: count,
    failed: count,
    sample: z
      .record(z.string(), z.array(z.string()))
      .openapi({ description: 'The first ids of each sort.' }),
    started_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi('DriftReport')

const syncStateSchema = z
  .object({
    status: z.enum(['idle', 'running']),
    stats: z.object({
      vector_store_count: count,
      graph_store_count: count,
      sync_percentage: share,
    }),
    reports: z.array(reportSchema),
  })
  .openapi('SyncState')

const getSync = createRoute({
  method: 'get',
  path: '/v1/sync',
  operationId: 'getSync',
  tags: ['persistence'],
  summary: 'Show how far the stores agree, and what the last comparisons found',
  ...needs('admin'),
  responses: { 200: json(syncStateSchema, 'The latest comparison first'), ...refuses() },
})

const MAX_LIMIT = 100_000_000
const syncBody = z.strictObject({
  operation: z.enum(SYNC_OPERATIONS).default('check'),
  user_id: userId.optional(),
  limit: z.int().min(1).max(MAX_LIMIT).optional().openapi({
    description: 'Compares so many memories at most; the next one with a limit goes on there.',
  }),
  dry_run: z.boolean().default(false).openapi({ description: 'Finds, and changes nothing.' }),
  clear_existing: z.boolean().default(false).openapi({
    description: 'With `rebuild`: empties the graph of the namespace or the user first.',
  }),
})

const syncSchema = z
  .object({
    id: uuid,
    job: uuid,
    status: z.enum(SYNC_STATES),
    operation: z.enum(SYNC_OPERATIONS),
    result: z.object({
      total_checked: count,
      inconsistencies: count,
      repaired: count,
      failed: count,
      duration: count.openapi({ description: 'Milliseconds.' }),
    }),
    report: reportSchema.nullable(),
  })
  .openapi('Sync')

const startSync = createRoute({
  method: 'post',
  path: '/v1/sync',
  operationId: 'startSync',
  tags: ['persistence'],
  summary: 'Compare the graph with the record, and make it what it should be',
  description:
    '`check` only finds; `repair` mends what differs; `full` writes every memory again as well; `rebuild` is `full`, and may empty the graph first. One of a namespace at a time: the same request joins it.',
  ...needs('admin', 'work'),
  request: {
    headers: z.object({
      prefer: z
        .string()
        .optional()
        .openapi({ description: '`wait=N`: waits up to N seconds (60 at most) for the end.' }),
    }),
    body: body(syncBody),
  },
  responses: {
    200: json(syncSchema, 'Ended within the time given by `Prefer: wait=N`'),
    202: json(acceptedSchema, 'Accepted'),
    ...refuses('conflict', 'in_progress', 'payload_too_large', 'unsupported_media_type'),
  },
})

/** Comparisons shown. */
const REPORTS = 20

export const syncRoutes = createRouter()
  .openapi(getStatus, async (c) => {
    const { services, principal } = c.var
    const [status, parts] = await Promise.all([
      statusWithin(services, principal),
      services.health(),
    ])
    const { vectorStore, graphStore, counts } = status
    const degraded = Object.keys(parts).filter((name) => parts[name]?.ok !== true)
    const away = status.status === 'unhealthy' || parts['postgres']?.ok !== true
    const well = status.status === 'healthy' && degraded.length === 0
    const overall: StoresStatus['status'] = away ? 'unhealthy' : well ? 'healthy' : 'degraded'
    const shown = ({ available, healthy, lastCheck }: typeof vectorStore) => ({
      available,
      healthy,
      last_check: lastCheck.toISOString(),
    })
    const stores = {
      vector_store: shown(vectorStore),
      graph_store: { ...shown(graphStore), backend: graphStore.backend },
    }
    const metrics = {
      total_memories: counts.memories,
      vector_store_count: counts.vectors,
      graph_store_count: counts.graph,
      sync_percentage: status.syncPercentage,
    }
    return c.json({ status: overall, stores, metrics, degraded, parts }, 200)
  })
  .openapi(getSync, async (c) => {
    const { services, principal } = c.var
    const { namespaceId } = principal
    const [{ counts, syncPercentage }, reports] = await Promise.all([
      statusWithin(services, principal),
      services.syncs.reports(namespaceId, REPORTS),
    ])
    const stats = {
      vector_store_count: counts.vectors,
      graph_store_count: counts.graph,
      sync_percentage: syncPercentage,
    }
    const status: 'idle' | 'running' = (await services.syncs.isRunning(namespaceId))
      ? 'running'
      : 'idle'
    return c.json({ status, stats, reports: reports.map(presentReport) }, 200)
  })
  .openapi(startSync, async (c) => {
    const { services, principal } = c.var
    const { namespaceId } = principal
    const { operation, user_id, limit = null, ...flags } = c.req.valid('json')
    const { dry_run: dryRun, clear_existing: clearExisting } = flags
    const wanted = { namespaceId, userId: user_id, operation, limit, dryRun, clearExisting }
    const { id } = await services.syncs.accept(present(wanted))
    const seconds = waitSeconds(c.req.valid('header').prefer)
    if (seconds === 0) return c.json({ id, job: id, status: 'queued' as const }, 202)

    c.header('Preference-Applied', `wait=${seconds}`)
    const { job, report } = await awaitSync(c, { id, withinMs: seconds * 1000 })
    if (!isTerminal(job.state)) return c.json({ id, job: id, status: job.state }, 202)
    const { totalChecked, ...sum } = sumOf(report)
    const result = { total_checked: totalChecked, ...sum }
    const shown = report === null ? null : presentReport(report)
    return c.json({ id, job: id, status: stateOf(job), operation, result, report: shown }, 200)
  })

function presentReport(report: DriftReport) {
  return {
    job: report.jobId,
    operation: report.operation,
    dry_run: report.dryRun,
    total_checked: report.checked,
    inconsistencies: inconsistencies(report),
    missing: report.missing,
    extra: report.extra,
    stale: report.stale,
    ahead: report.ahead,
    repaired: report.repaired,
    failed: report.failed,
    sample: Object.fromEntries(
      Object.entries(report.sample).map(([kind, ids]) => [kind, [...ids]]),
    ),
    started_at: report.startedAt.toISOString(),
    finished_at: report.finishedAt?.toISOString() ?? null,
  }
}
