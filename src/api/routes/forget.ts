import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ForgetRequest, Tombstone } from '../../forget/forget.ts'
import { MemoirError, SENTENCE } from '../../errors.ts'
import type { GuardedEnv } from '../environment.ts'
import { filter, kind, listOf, moment, present, scopeName, text, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { once } from '../idempotency.ts'
import { scopesOf, userOf } from '../reach.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

const MAX_SESSION_CHARS = 256

const forgetBody = z
  .strictObject({
    id: uuid.optional().openapi({ description: 'One memory, or' }),
    user_id: userId.optional(),
    scope: z.union([scopeName, listOf(scopeName)]).optional(),
    session_id: text(MAX_SESSION_CHARS)
      .optional()
      .openapi({ description: 'A posted session or a conversation of the source.' }),
    kinds: listOf(kind).optional(),
    from: moment.optional(),
    to: moment.optional(),
    filter: filter.optional(),
    dry_run: z.boolean().default(false).openapi({ description: 'Counts, and changes nothing.' }),
  })
  .refine(
    ({ id, ...rest }) =>
      id === undefined ||
      Object.entries(rest).every(([name, value]) => name === 'dry_run' || value === undefined),
    { message: 'id: stands alone' },
  )

const tombstoneSchema = z
  .object({
    tombstone: z.object({
      ids: z.array(uuid),
      forgotten_at: z.iso.datetime().nullable().openapi({ description: 'Null after a dry run.' }),
      counts: z.object({
        traces: z.int(),
        vectors: z.int(),
        edges: z.int(),
        nodes: z.int().openapi({ description: 'Entities that nothing names any more.' }),
      }),
    }),
  })
  .openapi('Tombstone')

const headers = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'The same key and body again within 24 hours: the same answer.' }),
})

const refusals = refuses(
  'conflict',
  'in_progress',
  'suppressed_user',
  'payload_too_large',
  'unsupported_media_type',
)

const forgetRoute = createRoute({
  method: 'post',
  path: '/v1/forget',
  operationId: 'forget',
  tags: ['forgetting'],
  summary: 'Forget memories for good, with all that came of them alone',
  description:
    'One by its id, or what matches of a user. Whatever is ingested again, they do not come back; only remembering the same directly lifts that.',
  ...needs('service'),
  request: { headers, body: body(forgetBody) },
  responses: { 200: json(tombstoneSchema, 'What was forgotten'), ...refusals },
})

const compatForget = createRoute({
  method: 'post',
  path: '/memory/forget',
  operationId: 'compatForget',
  tags: ['compatible paths'],
  summary: 'As POST /v1/forget',
  ...needs('service'),
  request: { headers, body: body(forgetBody) },
  responses: { 200: json(tombstoneSchema, 'What was forgotten'), ...refusals },
})

type Wanted = z.infer<typeof forgetBody>

async function answerForget(c: Context<GuardedEnv>, wanted: Wanted, key: string | undefined) {
  const { services, principal } = c.var
  const answerOf = (done: Tombstone) => ({ status: 200, body: shown(done) })
  const keyed = { principal, route: 'POST /v1/forget', key, body: wanted, answer: answerOf }
  const answer = await once(
    services,
    keyed,
    async (beforeCommit) => await services.forget(requestOf(c, wanted), beforeCommit),
  )
  return tombstoneSchema.parse(answer.body)
}

/** @throws MemoirError `not_found` for what lies outside the key's reach */
function requestOf({ var: { principal } }: Context<GuardedEnv>, wanted: Wanted): ForgetRequest {
  const { id, user_id, scope, session_id: sessionId, dry_run: dryRun, ...matching } = wanted
  const { namespaceId, user } = principal
  const scopes = scopesOf(principal, scope === undefined ? undefined : [scope].flat())
  const reach = { namespaceId, boundTo: user?.id, scopes, dryRun }
  if (id !== undefined) return present({ ...reach, ids: [id] })
  const userId = userOf(principal, user_id)
  if (userId === null || scopes?.length === 0) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  return present({ ...reach, ...matching, userId, sessionId })
}

const shown = ({ ids, forgottenAt, counts }: Tombstone) => ({
  tombstone: { ids, forgotten_at: forgottenAt?.toISOString() ?? null, counts },
})

export const forgetRoutes = createRouter()
  .openapi(forgetRoute, async (c) => {
    const key = c.req.valid('header')['idempotency-key']
    return c.json(await answerForget(c, c.req.valid('json'), key), 200)
  })
  .openapi(compatForget, async (c) => {
    const key = c.req.valid('header')['idempotency-key']
    return c.json(await answerForget(c, c.req.valid('json'), key), 200)
  })
