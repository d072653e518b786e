import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { listUsers } from '../../stores/users.ts'
import { allow } from '../auth.ts'
import type { AppEnv } from '../environment.ts'
import { refuseInvalid } from '../invalid.ts'
import { json, pageOf, pageQuery, refuses, secured, userSchema } from '../schemas.ts'

const list = createRoute({
  method: 'get',
  path: '/v1/users',
  summary: 'Users and how much is remembered of each',
  tags: ['users'],
  security: secured,
  middleware: [allow('reader')] as const,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(userSchema), 'Users'), ...refuses() },
})

export const userRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid }).openapi(
  list,
  async (c) => {
    const { principal, services } = c.var
    const { limit, cursor } = c.req.valid('query')
    const page = await listUsers(services.db, {
      namespaceId: principal.namespaceId,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
      ...(principal.user === null ? {} : { userId: principal.user.id }),
      ...(principal.scopes === null ? {} : { scopes: principal.scopes }),
    })
    return c.json({ items: [...page.items], next_cursor: page.next_cursor }, 200)
  },
)
