import { createRoute, z } from '@hono/zod-openapi'
import { listUsers } from '../../stores/users.ts'
import { pageQuery, present } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { pageOf, userSchema } from '../schemas.ts'

const getUsers = createRoute({
  method: 'get',
  path: '/v1/users',
  operationId: 'listUsers',
  tags: ['users'],
  summary: 'List users and how much is remembered of each',
  ...needs('reader'),
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(userSchema), 'By the user’s id'), ...refuses() },
})

export const userRoutes = createRouter().openapi(getUsers, async (c) => {
  const { services, principal } = c.var
  const { limit, cursor } = c.req.valid('query')
  const { namespaceId, user, scopes } = principal
  const filter = present({
    namespaceId,
    userId: user?.id,
    scopes: scopes ?? undefined,
    limit,
    cursor,
  })
  return c.json(await readPage(cursor, async () => await listUsers(services.db, filter)), 200)
})
