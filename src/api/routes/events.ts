import { setTimeout as sleep } from 'node:timers/promises'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { EVENT_TYPES } from '../../domain/event.ts'
import { MemoirError } from '../../errors.ts'
import { readEvents } from '../../events/feed.ts'
import { findEndedKeys } from '../../stores/api-keys.ts'
import { positionOf, type EventQuery } from '../../stores/events/events.ts'
import type { GuardedEnv, Principal } from '../environment.ts'
import { pageQuery, present, queryListOf } from '../fields.ts'
import { needs } from '../guard.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { eventSchema } from '../event-schemas.ts'
import { pageOf } from '../schemas.ts'
import { keyIdOf, untilTokenEnds } from '../watch-job.ts'

const listEvents = createRoute({
  method: 'get',
  path: '/v1/events',
  operationId: 'listEvents',
  tags: ['events'],
  summary: 'What happened to memories, users, narratives and jobs, oldest first',
  description:
    'Events hold ids and kinds and are kept for `EVENT_RETENTION_DAYS`. Each has a `cursor`: what comes after it is asked for with that. With `Accept: text/event-stream` the answer goes on as server-sent events, the type as `event`, the cursor as `id` and the event as `data`; a client that comes back with `Last-Event-ID` goes on where it was.',
  ...needs('reader'),
  request: {
    query: z.strictObject({
      ...pageQuery,
      cursor: pageQuery.cursor.openapi({ description: '`cursor` of an event, or `next_cursor`.' }),
      types: queryListOf(z.enum(EVENT_TYPES)).optional(),
    }),
    headers: z.object({ 'last-event-id': z.string().max(2_000).optional() }),
  },
  responses: {
    200: {
      description: 'Events',
      content: {
        ...json(pageOf(eventSchema), '').content,
        'text/event-stream': { schema: z.string() },
      },
    },
    ...refuses(),
  },
})

/** A key that is bound to a user or to scopes hears of nothing else. */
export function eventReach({ namespaceId, user, scopes }: Principal) {
  return present({ namespaceId, userId: user?.id, scopes: scopes ?? undefined })
}

export const eventRoutes = createRouter().openapi(listEvents, async (c) => {
  const { cursor, types, limit } = c.req.valid('query')
  const stream = wantsStream(c.req.header('accept'))
  const after = (stream ? c.req.valid('header')['last-event-id'] : undefined) ?? cursor
  const query = present({
    ...eventReach(c.var.principal),
    types,
    limit,
    after: after === undefined ? 0 : positionOf(after),
  })
  if (stream) return streamEvents(c, query)
  return c.json(await readEvents(c.var.services.db, query), 200)
})

const wantsStream = (accept: string | undefined) => /\btext\/event-stream\b/i.test(accept ?? '')

/** A person sees what happened as it happens. */
const LOOK_MS = 500
/** Proxies close what is silent for a minute, some after 30 seconds. */
const KEEP_ALIVE_MS = 15_000

function streamEvents(c: Context<GuardedEnv>, from: EventQuery): Response {
  const { services, principal, closing, requestId, streams } = c.var
  const { db, log } = services
  const leave = streams.take(principal.actor)
  if (leave === null) {
    throw new MemoirError('rate_limited', 'Too many streams of events are open.', {
      retryAfterMs: 5_000,
    })
  }
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const left = new AbortController()
    stream.onAbort(() => left.abort())
    const signal = AbortSignal.any([closing, left.signal, ...untilTokenEnds(principal)])
    const beat = setInterval(() => void stream.write(': keep-alive\n\n'), KEEP_ALIVE_MS)
    const { keyId } = keyIdOf(principal)
    let { after } = from
    try {
      while (!signal.aborted) {
        // Before the events, so that a key that was revoked before one learns nothing of it.
        if (keyId !== undefined && (await findEndedKeys(db, [keyId])).length > 0) return
        const { items, next_cursor: next } = await readEvents(db, { ...from, after })
        for (const event of items) {
          const data = JSON.stringify(event)
          await stream.writeSSE({ event: event.type, id: event.cursor, data })
        }
        const last = next ?? items.at(-1)?.cursor
        if (last !== undefined) after = positionOf(last)
        // Only an abort rejects it, and that is what ends the waiting.
        if (next === null) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
      }
    } catch (error) {
      log.warn({ error, request_id: requestId }, 'a stream of events broke off')
    } finally {
      clearInterval(beat)
      leave()
    }
  })
}
