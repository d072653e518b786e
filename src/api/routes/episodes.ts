import { createRoute, z } from '@hono/zod-openapi'
import { head, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema } from '../schemas.ts'

/** Taking in a table of episodes that another system kept. */

const count = z.int()
const previewSchema = z
  .object({
    total: count,
    users: count,
    without_user: count,
    empty: count,
    too_large: count,
    sample: z
      .array(
        z.object({
          episode_id: z.string(),
          id: uuid.openapi({ description: 'The memory it becomes.' }),
          user_id: z.string(),
          content: z.string().openapi({ description: 'The first 200 characters.' }),
          occurred_at: z.iso.datetime().nullable(),
          session_id: z.string().nullable(),
          entities: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('EpisodesPreview')

const MAX_SAMPLE = 50
const MAX_LIMIT = 1_000_000_000

const migrateBody = z.strictObject({
  heads: z
    .array(head)
    .max(3)
    .default(['semantic'])
    .openapi({ description: 'Which vectors are made; `semantic` always is.' }),
  sample: z
    .int()
    .min(0)
    .max(MAX_SAMPLE)
    .default(0)
    .openapi({ description: 'With `dry_run`: so many of the first rows as they would become.' }),
  limit: z.int().min(1).max(MAX_LIMIT).optional().openapi({ description: 'Only the first rows.' }),
  dry_run: z.boolean().default(false).openapi({ description: 'Counts, and changes nothing.' }),
})

const migrateEpisodes = createRoute({
  method: 'post',
  path: '/v1/migrations/episodes',
  operationId: 'migrateEpisodes',
  tags: ['backfills'],
  summary: 'Take in the table of episodes that the configuration names',
  description:
    'A row becomes one memory, whose id is derived from the row’s: again is no second one, and what was changed or deleted here since stays so. One at a time: the same request joins it.',
  ...needs('admin', 'work'),
  request: { body: body(migrateBody) },
  responses: {
    200: json(previewSchema, 'With `dry_run`: what there is'),
    202: json(acceptedSchema, 'Accepted'),
    ...refuses(
      'conflict',
      'in_progress',
      'source_unavailable',
      'source_invalid',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
})

export const episodeRoutes = createRouter().openapi(migrateEpisodes, async (c) => {
  const { services, principal } = c.var
  const { namespaceId } = principal
  const { heads, sample, limit = null, dry_run: dryRun } = c.req.valid('json')
  if (dryRun) return c.json(await services.episodes.preview(namespaceId, sample), 200)
  const { id } = await services.episodes.accept({ namespaceId, heads, limit })
  return c.json({ id, job: id, status: 'queued' as const }, 202)
})
