import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { isTerminal } from '../../domain/job.ts'
import {
  acceptConsolidation,
  consolidationSchema,
  showConsolidation,
  type ConsolidationWanted,
} from '../consolidations.ts'
import type { GuardedEnv } from '../environment.ts'
import { userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema } from '../schemas.ts'
import { awaitJob } from '../watch-job.ts'

const headers = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'The same key and body again within 24 hours: the same job.' }),
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`wait=N`: waits up to N seconds (60 at most) for the end.' }),
})

const fields = {
  user_id: userId.optional().openapi({ description: 'Left out: everybody of the namespace.' }),
  day: z.iso.date().optional().openapi({
    description: 'In MEMORY_TIMEZONE. Left out: every day that ended and holds something new.',
  }),
  dry_run: z.boolean().default(false).openapi({ description: 'Plans, and changes nothing.' }),
}

const answers = {
  200: json(consolidationSchema, 'Ended within the time given by `Prefer: wait=N`'),
  202: json(acceptedSchema, 'Accepted'),
  ...refuses('conflict', 'in_progress', 'payload_too_large', 'unsupported_media_type'),
}

const start = createRoute({
  method: 'post',
  path: '/v1/consolidations',
  operationId: 'startConsolidation',
  tags: ['consolidation'],
  summary: 'Look days of users through again',
  description:
    'One summary a day, what memories relate as links, near duplicates superseded, vectors of old days out of the hot tier. A plan over its share of what is known changes nothing and stands as `guard`. The same day with nothing new in it asks no model and changes nothing.',
  ...needs('admin', 'work'),
  request: { headers, body: body(z.strictObject(fields)) },
  responses: answers,
})

const compat = createRoute({
  method: 'post',
  path: '/memory/consolidate',
  operationId: 'compatConsolidate',
  tags: ['compatible paths'],
  summary: 'As POST /v1/consolidations',
  ...needs('admin', 'work'),
  request: { headers, body: body(z.object(fields)) },
  responses: answers,
})

const params = z.object({ id: uuid })

const show = createRoute({
  method: 'get',
  path: '/v1/consolidations/{id}',
  operationId: 'getConsolidation',
  tags: ['consolidation'],
  summary: 'Show what a consolidation planned and did',
  ...needs('admin'),
  request: { params },
  responses: { 200: json(consolidationSchema, 'As far as it has come'), ...refuses() },
})

const undo = createRoute({
  method: 'post',
  path: '/v1/consolidations/{id}/undo',
  operationId: 'undoConsolidation',
  tags: ['consolidation'],
  summary: 'Take back what a consolidation did',
  description:
    'For 30 days, where rows are as the run left them: what was changed since stays changed, what was forgotten stays forgotten.',
  ...needs('admin', 'work'),
  request: { params },
  responses: {
    200: json(consolidationSchema, 'Taken back, now or before'),
    ...refuses('conflict', 'suppressed_user'),
  },
})

async function started(
  c: Context<GuardedEnv>,
  wanted: ConsolidationWanted,
  header: z.infer<typeof headers>,
) {
  const accepted = await acceptConsolidation(c.var, wanted, header['idempotency-key'])
  const job = await awaitJob(c, { job: accepted.job, prefer: header.prefer })
  if (job === null) return c.json(accepted, 202)
  if (isTerminal(job.state)) return c.json(await showConsolidation(c.var, accepted.id), 200)
  return c.json({ ...accepted, status: job.state }, 202)
}

export const consolidationRoutes = createRouter()
  .openapi(start, async (c) => await started(c, c.req.valid('json'), c.req.valid('header')))
  .openapi(compat, async (c) => await started(c, c.req.valid('json'), c.req.valid('header')))
  .openapi(show, async (c) => c.json(await showConsolidation(c.var, c.req.valid('param').id), 200))
  .openapi(undo, async (c) => {
    const { services, principal } = c.var
    const { id } = c.req.valid('param')
    await showConsolidation(c.var, id)
    await services.consolidations.undo({ namespaceId: principal.namespaceId, id })
    return c.json(await showConsolidation(c.var, id), 200)
  })
