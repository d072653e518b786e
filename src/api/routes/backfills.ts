import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { isTerminal } from '../../domain/job.ts'
import { allow, wholeNamespace } from '../auth.ts'
import type { AppEnv } from '../environment.ts'
import { once, waitSeconds } from '../idempotency.ts'
import { refuseInvalid } from '../invalid.ts'
import { presentJob, visibleJob, waitForEnd } from '../jobs-view.ts'
import {
  acceptedSchema,
  failureSchema,
  jobSchema,
  json,
  pageOf,
  pageQuery,
  refuses,
  secured,
  uuid,
} from '../schemas.ts'

const tags = ['backfills']

const bodySchema = z.strictObject({
  page_size: z.number().int().min(1).max(1000).optional(),
  extract: z.literal('none').optional(),
  retry_failed: z.boolean().optional(),
})

const start = createRoute({
  method: 'post',
  path: '/v1/backfills',
  summary:
    'Take in every conversation of the source; asked again while one runs, it joins that one',
  tags,
  security: secured,
  middleware: [allow('admin'), wholeNamespace] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: json(jobSchema, 'Ended within the time of Prefer: wait'),
    202: json(acceptedSchema, 'Accepted: it will be done, whatever happens now'),
    ...refuses('conflict', 'unsupported_media_type', 'payload_too_large'),
  },
})

const failures = createRoute({
  method: 'get',
  path: '/v1/backfills/{job}/failures',
  summary: 'Conversations that failed, with the reason',
  tags,
  security: secured,
  middleware: [allow('reader'), wholeNamespace] as const,
  request: { params: z.object({ job: uuid }), query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(failureSchema), 'Failures'), ...refuses('not_found') },
})

export const backfillRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  .openapi(start, async (c) => {
    const { services, principal } = c.var
    const body = c.req.valid('json')
    const { body: accepted } = await once(c, { route: 'POST /v1/backfills', body }, async () => {
      const { job } = await services.jobs.acceptBackfill({
        namespaceId: principal.namespaceId,
        retryFailed: body.retry_failed ?? false,
        ...(body.page_size === undefined ? {} : { pageSize: body.page_size }),
      })
      return { status: 202, body: { id: job.id, job: job.id, status: job.state } }
    })
    const answer = acceptedSchema.parse(accepted)
    const seconds = waitSeconds(c)
    if (seconds > 0) {
      const { namespaceId } = principal
      const job = await waitForEnd(services, { namespaceId, id: answer.job, seconds })
      if (job && isTerminal(job.state)) return c.json(presentJob(job, principal, services), 200)
    }
    return c.json(answer, 202)
  })
  .openapi(failures, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const { id } = await visibleJob(services, principal, c.req.valid('param').job)
    const page = await services.jobs.failures({
      namespaceId: principal.namespaceId,
      id,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    })
    return c.json({ items: [...page.items], next_cursor: page.next_cursor }, 200)
  })
