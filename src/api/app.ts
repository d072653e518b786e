import { randomUUID } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { routePath } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { MemoirError } from '../errors.ts'
import { VERSION } from '../version.ts'
import { authenticate, type FixedPrincipal } from './auth.ts'
import { compatRoutes } from './compat.ts'
import type { ApiServices } from './context.ts'
import type { AppEnv } from './environment.ts'
import { answerError } from './errors.ts'
import { backfillRoutes } from './routes/backfills.ts'
import { docsRoutes } from './routes/docs.ts'
import { jobRoutes } from './routes/jobs.ts'
import { keyRoutes } from './routes/keys.ts'
import { recallRoutes } from './routes/recall.ts'
import { systemRoutes } from './routes/system.ts'
import { userRoutes } from './routes/users.ts'

export interface AppOptions {
  /** Acts for every request as this principal, whatever its headers say: for callers inside this process. */
  readonly principal?: FixedPrincipal
  /** Aborted when the server closes: streams end then. */
  readonly closing?: AbortSignal
}

const BODY_BYTES = 1024 * 1024

/** The HTTP API. It starts work and answers; it never does the work. */
export function createApp(services: ApiServices, options: AppOptions = {}) {
  const app = new OpenAPIHono<AppEnv>()
  app.onError(answerError)
  app.notFound((c) => answerError(new MemoirError('not_found', 'There is no such route.'), c))
  app.use(prepare(services, options.closing ?? new AbortController().signal))
  app.use(secureHeaders({ crossOriginResourcePolicy: 'same-origin' }))
  if (services.config.CORS_ORIGINS.length > 0) {
    app.use(
      cors({
        origin: [...services.config.CORS_ORIGINS],
        exposeHeaders: ['X-Request-Id', 'Retry-After'],
      }),
    )
  }
  app.use(
    bodyLimit({
      maxSize: BODY_BYTES,
      onError: () => {
        throw new MemoirError('payload_too_large', `The body is larger than ${BODY_BYTES} bytes.`)
      },
    }),
  )
  for (const path of ['/v1/*', '/memory/*', '/mcp/*', '/api/*', '/settings/*']) {
    app.use(path, authenticate(options.principal))
  }
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
  })
  const routed = app
    .route('/', systemRoutes(options.principal))
    .route('/', recallRoutes)
    .route('/', backfillRoutes)
    .route('/', jobRoutes)
    .route('/', userRoutes)
    .route('/', keyRoutes)
    .route('/', compatRoutes)
  routed.route('/', docsRoutes)
  routed.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Memoir', version: VERSION, description: 'Durable memory for AI applications.' },
  })
  return routed
}

export type App = ReturnType<typeof createApp>

/** Somebody else's id of a request is kept when it is one; anything else could be meant for a log's reader. */
const REQUEST_ID = /^[\w.:-]{1,100}$/

function prepare(services: ApiServices, closing: AbortSignal): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id')
    c.set('requestId', given !== undefined && REQUEST_ID.test(given) ? given : randomUUID())
    c.set('services', services)
    c.set('log', services.log)
    c.set('closing', closing)
    const end = services.metrics.requests.startTimer()
    c.header('X-Request-Id', c.var.requestId)
    await next()
    end({ route: routePath(c, -1), method: c.req.method, status: String(c.res.status) })
  }
}
