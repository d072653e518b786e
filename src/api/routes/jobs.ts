import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { JOB_KINDS, JOB_STATES } from '../../domain/job.ts'
import { allow } from '../auth.ts'
import type { AppEnv } from '../environment.ts'
import { refuseInvalid } from '../invalid.ts'
import { streamJob } from '../job-stream.ts'
import { isVisible, presentJob, visibleJob } from '../jobs-view.ts'
import { jobSchema, json, pageOf, pageQuery, refuses, secured, uuid } from '../schemas.ts'

const tags = ['jobs']
const params = z.object({ id: uuid })

const list = createRoute({
  method: 'get',
  path: '/v1/jobs',
  summary: 'Accepted work, newest first',
  tags,
  security: secured,
  middleware: [allow('reader')] as const,
  request: {
    query: z.strictObject({
      ...pageQuery,
      kind: z.enum(JOB_KINDS).optional(),
      state: z.enum(JOB_STATES).optional(),
    }),
  },
  responses: { 200: json(pageOf(jobSchema), 'Jobs'), ...refuses() },
})

const get = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  summary: 'One job: its state, its progress, why it failed',
  tags,
  security: secured,
  middleware: [allow('reader')] as const,
  request: { params },
  responses: { 200: json(jobSchema, 'The job'), ...refuses('not_found') },
})

const events = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  summary: 'The job again whenever it changes, as server-sent events, until it ends',
  tags,
  security: secured,
  middleware: [allow('reader')] as const,
  request: { params },
  responses: {
    200: {
      description: 'Events named job; data is the job',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...refuses('not_found'),
  },
})

const steer = <Action extends 'pause' | 'resume' | 'cancel' | 'retry'>(
  action: Action,
  summary: string,
) =>
  createRoute({
    method: 'post',
    path: `/v1/jobs/{id}/${action}` as const,
    summary,
    tags,
    security: secured,
    middleware: [allow('service')] as const,
    request: { params },
    responses: {
      200: json(jobSchema, 'The job as it is now'),
      ...refuses('not_found', 'conflict'),
    },
  })

type Steering = Context<
  AppEnv,
  string,
  { in: { param: { id: string } }; out: { param: { id: string } } }
>

async function control(c: Steering, action: 'pause' | 'resume' | 'cancel' | 'retry') {
  const { principal, services } = c.var
  const { id } = await visibleJob(services, principal, c.req.valid('param').id)
  const key = { namespaceId: principal.namespaceId, id }
  const job =
    action === 'retry' ? await services.jobs.retry(key) : await services.jobs.control(key, action)
  return c.json(presentJob(job, principal, services), 200)
}

export const jobRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { principal, services } = c.var
    const { limit, cursor, kind, state } = c.req.valid('query')
    if (principal.scopes !== null) return c.json({ items: [], next_cursor: null }, 200)
    const page = await services.jobs.list({
      namespaceId: principal.namespaceId,
      limit,
      ...(principal.user === null ? {} : { userId: principal.user.id }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(kind === undefined ? {} : { kind }),
      ...(state === undefined ? {} : { state }),
    })
    const items = page.items
      .filter((job) => isVisible(job, principal))
      .map((job) => presentJob(job, principal, services))
    return c.json({ items, next_cursor: page.next_cursor }, 200)
  })
  .openapi(get, async (c) => {
    const { principal, services } = c.var
    const job = await visibleJob(services, principal, c.req.valid('param').id)
    return c.json(presentJob(job, principal, services), 200)
  })
  .openapi(events, async (c) => {
    const job = await visibleJob(c.var.services, c.var.principal, c.req.valid('param').id)
    return streamJob(c, job)
  })
  .openapi(
    steer('pause', 'Stop between two pages, until resumed'),
    async (c) => await control(c, 'pause'),
  )
  .openapi(steer('resume', 'Go on'), async (c) => await control(c, 'resume'))
  .openapi(
    steer('cancel', 'End it; what is done stays done'),
    async (c) => await control(c, 'cancel'),
  )
  .openapi(
    steer('retry', 'Run it again from where it stopped'),
    async (c) => await control(c, 'retry'),
  )
