import { createRoute, z } from '@hono/zod-openapi'
import { text } from '../fields.ts'
import { needs, requireRole } from '../guard.ts'
import { once } from '../idempotency.ts'
import { rejectedSchema, type Imported } from '../import-shapes.ts'
import { importWithin } from '../imports.ts'
import { importRecordsWithin } from '../import-records.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

export const MAX_CONVERSATIONS = 200

export const MAX_RECORDS = 500

const importBody = z
  .strictObject({
    source: text(200)
      .optional()
      .openapi({ description: 'The name of the source; the configured one unless given.' }),
    conversations: z
      .array(
        z.unknown().openapi({
          type: 'object',
          description:
            '`{ id, user_id?, title?, created_at, updated_at?, messages: [{ id, role, name?, content, created_at, position? }] }`; `user_id` may be left out with a key that is bound to a user.',
        }),
      )
      .min(1)
      .max(MAX_CONVERSATIONS)
      .optional(),
    records: z
      .array(
        z.unknown().openapi({
          type: 'object',
          description: 'A line of an export that is no conversation, in the order of the file.',
        }),
      )
      .min(1)
      .max(MAX_RECORDS)
      .optional(),
    lift: z.boolean().default(false).openapi({
      description:
        'For administrators: takes in what was erased or forgotten as well, and takes back that it was.',
    }),
  })
  .refine(
    ({ conversations, records }) => (conversations === undefined) !== (records === undefined),
    { path: ['conversations'], message: 'is needed, or records, and not both' },
  )

const importedSchema = z
  .object({
    conversations: z.int(),
    messages: z.int(),
    records: z.int(),
    left_out: z
      .int()
      .openapi({ description: 'Records that are there already, or are made again of others.' }),
    rejected: z.array(rejectedSchema).readonly(),
  })
  .openapi('Imported')

const importConversations = createRoute({
  method: 'post',
  path: '/v1/imports',
  operationId: 'importConversations',
  tags: ['imports'],
  summary: 'Hand in conversations for the next backfill',
  description:
    'Conversations and messages are kept by id: the same again changes nothing, so a large conversation can come in parts. What is refused is listed, the rest is written. A backfill makes memories of them. Other lines of an export come as `records`; what stands is left as it is. What was erased or forgotten is refused.',
  ...needs('service'),
  request: {
    headers: z.object({
      'idempotency-key': z
        .string()
        .optional()
        .openapi({ description: 'The same key and body again within 24 hours: the same answer.' }),
    }),
    body: body(importBody),
  },
  responses: {
    200: json(importedSchema, 'What was written and what was refused'),
    ...refuses(
      'conflict',
      'in_progress',
      'source_invalid',
      'payload_too_large',
      'unsupported_media_type',
    ),
  },
})

export const importRoutes = createRouter().openapi(importConversations, async (c) => {
  const { services, principal } = c.var
  const given = c.req.valid('json')
  if (given.lift) requireRole(c, 'admin')
  const answer = await once(
    services,
    {
      principal,
      route: 'POST /v1/imports',
      key: c.req.valid('header')['idempotency-key'],
      body: given,
      answer: (body: Imported) => ({ status: 200, body }),
    },
    async (beforeCommit) => {
      const { source = services.config.SOURCE_NAME, conversations = [], records, lift } = given
      return records === undefined
        ? await importWithin(services, principal, { source, conversations, lift }, beforeCommit)
        : await importRecordsWithin(services, principal, { records, lift }, beforeCommit)
    },
  )
  return c.json(importedSchema.parse(answer.body), 200)
})
