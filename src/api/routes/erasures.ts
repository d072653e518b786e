import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { findReceipt } from '../../stores/forget/erasure-receipts.ts'
import { userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { requireJob, seesJobs, userOf } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema } from '../schemas.ts'

const eraseUser = createRoute({
  method: 'delete',
  path: '/v1/users/{user_id}',
  operationId: 'eraseUser',
  tags: ['forgetting'],
  summary: 'Erase a user: everything of them, in every store',
  description:
    'At once nothing is told and nothing accepted of them any more. The job ends with a receipt under its id. Ingest leaves them out from then on; only remembering something of them directly lifts that.',
  ...needs('service'),
  request: { params: z.object({ user_id: userId }) },
  responses: { 202: json(acceptedSchema, 'Accepted'), ...refuses('conflict') },
})

const counts = z.record(z.string(), z.int())
const receiptSchema = z
  .object({
    id: uuid,
    user: uuid.openapi({ description: 'What is left of the user: a uuid of ours.' }),
    deleted: counts.openapi({ description: 'Rows, by table or store.' }),
    found_again: counts.openapi({
      description: 'What came in while it was under way, found after the wait and deleted too.',
    }),
    requested_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .openapi('ErasureReceipt')

const getErasure = createRoute({
  method: 'get',
  path: '/v1/erasures/{id}',
  operationId: 'getErasure',
  tags: ['forgetting'],
  summary: 'Show the receipt of an erasure',
  ...needs('service'),
  request: { params: z.object({ id: uuid }) },
  responses: { 200: json(receiptSchema, 'What was deleted where'), ...refuses() },
})

const nothing = () => new MemoirError('not_found', SENTENCE.not_found)

export const erasureRoutes = createRouter()
  .openapi(eraseUser, async (c) => {
    const { services, principal } = c.var
    const name = userOf(principal, c.req.valid('param').user_id)
    // A key bound to scopes does not see all that would go.
    if (name === null || !seesJobs(principal)) throw nothing()
    const { namespaceId, actor } = principal
    const { id } = await services.eraseUser({ namespaceId, name, actor })
    const { state: status } = await requireJob(services, principal, id)
    return c.json({ id, job: id, status }, 202)
  })
  .openapi(getErasure, async (c) => {
    const { services, principal } = c.var
    const { namespaceId, user } = principal
    const receipt = seesJobs(principal)
      ? await findReceipt(services.db, { namespaceId, id: c.req.valid('param').id })
      : null
    if (receipt === null || (user !== null && user.id !== receipt.userId)) throw nothing()
    const { id, deleted, foundAgain, requestedAt, finishedAt } = receipt
    const shown = {
      id,
      user: receipt.userId,
      deleted: { ...deleted },
      found_again: { ...foundAgain },
      requested_at: requestedAt.toISOString(),
      finished_at: finishedAt?.toISOString() ?? null,
    }
    return c.json(shown, 200)
  })
