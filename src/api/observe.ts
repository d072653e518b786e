import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { v7 as uuidv7 } from 'uuid'
import type { AppEnv } from './environment.ts'

/** What a caller may call its request: enough for every tracing system, nothing that bends a log line. */
const REQUEST_ID = /^[\w.:-]{1,128}$/

/** Names every request, and counts it by the pattern of its route. */
export const observe: MiddlewareHandler<AppEnv> = async (c, next) => {
  const began = performance.now()
  const given = c.req.header('x-request-id') ?? ''
  const requestId = REQUEST_ID.test(given) ? given : uuidv7()
  c.set('requestId', requestId)
  c.header('X-Request-Id', requestId)
  await next()
  const { metrics, log } = c.var.services
  const seconds = (performance.now() - began) / 1000
  const { status } = c.res
  // Methods and paths are made up by callers; those that lead nowhere share one series.
  const found = routePath(c, -1)
  const [route, method] = found.endsWith('*') ? ['none', 'none'] : [found, c.req.method]
  metrics.requests.observe({ route, method, status: String(status) }, seconds)
  log.debug({ request_id: requestId, route, method, status, seconds }, 'answered')
}
