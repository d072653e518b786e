import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { MemoirError, SENTENCE } from '../../errors.ts'
import type { NewMemory } from '../../memories/memories.ts'
import { awaitJobEnd, requireSuccess, writtenMemories } from '../await-memories.ts'
import type { GuardedEnv, Principal } from '../environment.ts'
import { present, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { inferMemories, inferredMemories } from '../infer.ts'
import {
  batchBody,
  changeBody,
  changeOf,
  messageMemories,
  newMemory,
  storeBody,
  type StoreBody,
} from '../memory-bodies.ts'
import {
  acceptMemoriesOnce,
  reachOf,
  requireUser,
  writeHeaders,
  writeRefusals,
} from '../memory-calls.ts'
import { memoryKey } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedMemoriesSchema, memorySchema } from '../schemas.ts'

const changeHeaders = {
  ...writeHeaders,
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'The revision to change; refused when it is another by now.' }),
}
const headers = z.object(writeHeaders)
const matchHeaders = z.object(changeHeaders)

const params = z.object({ id: uuid })
const changeRefusals = { ...writeRefusals, ...refuses('precondition_failed') }

const items = z.object({ items: z.array(memorySchema).readonly() })
const accepted = json(
  acceptedMemoriesSchema,
  'Accepted: found by words from now on, and by meaning once the job is done',
)
const tags = ['memories']

const storeMemory = createRoute({
  method: 'post',
  path: '/v1/memories',
  operationId: 'storeMemory',
  tags,
  summary: 'Remember something, or the messages of a conversation',
  ...needs('service'),
  request: { headers, body: body(storeBody) },
  responses: {
    201: json(z.union([memorySchema, items]), 'Done within `Prefer: wait=N`'),
    202: accepted,
    ...writeRefusals,
  },
})

const storeBatch = createRoute({
  method: 'post',
  path: '/v1/memories/batch',
  operationId: 'storeMemories',
  tags,
  summary: 'Remember up to 500 things of one user, as one job',
  ...needs('service'),
  request: { headers, body: body(batchBody) },
  responses: { 201: json(items, 'Done within `Prefer: wait=N`'), 202: accepted, ...writeRefusals },
})

const changeMemory = createRoute({
  method: 'patch',
  path: '/v1/memories/{id}',
  operationId: 'changeMemory',
  tags,
  summary: 'Change a memory; what it was stays in its history',
  ...needs('service'),
  request: { params, headers: matchHeaders, body: body(changeBody) },
  responses: {
    200: json(memorySchema, 'Done within `Prefer: wait=N`'),
    202: accepted,
    ...changeRefusals,
  },
})

const removeMemory = createRoute({
  method: 'delete',
  path: '/v1/memories/{id}',
  operationId: 'removeMemory',
  tags,
  summary: 'Take a memory out of sight at once; it can be restored for 30 days unless `hard`',
  ...needs('service'),
  request: {
    params,
    headers: matchHeaders,
    query: z.strictObject({
      hard: z.stringbool().default(false),
      cascade_graph: z
        .stringbool()
        .default(false)
        .openapi({ description: 'Entities that no memory names any more go too.' }),
    }),
  },
  responses: {
    200: json(acceptedMemoriesSchema, 'Done within `Prefer: wait=N`'),
    202: json(acceptedMemoriesSchema, 'Accepted: it is out of sight'),
    ...changeRefusals,
  },
})

const restoreMemory = createRoute({
  method: 'post',
  path: '/v1/memories/{id}/restore',
  operationId: 'restoreMemory',
  tags,
  summary: 'Bring back a memory that was deleted or superseded',
  ...needs('service'),
  request: { params, headers },
  responses: {
    200: json(memorySchema, 'Done within `Prefer: wait=N`'),
    202: accepted,
    ...writeRefusals,
  },
})

/** A number, bare or as an entity tag; `*` is any. @throws MemoirError `invalid_request` */
function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const [, digits] = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(ifMatch) ?? []
  if (digits !== undefined) return Number(digits)
  throw new MemoirError('invalid_request', 'If-Match: must be a revision', {
    details: { field: 'If-Match' },
  })
}

function memoriesOf(given: StoreBody, principal: Principal): NewMemory[] {
  if (given.messages !== undefined) return messageMemories(given, principal)
  const { messages: _messages, infer: _infer, content = '', ...one } = given
  const { user_id: _user, extract_entities: _extract, ...memory } = one
  return [newMemory({ ...memory, content }, principal)]
}

