import { createRoute, z } from '@hono/zod-openapi'
import { isCron } from '../../domain/cron.ts'
import { SCHEDULE_KINDS } from '../../domain/schedule.ts'
import { moment, pageQuery, present, text } from '../fields.ts'
import { needs } from '../guard.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { acceptedSchema, pageOf, scheduleSchema } from '../schemas.ts'

const MAX_ID_CHARS = 100
const params = z.object({
  id: text(MAX_ID_CHARS).openapi({ description: `One of: ${SCHEDULE_KINDS.join(', ')}.` }),
})

const listSchedules = createRoute({
  method: 'get',
  path: '/v1/schedules',
  operationId: 'listSchedules',
  tags: ['schedules'],
  summary: 'List schedules with their next and their recent runs',
  description: 'Schedules belong to the namespace of the source. Cron expressions are in UTC.',
  ...needs('admin'),
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(scheduleSchema), 'All of them, on one page'), ...refuses() },
})

const MAX_CRON_CHARS = 100
const MAX_NOTE_CHARS = 500

const changeBody = z
  .strictObject({
    cron: text(MAX_CRON_CHARS)
      .refine(isCron, 'must be a cron expression of five fields, in UTC')
      .optional(),
    paused: z.boolean().optional(),
    note: text(MAX_NOTE_CHARS).nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')

const changeSchedule = createRoute({
  method: 'patch',
  path: '/v1/schedules/{id}',
  operationId: 'changeSchedule',
  tags: ['schedules'],
  summary: 'Change when a schedule runs, pause it or let it go on',
  description:
    'Brings a schedule that was deleted back. `applied` is false while Temporal does not answer: a worker tells it later. A pause or its end without a note takes the old note away.',
  ...needs('admin'),
  request: { params, body: body(changeBody) },
  responses: {
    200: json(scheduleSchema, 'The schedule as it is now'),
    ...refuses('payload_too_large', 'unsupported_media_type'),
  },
})

const deleteSchedule = createRoute({
  method: 'delete',
  path: '/v1/schedules/{id}',
  operationId: 'deleteSchedule',
  tags: ['schedules'],
  summary: 'Remove a schedule; workers do not make it again',
  ...needs('admin'),
  request: { params },
  responses: { 204: { description: 'Removed' }, ...refuses() },
})

const triggerSchedule = createRoute({
  method: 'post',
  path: '/v1/schedules/{id}/trigger',
  operationId: 'triggerSchedule',
  tags: ['schedules'],
  summary: 'Run it once now, paused or not',
  description: 'While a run is unfinished it is joined; while a backfill is, that is named.',
  ...needs('admin', 'work'),
  request: { params },
  responses: { 202: json(acceptedSchema, 'Accepted'), ...refuses('conflict', 'in_progress') },
})

const DAY_MS = 86_400_000
const MAX_DAYS = 366

const rangeBody = z
  .strictObject({ from: moment, to: moment })
  .superRefine(({ from, to }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (to <= from) refuse('to', 'must lie after from')
    else if (to.getTime() - from.getTime() > MAX_DAYS * DAY_MS) {
      refuse('from', `must lie at most ${MAX_DAYS} days before to`)
    }
    if (to.getTime() > Date.now()) refuse('to', 'must not lie in the future')
  })

const backfillSchedule = createRoute({
  method: 'post',
  path: '/v1/schedules/{id}/backfill',
  operationId: 'backfillSchedule',
  tags: ['schedules'],
  summary: 'Run the times between two moments again, one after the other',
  description:
    'For nights that were lost or whose changes bear old times: each run reads as far back as the time it stands for asks.',
  ...needs('admin', 'work'),
  request: { params, body: body(rangeBody) },
  responses: {
    202: json(z.object({ id: z.enum(SCHEDULE_KINDS) }), 'Asked of Temporal'),
    ...refuses('temporal_unavailable', 'payload_too_large', 'unsupported_media_type'),
  },
})

export const scheduleRoutes = createRouter()
  .openapi(listSchedules, async (c) => {
    const { services, principal } = c.var
    const items = await services.schedules.list(principal.namespaceId)
    return c.json({ items, next_cursor: null }, 200)
  })
  .openapi(changeSchedule, async (c) => {
    const { services, principal } = c.var
    const { namespaceId, actor } = principal
    const key = { namespaceId, id: c.req.valid('param').id }
    const change = present(c.req.valid('json'))
    return c.json(await services.schedules.change(key, change, actor), 200)
  })
  .openapi(deleteSchedule, async (c) => {
    const { services, principal } = c.var
    const { namespaceId, actor } = principal
    await services.schedules.remove({ namespaceId, id: c.req.valid('param').id }, actor)
    return c.body(null, 204)
  })
  .openapi(triggerSchedule, async (c) => {
    const { services, principal } = c.var
    const { namespaceId } = principal
    const job = await services.schedules.trigger({ namespaceId, id: c.req.valid('param').id })
    return c.json({ id: job.id, job: job.id, status: job.state }, 202)
  })
  .openapi(backfillSchedule, async (c) => {
    const { services, principal } = c.var
    const { namespaceId } = principal
    const key = { namespaceId, id: c.req.valid('param').id }
    const id = await services.schedules.backfill(key, c.req.valid('json'))
    return c.json({ id }, 202)
  })
