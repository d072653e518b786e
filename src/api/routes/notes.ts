import { createRoute, z } from '@hono/zod-openapi'
import { suggestConnections } from '../../notes/connections.ts'
import { awaitJobEnd, writtenMemories } from '../await-memories.ts'
import { uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { newMemory, noteBody } from '../memory-bodies.ts'
import {
  acceptMemoriesOnce,
  reachOf,
  requireUser,
  writeHeaders,
  writeRefusals,
} from '../memory-calls.ts'
import { memoryKey, readKey, requireMemory } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedMemoriesSchema, memorySchema } from '../schemas.ts'

/** Notes: memories that somebody writes down, with what they may have to do with others. */

const connectionSchema = z
  .object({
    id: uuid,
    content: z.string().openapi({ description: 'The first thousand characters.' }),
    why: z.string(),
    weight: z.number().min(0).max(1),
  })
  .openapi('Connection')

const noteSchema = memorySchema
  .extend({ connections: z.array(connectionSchema).readonly() })
  .openapi('Note')

const SUGGESTED = 10
const MAX_SUGGESTED = 50
const tags = ['notes']

const storeNote = createRoute({
  method: 'post',
  path: '/v1/notes',
  operationId: 'storeNote',
  tags,
  summary: 'Write a note down, and see what it has to do with what is remembered',
  description:
    'Connections are suggested out of links, of what both name and of what means something similar; nothing is linked by it. Without `Prefer: wait=N` ask for them once the job is done.',
  ...needs('service'),
  request: { headers: z.object(writeHeaders), body: body(noteBody) },
  responses: {
    201: json(noteSchema, 'Done within `Prefer: wait=N`'),
    202: json(acceptedMemoriesSchema, 'Accepted'),
    ...writeRefusals,
  },
})

const listConnections = createRoute({
  method: 'get',
  path: '/v1/notes/{id}/connections',
  operationId: 'listConnections',
  tags,
  summary: 'Suggest what a note, or any other memory, has to do with others of its user',
  ...needs('reader'),
  request: {
    params: z.object({ id: uuid }),
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(MAX_SUGGESTED).default(SUGGESTED),
    }),
  },
  responses: {
    200: json(
      z.object({ items: z.array(connectionSchema).readonly(), next_cursor: z.null() }),
      'The strongest first',
    ),
    ...refuses(),
  },
})

export const noteRoutes = createRouter()
  .openapi(storeNote, async (c) => {
    const { services, principal } = c.var
    const given = c.req.valid('json')
    const { 'idempotency-key': key, prefer } = c.req.valid('header')
    const { user_id, extract_entities: extractEntities, ...note } = given
    const userId = requireUser(principal, user_id)
    const memories = [newMemory({ ...note, kind: 'note' }, principal)]
    const keyed = { route: 'POST /v1/notes', key, body: given }
    const done = await acceptMemoriesOnce(
      c,
      keyed,
      async (beforeCommit) =>
        await services.memories.store(
          { ...reachOf(principal), userId, memories, extractEntities },
          beforeCommit,
        ),
    )
    const job = await awaitJobEnd(c, { job: done.job, prefer })
    const [memory] = job === null ? [] : await writtenMemories(c, job, done.ids)
    if (memory === undefined) return c.json(done, 202)
    const secret = services.config.MEMOIR_ENCRYPTION_KEY
    const reach = { ...memoryKey(principal, memory.id), limit: SUGGESTED, secret }
    const connections = await suggestConnections(services.db, reach)
    return c.json({ ...memory, connections }, 201)
  })
  .openapi(listConnections, async (c) => {
    const { services, principal } = c.var
    const { id } = c.req.valid('param')
    await requireMemory(services, principal, id)
    const secret = services.config.MEMOIR_ENCRYPTION_KEY
    const reach = { ...(await readKey(services, principal, id)), ...c.req.valid('query'), secret }
    return c.json({ items: await suggestConnections(services.db, reach), next_cursor: null }, 200)
  })
