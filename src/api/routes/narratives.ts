import { createRoute, z } from '@hono/zod-openapi'
import { NARRATIVE_STATES } from '../../domain/narrative.ts'
import { ERROR_CODES, isErrorCode, MemoirError, SENTENCE } from '../../errors.ts'
import type { Told } from '../../narratives/narratives.ts'
import { listNarrativeVersions } from '../../stores/narratives/narrative-versions.ts'
import type { NarrativeRow } from '../../stores/narratives/narratives.ts'
import type { Principal } from '../environment.ts'
import { pageQuery, present as withoutAbsent, time, userId } from '../fields.ts'
import { needs } from '../guard.ts'
import { readPage } from '../lists.ts'
import { readUserOf, userOf } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema, pageOf } from '../schemas.ts'
import { requireUser } from '../transcripts.ts'

const citationsSchema = z
  .array(z.object({ n: z.int(), memory_id: z.uuid(), message_ids: z.array(z.string()).readonly() }))
  .readonly()
  .openapi({ description: 'What `[n]` in the text stands for.' })

const narrativeSchema = z
  .object({
    user_id: userId,
    narrative: z.string().nullable(),
    citations: citationsSchema,
    version: z.int(),
    state: z.enum(NARRATIVE_STATES),
    generated_at: time.nullable(),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string() }).nullable(),
    analysis: z
      .object({
        text: z.string(),
        model: z.string(),
        sources: z.array(z.uuid()).openapi({ description: 'Memories that it rests on.' }),
        citations: citationsSchema,
        degraded: z.array(z.string()).openapi({ description: 'What did not take part in time.' }),
      })
      .nullable()
      .openapi({ description: 'Stands in while there is no text; it is not kept.' }),
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
    'One that is missing or stale has its generation started. A stale text is answered, marked; for a missing one an analysis stands in, made within `DEEP_ANALYSIS_DEADLINE_MS`. Of a user with few memories no text is written.',
  ...needs('reader'),
  request: {
    params: whose,
    query: z.strictObject({
      analysis: z
        .enum(['true', 'false'])
        .default('true')
        .openapi({ description: '`false`: answers at once, without one.' }),
    }),
  },
  responses: {
    200: json(narrativeSchema, 'The text; `state` says whether it is fresh'),
    202: json(narrativeSchema, 'There is no text yet; `state` says why'),
    ...refuses('in_progress'),
  },
})

const versionSchema = z
  .object({
    version: z.int(),
    narrative: z.string(),
    citations: citationsSchema,
    generated_at: time,
    model: z.string(),
  })
  .openapi('NarrativeVersion')

const getVersions = createRoute({
  method: 'get',
  path: '/v1/narratives/{user_id}/versions',
  operationId: 'listNarrativeVersions',
  tags: ['narratives'],
  summary: 'List what the text was before, the latest first',
  ...needs('reader'),
  request: { params: whose, query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(versionSchema), 'Earlier versions'), ...refuses() },
})

const regenerate = createRoute({
  method: 'post',
  path: '/v1/narratives/{user_id}/regenerate',
  operationId: 'regenerateNarrative',
  tags: ['narratives'],
  summary: 'Have the text written anew',
  description: 'What is asked while one is being written becomes one more at most.',
  ...needs('service', 'work'),
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

export const narrativeRoutes = createRouter()
  .openapi(getNarrative, async (c) => {
    const { services, principal } = c.var
    const key = keyOf(principal, requireUser(reachedUser(principal, c.req.valid('param').user_id)))
    const told =
      c.req.valid('query').analysis === 'true'
        ? await services.narratives.tell(key)
        : await withoutAnalysis(services.narratives.read(key))
    if (told === null) throw new MemoirError('not_found', SENTENCE.not_found)
    return c.json(present(key.externalId, told), told.row.content === null ? 202 : 200)
  })
  .openapi(getVersions, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const key = keyOf(principal, requireUser(reachedUser(principal, c.req.valid('param').user_id)))
    const filter = withoutAbsent({ ...key, limit, cursor })
    const read = async () => await listNarrativeVersions(services.db, filter)
    return c.json(await readPage(cursor, read), 200)
  })
  .openapi(regenerate, async (c) => {
    const { services, principal } = c.var
    const { user_id } = c.req.valid('param')
    const key = keyOf(principal, requireUser(reachedUser(principal, user_id, userOf)))
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
function reachedUser(
  principal: Principal,
  named: string | undefined,
  reached: typeof userOf = readUserOf,
): string | null {
  if (principal.scopes !== null) {
    throw new MemoirError('forbidden', 'A key bound to scopes cannot read narratives.')
  }
  return reached(principal, named)
}

async function withoutAnalysis(reading: Promise<NarrativeRow | null>): Promise<Told | null> {
  const row = await reading
  return row && { row, analysis: null }
}

function present(user: string, { row, analysis }: Told) {
  const code = isErrorCode(row.error) ? row.error : null
  return {
    user_id: user,
    narrative: row.content,
    citations: row.content === null ? [] : row.citations,
    version: row.version,
    state: row.state,
    generated_at: row.generatedAt?.toISOString() ?? null,
    error: code === null ? null : { code, message: SENTENCE[code] },
    analysis: analysis && {
      text: analysis.text,
      model: analysis.model,
      sources: [...analysis.sources],
      citations: analysis.citations,
      degraded: [...analysis.degraded],
    },
  }
}
