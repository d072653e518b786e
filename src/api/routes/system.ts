import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { oldestUnstartedSeconds } from '../../stores/jobs.ts'
import { VERSION } from '../../version.ts'
import { allow, authenticate, wholeNamespace, type FixedPrincipal } from '../auth.ts'
import type { AppEnv } from '../environment.ts'
import { json, refuses, secured } from '../schemas.ts'

const tags = ['system']
const part = z.object({ ok: z.boolean(), detail: z.string().optional() })
const readySchema = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable']),
  degraded: z.array(z.string()),
  parts: z.record(z.string(), part),
})

const live = createRoute({
  method: 'get',
  path: '/health/live',
  summary: 'The process answers',
  tags,
  responses: { 200: json(z.object({ status: z.literal('live') }), 'It does') },
})

const ready = createRoute({
  method: 'get',
  path: '/health/ready',
  summary: 'What answers and what is degraded',
  tags,
  responses: {
    200: json(readySchema, 'Reads and writes are taken; what is degraded is named'),
    503: json(readySchema, 'Postgres is away'),
  },
})

const version = createRoute({
  method: 'get',
  path: '/version',
  summary: 'Which version runs',
  tags,
  responses: { 200: json(z.object({ version: z.string() }), 'The version') },
})

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  summary: 'Prometheus metrics',
  tags,
  security: secured,
  responses: {
    200: { description: 'Text exposition', content: { 'text/plain': { schema: z.string() } } },
    ...refuses(),
  },
})

/** Everything works without Temporal but the work itself, and without a model but vectors; without Postgres nothing does. */
const NEEDED = 'postgres'

export function systemRoutes(fixed: FixedPrincipal | undefined) {
  const routes = new OpenAPIHono<AppEnv>()
  routes.use('/metrics', authenticate(fixed), allow('reader'), wholeNamespace)
  return routes
    .openapi(live, (c) => c.json({ status: 'live' as const }, 200))
    .openapi(ready, async (c) => {
      const parts = await c.var.services.health()
      const degraded = Object.keys(parts).filter((name) => parts[name]?.ok === false)
      if (degraded.includes(NEEDED)) {
        return c.json({ status: 'unavailable' as const, degraded, parts }, 503)
      }
      const status = degraded.length > 0 ? ('degraded' as const) : ('ready' as const)
      return c.json({ status, degraded, parts }, 200)
    })
    .openapi(version, (c) => c.json({ version: VERSION }, 200))
    .openapi(metrics, async (c) => {
      const { metrics: series, db } = c.var.services
      series.oldestPending.set(await oldestUnstartedSeconds(db))
      return c.text(await series.registry.metrics(), 200, {
        'Content-Type': series.registry.contentType,
      })
    })
}
