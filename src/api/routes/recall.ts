import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { HEADS, TRACE_KINDS, type RecallRequest, type RecallResult } from '../../domain/recall.ts'
import { allow, scopesOf, userOf } from '../auth.ts'
import type { ApiServices } from '../context.ts'
import type { AppEnv, Principal } from '../environment.ts'
import { refuseInvalid } from '../invalid.ts'
import {
  MAX_HITS,
  heads,
  json,
  kinds,
  listOf,
  question,
  recallSchema,
  refuses,
  scopeName,
  secured,
  text,
  userId,
  when,
} from '../schemas.ts'

const fields = {
  q: question,
  user_id: userId.optional(),
  session_id: text(256).optional(),
  from: when.optional(),
  to: when.optional(),
}

const bodySchema = z.strictObject({
  ...fields,
  k: z.number().int().min(1).max(MAX_HITS).optional(),
  kinds: kinds.optional(),
  heads: heads.optional(),
  scope: z.union([scopeName, z.array(scopeName).min(1)]).optional(),
  tags: z.array(text(100)).min(1).optional(),
  metadata: z.record(text(200), z.unknown()).optional(),
  threshold: z.number().min(0).max(1).optional(),
})

const jsonObject = text(4_000).transform((value, context): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(value))
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a JSON object' })
    return {}
  }
})

const querySchema = z.strictObject({
  ...fields,
  k: z.coerce.number().int().min(1).max(MAX_HITS).optional(),
  kinds: listOf(z.enum(TRACE_KINDS)),
  heads: listOf(z.enum(HEADS)),
  scope: listOf(scopeName),
  tags: listOf(text(100)),
  metadata: jsonObject.optional().openapi({ type: 'string', description: 'A JSON object.' }),
  threshold: z.coerce.number().min(0).max(1).optional(),
})

const answers = { 200: json(recallSchema, 'Memories, best first'), ...refuses() }

const postRecall = createRoute({
  method: 'post',
  path: '/v1/recall',
  summary: 'Find memories of a user',
  tags: ['recall'],
  security: secured,
  middleware: [allow('reader')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: answers,
})

const getRecall = createRoute({
  method: 'get',
  path: '/v1/recall',
  summary: 'Find memories of a user',
  tags: ['recall'],
  security: secured,
  middleware: [allow('reader')] as const,
  request: { query: querySchema },
  responses: answers,
})

export type RecallFields = z.infer<typeof bodySchema>

/** Recall as one key may: inside its user and scopes; whatever lies outside does not exist. */
export async function recallFor(
  services: ApiServices,
  principal: Principal,
  wanted: RecallFields,
): Promise<RecallResult> {
  const user = userOf(principal, wanted.user_id)
  const scopes = scopesOf(principal, wanted.scope === undefined ? undefined : [wanted.scope].flat())
  if (user === null || scopes?.length === 0) return { hits: [], degraded: [], took_ms: 0 }
  return await services.recall(requestOf({ ...wanted, user, scopes }, { services, principal }))
}

function requestOf(
  wanted: RecallFields & { user: string; scopes: readonly string[] | undefined },
  { services, principal }: { services: ApiServices; principal: Principal },
): RecallRequest {
  const { tags, metadata, threshold } = wanted
  return {
    namespaceId: principal.namespaceId,
    userId: wanted.user,
    query: wanted.q,
    k: wanted.k ?? services.config.MEMORY_K,
    ...(wanted.kinds === undefined ? {} : { kinds: wanted.kinds }),
    ...(wanted.heads === undefined ? {} : { heads: wanted.heads }),
    ...(wanted.scopes === undefined ? {} : { scopes: wanted.scopes }),
    ...(tags === undefined ? {} : { tags }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(wanted.session_id === undefined ? {} : { sessionId: wanted.session_id }),
    ...(wanted.from === undefined ? {} : { from: new Date(wanted.from) }),
    ...(wanted.to === undefined ? {} : { to: new Date(wanted.to) }),
    ...(threshold === undefined ? {} : { threshold }),
  }
}

/** Results are readonly inside and plain JSON outside. */
export const presentRecall = (result: RecallResult) =>
  result as unknown as z.infer<typeof recallSchema>

export const recallRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  .openapi(postRecall, async (c) => {
    const result = await recallFor(c.var.services, c.var.principal, c.req.valid('json'))
    return c.json(presentRecall(result), 200)
  })
  .openapi(getRecall, async (c) => {
    const { kinds: wantedKinds, heads: wantedHeads, scope, tags, ...rest } = c.req.valid('query')
    const result = await recallFor(c.var.services, c.var.principal, {
      ...rest,
      ...(wantedKinds === undefined ? {} : { kinds: wantedKinds }),
      ...(wantedHeads === undefined ? {} : { heads: wantedHeads }),
      ...(scope === undefined ? {} : { scope }),
      ...(tags === undefined ? {} : { tags }),
    })
    return c.json(presentRecall(result), 200)
  })
