import { createRoute, z } from '@hono/zod-openapi'
import { pageQuery, present, time, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema, pageOf } from '../schemas.ts'

const backfill = createRoute({
  method: 'post',
  path: '/v1/narratives/backfill',
  operationId: 'backfillNarratives',
  tags: ['narratives'],
  summary: 'Have the missing narratives of all users written',
  description:
    'Of users with at least `NARRATIVE_MIN_MEMORIES`: those that are missing, stale or failed; the others are left alone. One run of a namespace at a time: asked again meanwhile, it is joined.',
  ...needs('admin', 'work'),
  responses: { 202: json(acceptedSchema, 'Accepted'), ...refuses('in_progress') },
})

const listFailures = createRoute({
  method: 'get',
  path: '/v1/narratives/backfill/{job}/failures',
  operationId: 'listNarrativeFailures',
  tags: ['narratives'],
  summary: 'List users whose narrative could not be written, and why',
  ...needs('admin'),
  request: { params: z.object({ job: uuid }), query: z.strictObject(pageQuery) },
  responses: {
    200: json(
      pageOf(
        z
          .object({ user_id: userId, code: z.string(), message: z.string(), failed_at: time })
          .openapi('NarrativeFailure'),
      ),
      'By the user’s id',
    ),
    ...refuses(),
  },
})

export const narrativeRunRoutes = createRouter()
  .openapi(backfill, async (c) => {
    const { services, principal } = c.var
    const { id, state } = await services.narratives.acceptRun({
      namespaceId: principal.namespaceId,
    })
    return c.json({ id, job: id, status: state }, 202)
  })
  .openapi(listFailures, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const { namespaceId } = principal
    const query = present({ namespaceId, id: c.req.valid('param').job, limit, cursor })
    return c.json(
      await readPage(cursor, async () => await services.narratives.failures(query)),
      200,
    )
  })
