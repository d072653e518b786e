import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { VERSION } from '../../version.ts'
import type { PartHealth } from '../context.ts'
import { needs } from '../guard.ts'
import { isBound } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** What is asked of the process itself: by load balancers, monitoring and people who wonder what runs. */

const getLive = createRoute({
  method: 'get',
  path: '/health/live',
  operationId: 'live',
  tags: ['process'],
  summary: 'Say that the process answers',
  responses: { 200: json(z.object({ status: z.literal('live') }), 'It does') },
})

const readySchema = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    degraded: z.array(z.string()).openapi({ description: 'Parts that do not answer.' }),
    parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
  })
  .openapi('Ready')

const getReady = createRoute({
  method: 'get',
  path: '/health/ready',
  operationId: 'ready',
  tags: ['process'],
  summary: 'Say which parts answer',
  description:
    'Without Postgres nothing can be done; without the others writes are still accepted and questions answered.',
  responses: {
    200: json(readySchema, 'Ready, perhaps degraded'),
    503: json(readySchema, 'Postgres does not answer, or what was erased is being erased again'),
  },
})

const getVersion = createRoute({
  method: 'get',
  path: '/version',
  operationId: 'version',
  tags: ['process'],
  summary: 'Say which version runs',
  responses: { 200: json(z.object({ version: z.string() }), 'The version') },
})

const getMetrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  tags: ['process'],
  summary: 'Counters and timings for Prometheus',
  description:
    'Any key that is not bound to a user or to scopes; the series count for the whole process and hold no ids and no text.',
  ...needs('reader'),
  responses: {
    200: { description: 'Series', content: { 'text/plain': { schema: z.string() } } },
    ...refuses(),
  },
})

function degradedOf(parts: Readonly<Record<string, PartHealth>>): string[] {
  return Object.keys(parts).filter((name) => parts[name]?.ok !== true)
}

export const processRoutes = createRouter()
  .openapi(getLive, (c) => c.json({ status: 'live' as const }, 200))
  .openapi(getReady, async (c) => {
    const { services } = c.var
    const pending = services.ledger?.pending() ?? null
    const parts: Record<string, PartHealth> = {
      ...(await services.health()),
      ...(pending === null ? {} : { erasures: { ok: false, detail: pending } }),
    }
    const degraded = degradedOf(parts)
    if (pending !== null || !parts['postgres']?.ok) {
      c.header('Retry-After', '5')
      return c.json({ status: 'unavailable' as const, degraded, parts }, 503)
    }
    const status = degraded.length === 0 ? ('ready' as const) : ('degraded' as const)
    return c.json({ status, degraded, parts }, 200)
  })
  .openapi(getVersion, (c) => c.json({ version: VERSION }, 200))
  .openapi(getMetrics, async (c) => {
    const { services, principal } = c.var
    if (isBound(principal)) throw new MemoirError('not_found', SENTENCE.not_found)
    const { contentType } = services.metrics.registry
    return c.text(await services.exposition(), 200, { 'Content-Type': contentType })
  })