export const memoryWriteRoutes = createRouter()
  .openapi(storeMemory, async (c) => {
    const { services, principal } = c.var
    const given = c.req.valid('json')
    const { 'idempotency-key': key, prefer } = c.req.valid('header')
    const userId = requireUser(principal, given.user_id)
    const infers = given.messages !== undefined && given.infer !== false
    const memories = infers ? [] : memoriesOf(given, principal)
    const done = await acceptMemoriesOnce(
      c,
      { route: 'POST /v1/memories', key, body: given },
      async (beforeCommit) => {
        if (infers) return await inferMemories(services, principal, { given, userId, beforeCommit })
        const extractEntities = given.extract_entities
        const store = { ...reachOf(principal), userId, memories, extractEntities }
        return await services.memories.store(store, beforeCommit)
      },
    )
    const job = await awaitJobEnd(c, { job: done.job, prefer })
    if (job === null) return c.json(done, 202)
    if (done.session_id !== undefined) {
      requireSuccess(job)
      const session = { sessionId: done.session_id, userId }
      return c.json({ items: await inferredMemories(services, principal, session) }, 201)
    }
    const written = await writtenMemories(c, job, done.ids)
    const [first] = written
    return given.messages === undefined && first
      ? c.json(first, 201)
      : c.json({ items: written }, 201)
  })
  .openapi(storeBatch, async (c) => {
    const { services, principal } = c.var
    const given = c.req.valid('json')
    const { 'idempotency-key': key, prefer } = c.req.valid('header')
    const userId = requireUser(principal, given.user_id)
    const memories = given.memories.map((memory, index) =>
      newMemory(memory, principal, `memories.${index}.`),
    )
    const extractEntities = given.extract_entities
    const done = await acceptMemoriesOnce(
      c,
      { route: 'POST /v1/memories/batch', key, body: given },
      async (beforeCommit) =>
        await services.memories.store(
          { ...reachOf(principal), userId, memories, extractEntities },
          beforeCommit,
        ),
    )
    const job = await awaitJobEnd(c, { job: done.job, prefer })
    if (job === null) return c.json(done, 202)
    return c.json({ items: await writtenMemories(c, job, done.ids) }, 201)
  })
  .openapi(changeMemory, async (c) => {
    const { services, principal } = c.var
    const { id } = c.req.valid('param')
    const given = c.req.valid('json')
    const { 'idempotency-key': key, prefer, 'if-match': ifMatch } = c.req.valid('header')
    const revision = revisionOf(ifMatch)
    const change = changeOf(given, principal)
    const update = present({
      key: memoryKey(principal, id),
      change,
      revision,
      extractEntities: given.extract_entities,
    })
    const done = await acceptMemoriesOnce(
      c,
      { route: 'PATCH /v1/memories/{id}', key, body: { ...given, id, revision } },
      async (beforeCommit) => await services.memories.update(update, beforeCommit),
    )
    return await answerOne(c, done, prefer)
  })
  .openapi(removeMemory, async (c) => {
    const { services, principal } = c.var
    const { id } = c.req.valid('param')
    const { hard, cascade_graph: cascade } = c.req.valid('query')
    const { 'idempotency-key': idempotency, prefer, 'if-match': ifMatch } = c.req.valid('header')
    const revision = revisionOf(ifMatch)
    const key = memoryKey(principal, id)
    const done = await acceptMemoriesOnce(
      c,
      {
        route: 'DELETE /v1/memories/{id}',
        key: idempotency,
        body: { id, hard, cascade, revision },
      },
      async (beforeCommit) =>
        await services.memories.remove(present({ key, hard, cascade, revision }), beforeCommit),
    )
    const job = await awaitJobEnd(c, { job: done.job, prefer })
    return job === null ? c.json(done, 202) : c.json({ ...done, status: job.state }, 200)
  })
  .openapi(restoreMemory, async (c) => {
    const { services, principal } = c.var
    const { id } = c.req.valid('param')
    const { 'idempotency-key': key, prefer } = c.req.valid('header')
    const done = await acceptMemoriesOnce(
      c,
      { route: 'POST /v1/memories/{id}/restore', key, body: { id } },
      async (beforeCommit) =>
        await services.memories.restore(memoryKey(principal, id), beforeCommit),
    )
    return await answerOne(c, done, prefer)
  })

type Done = z.output<typeof acceptedMemoriesSchema>

async function answerOne(c: Context<GuardedEnv>, done: Done, prefer: string | undefined) {
  const job = await awaitJobEnd(c, { job: done.job, prefer })
  if (job === null) return c.json(done, 202)
  const [memory] = await writtenMemories(c, job, done.ids)
  if (memory === undefined) throw new MemoirError('not_found', SENTENCE.not_found)
  return c.json(memory, 200)
}
