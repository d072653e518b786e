import { createRoute, z } from '@hono/zod-openapi'
import type { AcceptedPost } from '../sessions/accept.ts'
import { cleanUp } from '../sessions/retention.ts'
import { userNameIn, withUser } from '../sessions/user-speaker.ts'
import type { Queryable } from '../stores/database.ts'
import { listHierarchy } from '../stores/sessions/session-hierarchy.ts'
import {
  countDays,
  countDaysOfUser,
  measureCollection,
  readQueueStatus,
} from '../stores/sessions/session-queue.ts'
import {
  cleanedSchema,
  cleanupQuery,
  hierarchyQuery,
  hierarchySchema,
  processingSchema,
  statsSchema,
  storedRawSchema,
  storeRawBody,
  typesOf,
} from './compat-session-shapes.ts'
import { pathId, text, userId } from './fields.ts'
import { needs } from './guard.ts'
import { once } from './idempotency.ts'
import { readPage } from './lists.ts'
import { isBound, userOf } from './reach.ts'
import { body, json, refuses } from './responses.ts'
import { createRouter } from './router.ts'
import { sessionSchema } from './schemas.ts'
import { outlookOf, readSession } from './sessions.ts'
import { postReach, refuseScoped, requireUser, saidAt } from './transcripts.ts'

/** The async API that clients already call: a vectorstore is a collection. Unknown fields are ignored here. */

const tags = ['compatible paths']
const store = z.object({ vectorstore: pathId(256) })
const whose = z.object({ user_id: userId.optional() })

