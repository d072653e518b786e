import { createRoute, z } from '@hono/zod-openapi'
import { MEMORY_STATES } from '../../domain/memory.ts'
import { MEMORY_ORDERS } from '../../stores/memories/memory-list.ts'
import {
  kind,
  moment,
  pageQuery,
  present,
  queryFilter,
  queryListOf,
  queryObject,
  scopeName,
  text,
  userId,
  uuid,
} from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { readKey, readUserOf, requireMemory, scopesOf } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { memoryDetailSchema, memorySchema, pageOf, revisionSchema } from '../schemas.ts'

const params = z.object({ id: uuid })

const listMemories = createRoute({
  method: 'get',
  path: '/v1/memories',
  operationId: 'listMemories',
  tags: ['memories'],
  summary: 'List memories of a user, the latest first',
  description: 'Those that are active, unless `state` asks for others.',
  ...needs('reader'),
  request: {
    query: z.strictObject({
      ...pageQuery,
      user_id: userId.optional(),
      scope: queryListOf(scopeName).optional(),
      kinds: queryListOf(kind).optional(),
      tags: queryListOf(text(100)).optional(),
      metadata: queryObject.optional(),
      filter: queryFilter.optional(),
      state: queryListOf(z.enum(MEMORY_STATES)).optional(),
      session_id: text(256).optional(),
      from: moment.optional(),
      to: moment.optional(),
      order: z.enum(MEMORY_ORDERS).default('known').openapi({
        description: 'The latest first, by when they became known or by when it happened.',
      }),
    }),
  },
  responses: { 200: json(pageOf(memorySchema), 'Memories'), ...refuses() },
})

const getMemory = createRoute({
  method: 'get',
  path: '/v1/memories/{id}',
  operationId: 'getMemory',
  tags: ['memories'],
  summary: 'Show one memory, in whatever state',
  ...needs('reader'),
  request: { params },
  responses: {
    200: json(memoryDetailSchema, 'The memory; `ETag` is its revision, for `If-Match`'),
    ...refuses(),
  },
})

const getHistory = createRoute({
  method: 'get',
  path: '/v1/memories/{id}/history',
  operationId: 'listMemoryRevisions',
  tags: ['memories'],
  summary: 'List what a memory is and was, the newest first',
  ...needs('reader'),
  request: { params, query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(revisionSchema), 'Revisions'), ...refuses() },
})

const EMPTY = { items: [], next_cursor: null }

/** Reading memories; writing them is in memory-writes.ts. */
export const memoryRoutes = createRouter()
  .openapi(listMemories, async (c) => {
    const { services, principal } = c.var
    const query = c.req.valid('query')
    const { user_id, session_id, scope, state, ...rest } = query
    const user = readUserOf(principal, user_id)
    const scopes = scopesOf(principal, scope)
    if (user === null || scopes?.length === 0) return c.json(EMPTY, 200)
    const wanted = present({ ...rest, scopes, states: state, sessionId: session_id })
    const { namespaceId } = principal
    const page = await readPage(
      query.cursor,
      async () => await services.memories.list({ ...wanted, namespaceId, userId: user }),
    )
    return c.json(page, 200)
  })
  .openapi(getMemory, async (c) => {
    const memory = await requireMemory(c.var.services, c.var.principal, c.req.valid('param').id)
    const { namespaceId } = c.var.principal
    const sources = await c.var.services.memories.sources({ namespaceId, id: memory.id })
    c.header('ETag', `"${memory.revision}"`)
    return c.json({ ...memory, sources }, 200)
  })
  .openapi(getHistory, async (c) => {
    const { services, principal } = c.var
    const key = await readKey(services, principal, c.req.valid('param').id)
    const { limit, cursor } = c.req.valid('query')
    const page = await readPage(
      cursor,
      async () => await services.memories.history(key, present({ limit, cursor })),
    )
    return c.json(page, 200)
  })
