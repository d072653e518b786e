import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { startExport } from '../../portable/export.ts'
import { userId } from '../fields.ts'
import { needs } from '../guard.ts'
import { jsonLines } from '../json-lines.ts'
import { userOf } from '../reach.ts'
import { refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** Widened: to the router's types whatever ends in `json` is one value, made by `c.json`. */
const JSON_LINES: string = 'application/x-ndjson'

const exportUser = createRoute({
  method: 'get',
  path: '/v1/users/{user_id}/export',
  operationId: 'exportUser',
  tags: ['users'],
  summary: 'Everything about one user, as JSON lines',
  description:
    'Conversations, posted sessions, memories with what they were and what they rest on, entities, narratives. `POST /v1/imports` and `memoir import` take it in again; lines with `derived` are made again of the others. The last line is of type `end`: without it something is missing. A key that is bound to scopes gets the memories in them.',
  ...needs('service', 'work'),
  request: { params: z.object({ user_id: userId }) },
  responses: {
    200: {
      description: 'One JSON object a line',
      content: { [JSON_LINES]: { schema: z.string() } },
    },
    ...refuses(),
  },
})

export const exportRoutes = createRouter().openapi(exportUser, async (c) => {
  const { services, principal, closing, requestId } = c.var
  const { namespaceId, scopes } = principal
  const name = userOf(principal, c.req.valid('param').user_id)
  if (name === null) throw new MemoirError('not_found', SENTENCE.not_found)
  const lines = await startExport(services.db, { namespaceId, name, scopes })
  const onBreak = (error: unknown) => {
    services.log.warn({ error, request_id: requestId }, 'an export broke off')
  }
  const headers = { 'Content-Type': JSON_LINES, 'X-Accel-Buffering': 'no' }
  return new Response(jsonLines(lines, { closing, onBreak }), { headers })
})
