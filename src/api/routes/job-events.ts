import { createHash } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import { MemoirError, type ErrorCode } from '../../errors.ts'
import { uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { presentJob } from '../present-job.ts'
import { requireJob } from '../reach.ts'
import { refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { keyIdOf, untilTokenEnds } from '../watch-job.ts'

/** Proxies close what is silent for a minute, some after 30 seconds. */
const KEEP_ALIVE_MS = 15_000

const jobEvents = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  operationId: 'watchJob',
  tags: ['jobs'],
  summary: 'Follow a job as server-sent events',
  description:
    'One `job` event now and one with each change, the job as its data; the stream ends with the job, or when the key no longer reaches it. The id of an event names what it said, so that a client that comes back with `Last-Event-ID` hears only what is new.',
  ...needs('reader'),
  request: {
    params: z.object({ id: uuid }),
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: {
      description: 'Events, until the job has ended',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...refuses(),
  },
})

const tooMany = () =>
  new MemoirError('rate_limited', 'Too many streams of events are open.', { retryAfterMs: 5_000 })

/** The key was revoked or has expired, or no longer reaches the job: that is how a stream may end. */
const KEY_ENDED: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'forbidden', 'not_found'])

/** Names a state of a job: the same state has the same id on every server. */
const eventId = (data: string) => createHash('sha256').update(data).digest('base64url').slice(0, 16)

export const jobEventRoutes = createRouter().openapi(jobEvents, async (c) => {
  const { services, principal, closing, requestId, streams } = c.var
  const { id } = await requireJob(services, principal, c.req.valid('param').id)
  const leave = streams.take(principal.actor)
  if (leave === null) throw tooMany()
  let heard = c.req.valid('header')['last-event-id']
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const left = new AbortController()
    stream.onAbort(() => left.abort())
    const signal = AbortSignal.any([closing, left.signal, ...untilTokenEnds(principal)])
    const beat = setInterval(() => void stream.write(': keep-alive\n\n'), KEEP_ALIVE_MS)
    const { namespaceId } = principal
    const request = { namespaceId, id, pace: 'watching', ...keyIdOf(principal) } as const
    try {
      for await (const job of services.jobs.follow(request, signal)) {
        const data = JSON.stringify(presentJob(services, principal, job))
        const event = eventId(data)
        if (event !== heard) await stream.writeSSE({ event: 'job', id: event, data })
        heard = event
      }
    } catch (error) {
      if (error instanceof MemoirError && KEY_ENDED.has(error.code)) return
      services.log.warn({ error, request_id: requestId }, 'a stream of events broke off')
    } finally {
      clearInterval(beat)
      leave()
    }
  })
})
