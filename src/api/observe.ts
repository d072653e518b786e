import { ROOT_CONTEXT, SpanKind, SpanStatusCode, propagation, trace } from '@opentelemetry/api'
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { v7 as uuidv7 } from 'uuid'
import type { AppEnv } from './environment.ts'

/** What a caller may call its request: enough for every tracing system, nothing that bends a log line. */
const REQUEST_ID = /^[\w.:-]{1,128}$/
/** Asked every few seconds by machines: their traces would bury the others. */
const PROBES = /^\/(health\/|metrics$)/

/** Names every request, counts it by the pattern of its route, and makes a trace of it where traces are kept. */
export const observe: MiddlewareHandler<AppEnv> = async (c, next) => {
  const began = performance.now()
  const given = c.req.header('x-request-id') ?? ''
  const requestId = REQUEST_ID.test(given) ? given : uuidv7()
  c.set('requestId', requestId)
  c.header('X-Request-Id', requestId)
  await (PROBES.test(c.req.path) ? next() : traced(c, next))
  const { metrics, log } = c.var.services
  const seconds = (performance.now() - began) / 1000
  const { status } = c.res
  const { route, method } = patternOf(c)
  metrics.requests.observe({ route, method, status: String(status) }, seconds)
  log.debug({ request_id: requestId, route, method, status, seconds }, 'answered')
}

/** Methods and paths are made up by callers; those that lead nowhere share one series. */
function patternOf(c: Context<AppEnv>): { readonly route: string; readonly method: string } {
  const found = routePath(c, -1)
  return found.endsWith('*')
    ? { route: 'none', method: 'none' }
    : { route: found, method: c.req.method }
}

/** A caller's own trace goes on here. Paths and questions stay out: they hold users' ids and words. */
async function traced(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  const callers = propagation.extract(ROOT_CONTEXT, Object.fromEntries(c.req.raw.headers))
  const attributes = { 'memoir.request_id': c.get('requestId') }
  const options = { kind: SpanKind.SERVER, attributes }
  await trace.getTracer('memoir').startActiveSpan('request', options, callers, async (span) => {
    try {
      await next()
    } finally {
      const { route, method } = patternOf(c)
      const { status } = c.res
      span.updateName(`${method} ${route}`)
      span.setAttributes({
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': status,
      })
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
  })
}
