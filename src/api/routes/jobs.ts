import { createRoute, z } from '@hono/zod-openapi'
import { JOB_KINDS, JOB_STATES } from '../../domain/job.ts'
import { pageQuery, present, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { presentJob, withoutWords } from '../present-job.ts'
import { requireJob, seesJobs } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { jobSchema, pageOf, stepFailureSchema } from '../schemas.ts'

const params = z.object({ id: uuid })

const listJobs = createRoute({
  method: 'get',
  path: '/v1/jobs',
  operationId: 'listJobs',
  tags: ['jobs'],
  summary: 'List accepted work, newest first',
  ...needs('reader'),
  request: {
    query: z.strictObject({
      ...pageQuery,
      kind: z.enum(JOB_KINDS).optional(),
      state: z.enum(JOB_STATES).optional(),
    }),
  },
  responses: { 200: json(pageOf(jobSchema), 'Jobs'), ...refuses() },
})

const getJob = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  operationId: 'getJob',
  tags: ['jobs'],
  summary: 'Show one job',
  ...needs('reader'),
  request: { params },
  responses: { 200: json(jobSchema, 'The job'), ...refuses() },
})

const getSteps = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/failures',
  operationId: 'listStepFailures',
  tags: ['jobs'],
  summary: 'What went wrong in each step of a job',
  description:
    'Steps that have failed, the latest first, also those that worked when they were tried again.',
  ...needs('reader'),
  request: { params },
  responses: {
    200: json(z.object({ items: z.array(stepFailureSchema).readonly() }), 'The steps'),
    ...refuses(),
  },
})

export const jobRoutes = createRouter()
  .openapi(listJobs, async (c) => {
    const { services, principal } = c.var
    if (!seesJobs(principal)) return c.json({ items: [], next_cursor: null }, 200)
    const query = c.req.valid('query')
    const { namespaceId, user } = principal
    const page = await readPage(
      query.cursor,
      async () => await services.jobs.list(present({ ...query, namespaceId, userId: user?.id })),
    )
    const items = page.items.map((job) => presentJob(services, principal, job))
    return c.json({ items, next_cursor: page.next_cursor }, 200)
  })
  .openapi(getJob, async (c) => {
    const { services, principal } = c.var
    const job = await requireJob(services, principal, c.req.valid('param').id)
    return c.json(presentJob(services, principal, job), 200)
  })
  .openapi(getSteps, async (c) => {
    const { services, principal } = c.var
    const { id } = await requireJob(services, principal, c.req.valid('param').id)
    const steps = await services.jobs.stepFailures({ namespaceId: principal.namespaceId, id })
    const items = principal.role === 'admin' ? steps : steps.map(withoutWords)
    return c.json({ items }, 200)
  })
