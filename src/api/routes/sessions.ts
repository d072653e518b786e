import { createRoute, z } from '@hono/zod-openapi'
import type { AcceptedPost } from '../../sessions/accept.ts'
import { userNameIn, withUser } from '../../sessions/user-speaker.ts'
import type { Queryable } from '../../stores/database.ts'
import { RAW_STATES } from '../../stores/sessions/sessions.ts'
import { listSessions } from '../../stores/sessions/session-list.ts'
import { pageQuery, pathId, userId } from '../fields.ts'
import { needs } from '../guard.ts'
import { once } from '../idempotency.ts'
import { readPage } from '../lists.ts'
import { userOf } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { pageOf, postAcceptedSchema, sessionInfoSchema, sessionSchema } from '../schemas.ts'
import { outlookOf, presentAccepted, readSession } from '../sessions.ts'
import {
  postReach,
  refuseScoped,
  requireUser,
  saidAt,
  sessionMetadata,
  transcript,
} from '../transcripts.ts'
import { isTerminal } from '../../domain/job.ts'
import { awaitJob } from '../watch-job.ts'

const sessionId = pathId(256)
const collection = pathId(256)

const postBody = z.strictObject({
  user_id: userId.optional(),
  session_id: sessionId.optional().openapi({
    description: 'Posts of one session are processed in order. Made of the text when absent.',
  }),
  collection: collection.optional(),
  transcript,
  metadata: sessionMetadata.default({}),
})

const postSession = createRoute({
  method: 'post',
  path: '/v1/sessions',
  operationId: 'postSession',
  tags: ['sessions'],
  summary: 'Hand in a transcript',
  description:
    'The same transcript again under its session is the same post. One that goes on from the last has its new turns processed only; any other is a new version.',
  ...needs('service'),
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .optional()
        .openapi({ description: 'The same key and body again within 24 hours: the same post.' }),
      prefer: z
        .string()
        .optional()
        .openapi({ description: '`wait=N`: waits up to N seconds (60 at most) for the end.' }),
    }),
    body: body(postBody),
  },
  responses: {
    200: json(sessionSchema, 'Processed within the time given by `Prefer: wait=N`'),
    202: json(postAcceptedSchema, 'Accepted'),
    ...refuses(
      'conflict',
      'in_progress',
      'suppressed_user',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
})

const whose = {
  user_id: userId.optional(),
  collection: collection.optional(),
}

const getSessions = createRoute({
  method: 'get',
  path: '/v1/sessions',
  operationId: 'listSessions',
  tags: ['sessions'],
  summary: 'List sessions, those that changed last first',
  ...needs('reader'),
  request: {
    query: z.strictObject({
      ...pageQuery,
      ...whose,
      session_id: sessionId.optional(),
      status: z.enum(RAW_STATES).optional(),
    }),
  },
  responses: { 200: json(pageOf(sessionInfoSchema), 'Sessions'), ...refuses() },
})

const getSession = createRoute({
  method: 'get',
  path: '/v1/sessions/{session_id}',
  operationId: 'getSession',
  tags: ['sessions'],
  summary: 'Show a session, its posts and what was made of them',
  ...needs('reader'),
  request: { params: z.object({ session_id: sessionId }), query: z.strictObject(whose) },
  responses: { 200: json(sessionSchema, 'The session'), ...refuses('conflict') },
})

export const sessionRoutes = createRouter()
  .openapi(postSession, async (c) => {
    const { services, principal } = c.var
    const headers = c.req.valid('header')
    const given = c.req.valid('json')
    const { collection: of = '', transcript: turns, metadata, session_id, user_id } = given
    refuseScoped(principal)
    const owner = requireUser(userOf(principal, user_id))
    const write = {
      principal,
      route: 'POST /v1/sessions',
      key: headers['idempotency-key'],
      body: given,
      answer: async (post: AcceptedPost, db: Queryable) => {
        const outlook = await outlookOf(services, principal, { post, collection: of, db })
        return { status: 202, body: presentAccepted(post, outlook) }
      },
    }
    const accept = {
      namespaceId: principal.namespaceId,
      userId: owner,
      collection: of,
      sessionId: session_id,
      turns: withUser(turns, userNameIn(metadata)),
      saidAt: saidAt(metadata),
      metadata,
    }
    const answer = await once(
      services,
      write,
      async (beforeCommit) => await services.posts.accept(accept, beforeCommit),
    )
    const accepted = postAcceptedSchema.parse(answer.body)
    const job = await awaitJob(c, { job: accepted.job, prefer: headers.prefer })
    if (job === null) return c.json(accepted, 202)
    if (!isTerminal(job.state)) return c.json({ ...accepted, status: job.state }, 202)
    const key = { sessionId: accepted.session_id, collection: of, userId: owner }
    return c.json(await readSession(services, principal, key), 200)
  })
  .openapi(getSessions, async (c) => {
    const { services, principal } = c.var
    const { user_id, session_id, collection: of, cursor, ...rest } = c.req.valid('query')
    const reach = postReach(principal, of)
    const filter = { ...reach, externalUserId: user_id, sessionId: session_id, cursor, ...rest }
    return c.json(await readPage(cursor, async () => await listSessions(services.db, filter)), 200)
  })
  .openapi(getSession, async (c) => {
    const { services, principal } = c.var
    const { user_id, collection: of } = c.req.valid('query')
    const key = { sessionId: c.req.valid('param').session_id, collection: of, userId: user_id }
    return c.json(await readSession(services, principal, key), 200)
  })
