import { createRoute, z } from '@hono/zod-openapi'
import { uuid } from '../fields.ts'
import { needsEverything } from '../guard.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema } from '../schemas.ts'

/** Embedding all memories of the installation anew. */

const named = { model: z.string(), dim: z.int() }

const reembedSchema = z
  .object({
    stored: z
      .object(named)
      .nullable()
      .openapi({ description: 'What the stored vectors are of; null while there are none.' }),
    configured: z.object(named),
    required: z.boolean().openapi({ description: 'The two differ.' }),
    job: uuid.nullable().openapi({ description: 'The unfinished job.' }),
    estimate: z
      .object({
        memories: z.int(),
        tokens: z.int(),
        cost: z.number().nullable().openapi({
          description: "US dollars; null when the model's price is not known.",
        }),
      })
      .nullable(),
    undo: z
      .object({ ...named, until: z.iso.datetime() })
      .nullable()
      .openapi({ description: 'What can be gone back to, and until when.' }),
  })
  .openapi('Reembed')

const getReembed = createRoute({
  method: 'get',
  path: '/v1/reembed',
  operationId: 'getReembed',
  tags: ['settings'],
  summary: 'Say whether the memories have to be embedded anew, and what that would cost',
  ...needsEverything(),
  responses: {
    200: json(reembedSchema, 'The embedding spaces'),
    ...refuses('configuration_invalid'),
  },
})

const startReembed = createRoute({
  method: 'post',
  path: '/v1/reembed',
  operationId: 'startReembed',
  tags: ['settings'],
  summary: 'Embed all memories with the configured model, in the shadow of the old vectors',
  description:
    'The vectors that are there serve until the switch, as far as their model can still be asked; recall says `embedding_space` until then. `undo` goes back to the space before, at once where nothing was written since. One at a time: the same request joins it.',
  ...needsEverything('work'),
  request: { body: body(z.strictObject({ undo: z.boolean().default(false) })) },
  responses: {
    202: json(acceptedSchema, 'Accepted'),
    ...refuses('conflict', 'configuration_invalid', 'payload_too_large', 'unsupported_media_type'),
  },
})

export const reembedRoutes = createRouter()
  .openapi(getReembed, async (c) => {
    const { undo, ...state } = await c.var.services.reembeds.state()
    const until = undo === null ? null : { ...undo, until: undo.until.toISOString() }
    return c.json({ ...state, undo: until }, 200)
  })
  .openapi(startReembed, async (c) => {
    const { services, principal } = c.var
    const { namespaceId, actor } = principal
    const { undo } = c.req.valid('json')
    const { id } = await services.reembeds.accept({ namespaceId, actor, undo })
    return c.json({ id, job: id, status: 'queued' as const }, 202)
  })
