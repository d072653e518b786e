import { createRoute, z } from '@hono/zod-openapi'
import { findIds, PREFIXED_KINDS } from '../../stores/id-prefixes.ts'
import { present, text } from '../fields.ts'
import { needs } from '../guard.ts'
import { memoryReach, seesJobs } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** More than a person can choose from says no more. */
const MOST = 10

const idsSchema = z
  .object({
    ids: z.array(z.string()).readonly(),
    more: z.boolean().openapi({ description: `Whether there are more than these ${MOST}.` }),
  })
  .openapi('Ids')

const getIds = createRoute({
  method: 'get',
  path: '/v1/ids',
  operationId: 'findIds',
  tags: ['ids'],
  summary: 'Find the ids that begin with these characters',
  description:
    'For people who type the beginning of an id. Dashes and case do not matter in a UUID; a session has the id that its posts gave it.',
  ...needs('reader'),
  request: {
    query: z.strictObject({ of: z.enum(PREFIXED_KINDS), prefix: text(256) }),
  },
  responses: { 200: json(idsSchema, 'The ids, in order'), ...refuses() },
})

export const idRoutes = createRouter().openapi(getIds, async (c) => {
  const { services, principal } = c.var
  const { of, prefix } = c.req.valid('query')
  // Jobs and sessions know a user and no scope.
  if (of !== 'memory' && !seesJobs(principal)) return c.json({ ids: [], more: false }, 200)
  const reach = memoryReach(principal)
  const found = await findIds(services.db, present({ ...reach, of, prefix, limit: MOST + 1 }))
  return c.json({ ids: found.slice(0, MOST), more: found.length > MOST }, 200)
})
