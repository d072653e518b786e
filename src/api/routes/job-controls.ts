import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Job, JobControl } from '../../domain/job.ts'
import type { GuardedEnv } from '../environment.ts'
import { uuid } from '../fields.ts'
import { needs, requireRole } from '../guard.ts'
import { presentJob } from '../present-job.ts'
import { requireJob } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { jobSchema } from '../schemas.ts'

const params = z.object({ id: uuid })

/** Each takes effect between two steps of the work; asking again for what was asked already does nothing. */
const SUMMARY = {
  pause: 'Pause a job after the step in hand',
  resume: 'Let a paused job go on',
  cancel: 'End a job after the step in hand',
  retry: 'Run an ended or stuck job again, from where it stopped',
} satisfies Record<JobControl | 'retry', string>

const control = <Action extends JobControl | 'retry'>(action: Action) =>
  createRoute({
    method: 'post',
    path: `/v1/jobs/{id}/${action}` as const,
    operationId: `${action}Job`,
    tags: ['jobs'],
    summary: SUMMARY[action],
    description: 'Jobs of the whole namespace, such as backfills, need an administrator.',
    ...needs('service'),
    request: { params },
    responses: { 202: json(jobSchema, 'Accepted: the job as it is now'), ...refuses('conflict') },
  })

async function steer(
  c: Context<GuardedEnv>,
  id: string,
  act: (key: { namespaceId: string; id: string }) => Promise<Job>,
) {
  const { services, principal } = c.var
  const job = await requireJob(services, principal, id)
  if (job.user_id === null) requireRole(c, 'admin')
  const after = await act({ namespaceId: principal.namespaceId, id: job.id })
  return presentJob(services, principal, after)
}

const resume = createRoute({
  method: 'post',
  path: '/v1/jobs/{id}/resume',
  operationId: 'resumeJob',
  tags: ['jobs'],
  summary: SUMMARY.resume,
  description:
    'Jobs of the whole namespace, such as backfills, need an administrator. With `budget` the job may cost that much in all.',
  ...needs('service'),
  request: {
    params,
    query: z.strictObject({ budget: z.coerce.number().min(0).max(1_000_000).optional() }),
  },
  responses: { 202: json(jobSchema, 'Accepted: the job as it is now'), ...refuses('conflict') },
})

export const jobControlRoutes = createRouter()
  .openapi(control('pause'), async (c) => {
    const { id } = c.req.valid('param')
    return c.json(
      await steer(c, id, async (key) => await c.var.services.jobs.control(key, 'pause')),
      202,
    )
  })
  .openapi(resume, async (c) => {
    const { id } = c.req.valid('param')
    const { budget } = c.req.valid('query')
    const { jobs } = c.var.services
    const resumed = await steer(c, id, async (key) => {
      if (budget !== undefined) await jobs.setBudget(key, budget)
      return await jobs.control(key, 'resume')
    })
    return c.json(resumed, 202)
  })
  .openapi(control('cancel'), async (c) => {
    const { id } = c.req.valid('param')
    return c.json(
      await steer(c, id, async (key) => await c.var.services.jobs.control(key, 'cancel')),
      202,
    )
  })
  .openapi(control('retry'), async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await steer(c, id, async (key) => await c.var.services.jobs.retry(key)), 202)
  })