const storeRaw = createRoute({
  method: 'post',
  path: '/api/memory/{vectorstore}/store_raw',
  operationId: 'storeRaw',
  tags,
  summary: 'Hand in a transcript',
  description:
    'The user is `metadata.user_id`, or that of the key, or else the name of the vectorstore.',
  ...needs('service'),
  request: {
    params: store,
    headers: z.object({ 'idempotency-key': z.string().optional() }),
    body: body(storeRawBody),
  },
  responses: {
    202: json(storedRawSchema, 'Accepted'),
    ...refuses(
      'conflict',
      'in_progress',
      'suppressed_user',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
})

const processingStatus = createRoute({
  method: 'get',
  path: '/api/memory/{vectorstore}/processing_status',
  operationId: 'processingStatus',
  tags,
  summary: 'How much waits, and who works on it',
  ...needs('reader'),
  request: { params: store },
  responses: { 200: json(processingSchema, 'The queue and the workers'), ...refuses() },
})

const hierarchy = createRoute({
  method: 'get',
  path: '/api/memory/{vectorstore}/hierarchy',
  operationId: 'memoryHierarchy',
  tags,
  summary: 'Discrete memories, summaries and transcripts with their links, newest first',
  ...needs('reader'),
  request: { params: store, query: hierarchyQuery },
  responses: { 200: json(hierarchySchema, 'Items'), ...refuses() },
})

const session = createRoute({
  method: 'get',
  path: '/api/memory/{vectorstore}/session/{session_id}',
  operationId: 'compatSession',
  tags,
  summary: 'Show a session, its posts and what was made of them',
  ...needs('reader'),
  request: { params: store.extend({ session_id: text(256) }), query: whose },
  responses: { 200: json(sessionSchema, 'The session'), ...refuses('conflict') },
})

const stats = createRoute({
  method: 'get',
  path: '/api/memory/{vectorstore}/stats',
  operationId: 'collectionStats',
  tags,
  summary: 'How much there is, and what was processed by day',
  ...needs('reader'),
  request: { params: store },
  responses: { 200: json(statsSchema, 'Counts'), ...refuses() },
})

const cleanup = createRoute({
  method: 'post',
  path: '/api/memory/{vectorstore}/cleanup',
  operationId: 'cleanUpCollection',
  tags,
  summary: 'Delete transcripts that were processed long ago',
  description: 'What was made of them stays. Nothing that is not processed is deleted.',
  ...needs('service', 'work'),
  request: { params: store, query: cleanupQuery },
  responses: { 200: json(cleanedSchema, 'What was deleted'), ...refuses() },
})

export const compatSessionRoutes = createRouter()
  .openapi(storeRaw, async (c) => {
    const { services, principal } = c.var
    const { vectorstore: collection } = c.req.valid('param')
    const given = c.req.valid('json')
    const { session_data: posted, session_id: sessionId, metadata } = given
    const turns = withUser(posted, userNameIn(metadata))
    refuseScoped(principal)
    const named = metadata.user_id ?? (principal.user === null ? collection : undefined)
    const owner = requireUser(userOf(principal, named))
    const write = {
      principal,
      route: 'POST /api/memory/{vectorstore}/store_raw',
      key: c.req.valid('header')['idempotency-key'],
      body: { collection, ...given },
      answer: async (post: AcceptedPost, db: Queryable) => {
        const seen = { post, collection, db }
        const { position, words } = await outlookOf(services, principal, seen)
        return {
          status: 202,
          body: {
            success: true,
            raw_memory_id: post.id,
            queued_at: post.queuedAt.toISOString(),
            estimated_processing_time: words,
            queue_position: position,
            session_id: post.sessionId,
            job: post.jobId,
          },
        }
      },
    }
    const { namespaceId } = principal
    const accept = { namespaceId, userId: owner, collection, sessionId, turns, metadata }
    const answer = await once(
      services,
      write,
      async (beforeCommit) =>
        await services.posts.accept({ ...accept, saidAt: saidAt(metadata) }, beforeCommit),
    )
    return c.json(storedRawSchema.parse(answer.body), 202)
  })
  .openapi(processingStatus, async (c) => {
    const { services, principal } = c.var
    const reach = postReach(principal, c.req.valid('param').vectorstore)
    const [queue, workers] = await Promise.all([
      readQueueStatus(services.db, reach),
      services.posts.workers(),
    ])
    const busy = queue.queued + queue.processing > 0
    return c.json(
      {
        queue_size: queue.queued,
        processing: queue.processing,
        errors: queue.errors,
        oldest_queued_at: queue.oldestQueuedAt?.toISOString() ?? null,
        processed_today: queue.processedToday,
        average_seconds: queue.averageSeconds,
        // Which machines there are is nothing of one user's.
        workers: isBound(principal) ? [] : (workers ?? []),
        status: statusOf(workers?.length ?? 0, busy),
        degraded: workers === null ? (['temporal'] as const) : [],
      },
      200,
    )
  })
  .openapi(hierarchy, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor, memory_type, ...query } = c.req.valid('query')
    const filter = {
      ...postReach(principal, c.req.valid('param').vectorstore),
      externalUserId: query.user_id,
      sessionId: query.session_id,
      types: typesOf(memory_type),
      from: query.start_date,
      to: query.end_date,
      limit,
      cursor,
    }
    const page = await readPage(cursor, async () => await listHierarchy(services.db, filter))
    return c.json(page, 200)
  })
  .openapi(session, async (c) => {
    const { services, principal } = c.var
    const { vectorstore: collection, session_id: sessionId } = c.req.valid('param')
    const key = { sessionId, collection, userId: c.req.valid('query').user_id }
    return c.json(await readSession(services, principal, key), 200)
  })
  .openapi(stats, async (c) => {
    const { services, principal } = c.var
    const reach = postReach(principal, c.req.valid('param').vectorstore)
    const { discrete, summaries, storage_bytes, ...raw } = await measureCollection(
      services.db,
      reach,
    )
    const count = isBound(principal) ? countDaysOfUser : countDays
    const per_day = await count(services.db, reach, DAYS_SHOWN)
    return c.json({ discrete, summaries, raw, storage_bytes, per_day }, 200)
  })
  .openapi(cleanup, async (c) => {
    const { services, principal } = c.var
    const { config, db } = services
    refuseScoped(principal)
    const { retention_days: days = config.RAW_RETENTION_DAYS } = c.req.valid('query')
    const reach = postReach(principal, c.req.valid('param').vectorstore)
    const sessionDays = config.SESSION_RETENTION_DAYS
    return c.json(
      { ...(await cleanUp(db, reach, { days, sessionDays })), retention_days: days },
      200,
    )
  })

/** Enough for a chart of the month. */
const DAYS_SHOWN = 31

/** While Temporal does not answer no worker gets work, whether or not one is there: that is `stopped` too, and `degraded` says why. */
function statusOf(workers: number, busy: boolean): 'running' | 'idle' | 'stopped' {
  if (workers === 0) return 'stopped'
  return busy ? 'running' : 'idle'
}
