import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { listUsers } from '../../stores/users.ts'
import { pageQuery, present, userId } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { memoryReach, userOf } from '../reach.ts'
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

const getUser = createRoute({
  method: 'get',
  path: '/v1/users/{user_id}',
  operationId: 'getUser',
  tags: ['users'],
  summary: 'Show how much is remembered of one user',
  ...needs('reader'),
  request: { params: z.object({ user_id: userId }) },
  responses: { 200: json(userSchema, 'The user'), ...refuses() },
})

export const userRoutes = createRouter()
  .openapi(getUsers, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const filter = present({ ...memoryReach(principal), limit, cursor })
    return c.json(await readPage(cursor, async () => await listUsers(services.db, filter)), 200)
  })
  .openapi(getUser, async (c) => {
    const { services, principal } = c.var
    const externalId = userOf(principal, c.req.valid('param').user_id)
    const reach = memoryReach(principal)
    const { items } =
      externalId === null
        ? { items: [] }
        : await listUsers(services.db, { ...reach, externalId, limit: 1 })
    const [user] = items
    if (user === undefined) throw new MemoirError('not_found', SENTENCE.not_found)
    return c.json(user, 200)
  })
