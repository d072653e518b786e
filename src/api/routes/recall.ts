import { createRoute, z } from '@hono/zod-openapi'
import { contextOf } from '../../recall/context.ts'
import { MAX_HOPS, OFF_STAGES, RECALL_STAGES } from '../../domain/recall.ts'
import {
  MAX_HITS,
  filter,
  head,
  kind,
  listOf,
  moment,
  present,
  queryFilter,
  queryListOf,
  queryObject,
  question,
  scopeName,
  text,
  userId,
  usersOf,
} from '../fields.ts'
import { needs } from '../guard.ts'
import { recallWithin, type Ask } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { contextSchema, recallSchema } from '../schemas.ts'

const tag = text(100)
const shared = {
  q: question,
  user_id: userId.optional(),
  session_id: text(256).optional(),
  from: moment.optional(),
  to: moment.optional(),
  as_of: moment.optional(),
}
const hits = z.int().min(1).max(MAX_HITS)
const share = z.number().min(0).max(1)
const hops = z.int().min(0).max(MAX_HOPS)
const stage = z.enum(RECALL_STAGES)
const offStage = z.enum(OFF_STAGES)

const recallQuery = z.strictObject({
  ...shared,
  user_ids: usersOf(queryListOf(userId)).optional(),
  k: z.coerce.number().pipe(hits).optional(),
  heads: queryListOf(head).optional(),
  kinds: queryListOf(kind).optional(),
  scope: queryListOf(scopeName).optional(),
  tags: queryListOf(tag).optional(),
  metadata: queryObject.optional(),
  filter: queryFilter.optional(),
  threshold: z.coerce.number().pipe(share).optional(),
  hops: z.coerce.number().pipe(hops).optional(),
  include_superseded: z.stringbool().optional(),
  without: queryListOf(stage).optional(),
  with: queryListOf(offStage).optional(),
})

const recallBody = z.strictObject({
  ...shared,
  user_ids: usersOf(listOf(userId)).optional(),
  k: hits.optional(),
  heads: listOf(head).optional(),
  kinds: listOf(kind).optional(),
  scope: z
    .union([scopeName.transform((scope) => [scope]), listOf(scopeName)])
    .optional()
    .openapi({ description: 'One scope or several.' }),
  tags: listOf(tag).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  filter: filter.optional(),
  threshold: share.optional(),
  hops: hops.optional(),
  include_superseded: z
    .boolean()
    .optional()
    .openapi({ description: 'Also what gave way to something newer.' }),
  without: listOf(stage)
    .optional()
    .openapi({ description: 'Stages to leave out, to measure what they earn.' }),
  with: listOf(offStage)
    .optional()
    .openapi({ description: 'Stages that are off, to measure what they would earn.' }),
})

const summary = 'Find what is remembered of a user, or of several'
const description =
  'Best first, each hit with its `user_id`. `score` orders; `threshold` cuts by `scores.relevance`. An unknown user has no hits. What did not take part is named in `degraded`. `as_of` asks what was known then, in the words that stood then; what was deleted or forgotten since is not in it. With `user_ids` each user is asked by itself; `score` is then the relevance. 403 names the user whom the key may not read.'
const responses = { 200: json(recallSchema, 'Hits, best first'), ...refuses() }

const recallByQuery = createRoute({
  method: 'get',
  path: '/v1/recall',
  operationId: 'recall',
  tags: ['recall'],
  summary,
  description,
  ...needs('reader'),
  request: { query: recallQuery },
  responses,
})

const recallByBody = createRoute({
  method: 'post',
  path: '/v1/recall',
  operationId: 'recallByBody',
  tags: ['recall'],
  summary: `${summary}, the question in the body`,
  description,
  ...needs('reader', 'reads'),
  request: { body: body(recallBody) },
  responses: { ...responses, ...refuses('payload_too_large', 'unsupported_media_type') },
})

/** As many as a block of the usual size holds; what does not fit is left out. */
const CONTEXT_HITS = 30
const CONTEXT_TOKENS = 1_000

const MAX_CONTEXT_TOKENS = 100_000

const contextByBody = createRoute({
  method: 'post',
  path: '/v1/context',
  operationId: 'context',
  tags: ['recall'],
  summary: 'What is remembered about a question, as one block for a prompt',
  description:
    'The best hits that are relevant and fit into `max_tokens`, each thing once, what holds now first, each line with the number of its citation. Passwords, codes and numbers of documents, cards and accounts are left out unless the question asks for them. What was said is quoted and cannot end the block.',
  ...needs('reader', 'reads'),
  request: {
    body: body(
      recallBody.extend({
        max_tokens: z.int().min(50).max(MAX_CONTEXT_TOKENS).default(CONTEXT_TOKENS),
      }),
    ),
  },
  responses: {
    200: json(contextSchema, 'The block, empty when nothing is found, and its citations'),
    ...refuses('payload_too_large', 'unsupported_media_type'),
  },
})

type Asked = z.output<typeof recallQuery> | z.output<typeof recallBody>

function askOf(asked: Asked, defaultK: number): Ask {
  const { q, user_id, user_ids, session_id, scope, k, as_of, include_superseded, ...more } = asked
  const { with: also, ...rest } = more
  return present({
    ...rest,
    query: q,
    k: k ?? defaultK,
    userId: user_id,
    userIds: user_ids,
    sessionId: session_id,
    scopes: scope,
    also,
    asOf: as_of,
    includeSuperseded: include_superseded,
  })
}

export const recallRoutes = createRouter()
  .openapi(contextByBody, async (c) => {
    const { services, principal } = c.var
    const { max_tokens: maxTokens, ...asked } = c.req.valid('json')
    const result = await recallWithin(services, principal, askOf(asked, CONTEXT_HITS))
    const { degraded, took_ms: took } = result
    const several = (asked.user_ids?.length ?? 1) > 1
    const block = contextOf(result, { question: asked.q, maxTokens, several })
    return c.json({ ...block, degraded, took_ms: took }, 200)
  })
  .openapi(recallByQuery, async (c) => {
    const { services, principal } = c.var
    const ask = askOf(c.req.valid('query'), services.config.MEMORY_K)
    return c.json(await recallWithin(services, principal, ask), 200)
  })
  .openapi(recallByBody, async (c) => {
    const { services, principal } = c.var
    const ask = askOf(c.req.valid('json'), services.config.MEMORY_K)
    return c.json(await recallWithin(services, principal, ask), 200)
  })
