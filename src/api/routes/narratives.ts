import { createRoute, z } from '@hono/zod-openapi'
import { NARRATIVE_STATES } from '../../domain/narrative.ts'
import { ERROR_CODES, isErrorCode, MemoirError, SENTENCE } from '../../errors.ts'
import type { NarrativeRow } from '../../stores/narratives.ts'
import type { Principal } from '../environment.ts'
import { pageQuery, present as given, time, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { userOf } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema, pageOf } from '../schemas.ts'
import { requireUser } from '../transcripts.ts'

const narrativeSchema = z
  .object({
    user_id: userId,
    narrative: z.string().nullable(),
    version: z.int(),
    state: z.enum(NARRATIVE_STATES),
    generated_at: time.nullable(),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
  })
  .openapi('Narrative')

const whose = z.object({ user_id: userId })

const getNarrative = createRoute({
  method: 'get',
  path: '/v1/narratives/{user_id}',
  operationId: 'getNarrative',
  tags: ['narratives'],
  summary: 'Say who a user is, in one text',
  description:
    'One that is missing or stale is answered as it stands, and its generation starts. Of a user with few memories there is none.',
  ...needs('reader'),
  request: { params: whose },
  responses: {
    200: json(narrativeSchema, 'The text; `state` says whether it is fresh'),
    202: json(narrativeSchema, 'There is no text yet; `state` says why'),
    ...refuses('in_progress'),
  },
})

const regenerate = createRoute({
  method: 'post',
  path: '/v1/narratives/{user_id}/regenerate',
  operationId: 'regenerateNarrative',
  tags: ['narratives'],
  summary: 'Have the text written anew',
  description: 'What is asked while one is being written becomes one more at most.',
  ...needs('service'),
  request: { params: whose },
  responses: { 202: json(acceptedSchema, 'Accepted'), ...refuses('in_progress') },
})

const compatNarrative = createRoute({
  method: 'get',
  path: '/api/v1/memories/narrative',
  operationId: 'compatGetNarrative',
  tags: ['compatible paths'],
  summary: 'Say who a user is, in one text',
  ...needs('reader'),
  request: { query: z.object({ user_id: userId.optional() }) },
  responses: {
    200: json(
      z
        .object({ narrative: z.string(), version: z.int(), generated_at: time.nullable() })
        .openapi('CompatNarrative'),
      'The text',
    ),
    204: { description: 'There is none yet' },
    ...refuses('in_progress'),
  },
})

const backfill = createRoute({
  method: 'post',
  path: '/v1/narratives/backfill',
  operationId: 'backfillNarratives',
  tags: ['narratives'],
  summary: 'Have the missing narratives of all users written',
  description:
    'Of users with at least `NARRATIVE_MIN_MEMORIES`: those that are missing, stale or failed; the others are left alone. One run of a namespace at a time: asked again meanwhile, it is joined.',
  ...needs('admin'),
  responses: { 202: json(acceptedSchema, 'Accepted'), ...refuses('in_progress') },
})

const listFailures = createRoute({
  method: 'get',
  path: '/v1/narratives/backfill/{job}/failures',
  operationId: 'listNarrativeFailures',
  tags: ['narratives'],
  summary: 'List users whose narrative could not be written, and why',
  ...needs('admin'),
  request: { params: z.object({ job: uuid }), query: z.strictObject(pageQuery) },
  responses: {
    200: json(
      pageOf(
        z
          .object({ user_id: userId, code: z.string(), message: z.string(), failed_at: time })
          .openapi('NarrativeFailure'),
      ),
      'By the user’s id',
    ),
    ...refuses(),
  },
})

export const narrativeRoutes = createRouter()
  .openapi(backfill, async (c) => {
    const { services, principal } = c.var
    const { id, state } = await services.narratives.acceptRun({
      namespaceId: principal.namespaceId,
    })
    return c.json({ id, job: id, status: state }, 202)
  })
  .openapi(listFailures, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const { namespaceId } = principal
    const query = given({ namespaceId, id: c.req.valid('param').job, limit, cursor })
    return c.json(
      await readPage(cursor, async () => await services.narratives.failures(query)),
      200,
    )
  })
  .openapi(getNarrative, async (c) => {
    const { services, principal } = c.var
    const key = keyOf(principal, requireUser(reachedUser(principal, c.req.valid('param').user_id)))
    const row = await services.narratives.read(key)
    if (row === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return c.json(present(key.externalId, row), row.content === null ? 202 : 200)
  })
  .openapi(regenerate, async (c) => {
    const { services, principal } = c.var
    const key = keyOf(principal, requireUser(reachedUser(principal, c.req.valid('param').user_id)))
    const { id } = await services.narratives.regenerate(key)
    return c.json({ id, job: id, status: 'queued' as const }, 202)
  })
  .openapi(compatNarrative, async (c) => {
    const { services, principal } = c.var
    const user = reachedUser(principal, c.req.valid('query').user_id)
    const row = user === null ? null : await services.narratives.read(keyOf(principal, user))
    if (row === null || row.content === null) return c.body(null, 204)
    const { content: narrative, version, generatedAt } = row
    return c.json({ narrative, version, generated_at: generatedAt?.toISOString() ?? null }, 200)
  })

const keyOf = ({ namespaceId }: Principal, externalId: string) => ({ namespaceId, externalId })

/** A narrative is made of all scopes: whoever may not see some may not read it. */
function reachedUser(principal: Principal, named: string | undefined): string | null {
  if (principal.scopes !== null) {
    throw new MemoirError('forbidden', 'A key bound to scopes cannot read narratives.')
  }
  return userOf(principal, named)
}

function present(user: string, row: NarrativeRow) {
  const code = isErrorCode(row.error) ? row.error : null
  return {
    user_id: user,
    narrative: row.content,
    version: row.version,
    state: row.state,
    generated_at: row.generatedAt?.toISOString() ?? null,
    error: code === null ? null : { code, message: SENTENCE[code] },
  }
}
