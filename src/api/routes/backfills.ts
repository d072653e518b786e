import { createRoute, z } from '@hono/zod-openapi'
import { EXTRACTIONS, isTerminal } from '../../domain/job.ts'
import { MemoirError } from '../../errors.ts'
import type { AcceptedJob } from '../../jobs/jobs.ts'
import type { ApiServices } from '../context.ts'
import type { Principal } from '../environment.ts'
import { pageQuery, present, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { once } from '../idempotency.ts'
import { readPage } from '../lists.ts'
import { presentJob } from '../present-job.ts'
import { requireJob } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema, estimateSchema, failureSchema, jobSchema, pageOf } from '../schemas.ts'
import { awaitJob } from '../watch-job.ts'

const writeHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'The same key and body again within 24 hours: the same job.' }),
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`wait=N`: waits up to N seconds (60 at most) for the end.' }),
})

const backfillBody = z.strictObject({
  page_size: z.int().min(1).max(1000).optional(),
  extract: z.enum(EXTRACTIONS).optional().openapi({
    description:
      'How facts are made of conversations. Left out: by the language model when one is configured, else not at all.',
  }),
  retry_failed: z.boolean().default(false).openapi({ description: 'Only what failed before.' }),
  force: z.boolean().default(false).openapi({
    description:
      'Also what is unchanged, as it would be taken in today. What has a vector keeps it; facts that a model made are asked for again.',
  }),
  budget: z.number().min(0).max(1_000_000).optional().openapi({
    description: 'US dollars it may cost at most; there it pauses and says so.',
  }),
  estimate_only: z.boolean().default(false).openapi({
    description: 'Answers what it would take at most, and does nothing.',
  }),
})

const startBackfill = createRoute({
  method: 'post',
  path: '/v1/backfills',
  operationId: 'startBackfill',
  tags: ['backfills'],
  summary: 'Take in every conversation of the source',
  description:
    'One at a time for a source: the same request while one is unfinished joins it, another one is refused with its job.',
  ...needs('admin', 'work'),
  request: { headers: writeHeaders, body: body(backfillBody) },
  responses: {
    200: json(
      z.union([jobSchema, estimateSchema]),
      'Ended within the time given by `Prefer: wait=N`; or the estimate',
    ),
    202: json(acceptedSchema, 'Accepted'),
    ...refuses('conflict', 'in_progress', 'payload_too_large', 'unsupported_media_type'),
  },
})

const listFailures = createRoute({
  method: 'get',
  path: '/v1/backfills/{job}/failures',
  operationId: 'listBackfillFailures',
  tags: ['backfills'],
  summary: 'List conversations that could not be taken in, and why',
  ...needs('reader'),
  request: { params: z.object({ job: uuid }), query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(failureSchema), 'By the conversation’s id'), ...refuses() },
})

/** Another database's conversations belong to one namespace, whoever asks; Memoir's own tables hold those of every namespace. */
function refuseForeignNamespace({ config }: ApiServices, { namespace }: Principal): void {
  if (config.SOURCE_DATABASE_URL === undefined || namespace === config.SOURCE_NAMESPACE) return
  throw new MemoirError(
    'conflict',
    `The configured source belongs to the namespace ${config.SOURCE_NAMESPACE}.`,
  )
}

export const backfillRoutes = createRouter()
  .openapi(startBackfill, async (c) => {
    const { services, principal } = c.var
    const { page_size: pageSize, retry_failed: retryFailed, ...rest } = c.req.valid('json')
    refuseForeignNamespace(services, principal)
    const { namespaceId } = principal
    if (rest.estimate_only) return c.json(await services.estimate(namespaceId, rest.extract), 200)
    const headers = c.req.valid('header')
    const answer = await once(
      services,
      {
        principal,
        route: 'POST /v1/backfills',
        key: headers['idempotency-key'],
        body: c.req.valid('json'),
        answer: ({ job }: AcceptedJob) => ({
          status: 202,
          body: { id: job.id, job: job.id, status: job.state },
        }),
      },
      async (beforeCommit) => {
        const { extract, budget, force } = rest
        const accept = present({ namespaceId, pageSize, retryFailed, force, extract, budget })
        return await services.jobs.acceptBackfill(accept, beforeCommit)
      },
    )
    const accepted = acceptedSchema.parse(answer.body)
    const job = await awaitJob(c, { job: accepted.job, prefer: headers.prefer })
    if (job === null) return c.json(accepted, 202)
    if (isTerminal(job.state)) return c.json(presentJob(services, principal, job), 200)
    return c.json({ ...accepted, status: job.state }, 202)
  })
  .openapi(listFailures, async (c) => {
    const { services, principal } = c.var
    const { id } = await requireJob(services, principal, c.req.valid('param').job)
    const { limit, cursor } = c.req.valid('query')
    const query = present({ namespaceId: principal.namespaceId, id, limit, cursor })
    const page = await readPage(cursor, async () => await services.jobs.failures(query))
    return c.json(page, 200)
  })
