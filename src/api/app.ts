import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { secureHeaders } from 'hono/secure-headers'
import { MemoirError, SENTENCE } from '../errors.ts'
import { withStatementClass } from '../stores/statement-limits.ts'
import { createAuthenticate, type FixedPrincipal } from './auth.ts'
import { compatRoutes } from './compat.ts'
import { compatPersistenceRoutes } from './compat-persistence.ts'
import { compatSessionRoutes } from './compat-sessions.ts'
import type { ApiServices } from './context.ts'
import { documentOf } from './document.ts'
import type { AppEnv } from './environment.ts'
import { answerError } from './errors.ts'
import { observe } from './observe.ts'
import { createLimits } from './limits.ts'
import { createPlaces, STREAMS, WAITS } from './places.ts'
import { backfillRoutes } from './routes/backfills.ts'
import { budgetRoutes } from './routes/budget.ts'
import { erasureRoutes } from './routes/erasures.ts'
import { exportRoutes } from './routes/exports.ts'
import { consolidationRoutes } from './routes/consolidations.ts'
import { eventRoutes } from './routes/events.ts'
import { forgetRoutes } from './routes/forget.ts'
import { idRoutes } from './routes/ids.ts'
import { importRoutes } from './routes/imports.ts'
import { jobControlRoutes } from './routes/job-controls.ts'
import { jobEventRoutes } from './routes/job-events.ts'
import { jobRoutes } from './routes/jobs.ts'
import { keyRoutes } from './routes/keys.ts'
import { mcpResourceRoutes } from './routes/mcp-resources.ts'
import { mcpRoutes } from './routes/mcp.ts'
import { memoryRoutes } from './routes/memories.ts'
import { memoryWriteRoutes } from './routes/memory-writes.ts'
import { pageRoutes } from './routes/pages.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { processRoutes } from './routes/process.ts'
import { protectedResourceRoutes } from './routes/protected-resource.ts'
import { recallRoutes } from './routes/recall.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { episodeRoutes } from './routes/episodes.ts'
import { graphRoutes } from './routes/graph.ts'
import { noteRoutes } from './routes/notes.ts'
import { reembedRoutes } from './routes/reembed.ts'
import { extractionRoutes } from './routes/extraction.ts'
import { settingsRoutes } from './routes/settings.ts'
import { narrativeRunRoutes } from './routes/narrative-runs.ts'
import { narrativeRoutes } from './routes/narratives.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { statsRoutes } from './routes/stats.ts'
import { syncRoutes } from './routes/sync.ts'
import { userRoutes } from './routes/users.ts'
import { webhookRoutes } from './routes/webhooks.ts'

export interface AppOptions {
  /** Makes every request that of an administrator: for a caller in this process. */
  readonly principal?: FixedPrincipal
  /** Ends streams and waits when aborted. */
  readonly closing?: AbortSignal
}

export const MAX_BODY_BYTES = 1_048_576
export const MAX_TRANSCRIPT_BYTES = 16 * 1_048_576

/** The HTTP API over its services; `app.fetch` answers requests with no server in between. */
export function createApp(services: ApiServices, options: AppOptions = {}) {
  const app = new OpenAPIHono<AppEnv>()
  useFoundation(app, services, options)
  return withRoutes(app)
}

export type App = ReturnType<typeof createApp>

/** The API as OpenAPI 3.1, from the routes' own schemas; needs no services. */
export function describeApi() {
  return documentOf(withRoutes(new OpenAPIHono<AppEnv>()))
}

let described: string | undefined

function withRoutes(app: OpenAPIHono<AppEnv>) {
  const routed = app
    .route('/', recallRoutes)
    .route('/', memoryRoutes)
    .route('/', memoryWriteRoutes)
    .route('/', forgetRoutes)
    .route('/', consolidationRoutes)
    .route('/', erasureRoutes)
    .route('/', backfillRoutes)
    .route('/', importRoutes)
    .route('/', jobRoutes)
    .route('/', jobControlRoutes)
    .route('/', jobEventRoutes)
    .route('/', eventRoutes)
    .route('/', webhookRoutes)
    .route('/', scheduleRoutes)
    .route('/', userRoutes)
    .route('/', idRoutes)
    .route('/', exportRoutes)
    .route('/', keyRoutes)
    .route('/', settingsRoutes)
    .route('/', extractionRoutes)
    .route('/', reembedRoutes)
    .route('/', noteRoutes)
    .route('/', graphRoutes)
    .route('/', episodeRoutes)
    .route('/', sessionRoutes)
    .route('/', narrativeRoutes)
    .route('/', narrativeRunRoutes)
    .route('/', budgetRoutes)
    .route('/', statsRoutes)
    .route('/', syncRoutes)
    .route('/', compatRoutes)
    .route('/', compatSessionRoutes)
    .route('/', compatPersistenceRoutes)
    .route('/', processRoutes)
    .route('/', protectedResourceRoutes)
    .route('/', mcpResourceRoutes)
  routed.route('/', mcpRoutes)
  routed.route('/', pageRoutes)
  routed.get('/openapi.json', (c) => {
    described ??= JSON.stringify(describeApi())
    return c.body(described, 200, { 'Content-Type': 'application/json' })
  })
  return routed
}

/** What stands before every route, and what answers when none does. */
function useFoundation(
  app: OpenAPIHono<AppEnv>,
  services: ApiServices,
  { principal, closing = new AbortController().signal }: AppOptions,
): void {
  const authenticate = createAuthenticate(services, principal)
  const limits =
    principal === undefined ? createLimits(services.config, services.requestRates) : undefined
  const streams = createPlaces(STREAMS)
  const waits = createPlaces(WAITS)
  app.use('*', async (c, next) => {
    c.set('services', services)
    c.set('authenticate', authenticate)
    c.set('closing', closing)
    c.set('limits', limits)
    c.set('streams', streams)
    c.set('waits', waits)
    await next()
  })
  app.use('*', boundedStatements)
  app.use('*', observe)
  app.use('*', secureHeaders(SECURITY_HEADERS))
  app.use('*', async (c, next) => {
    await next()
    // Only files whose name says what they hold may be kept, and they say so.
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
  })
  const { CORS_ORIGINS: origins } = services.config
  if (origins.length > 0) app.use('*', crossOrigin(origins))
  app.use('*', untilErasedAgain)
  app.use('*', boundedBody)
  app.use(
    '*',
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c: Context<AppEnv>, methods) => {
        c.header('Allow', methods.join(', '))
        return answerError(new MemoirError('method_not_allowed', SENTENCE.method_not_allowed), c)
      },
    }),
  )
  app.onError(answerError)
  app.notFound((c) => answerError(new MemoirError('not_found', 'There is no such route.'), c))
}

/** Routes that somebody talks to: a late answer is worth nothing there. */
const QUESTIONS = /^\/v1\/(recall|context)$|^\/memory\/recall$|^\/mcp(\/|\/tool\/call)?$/

const boundedStatements: MiddlewareHandler<AppEnv> = async (c, next) => {
  await withStatementClass(QUESTIONS.test(c.req.path) ? 'question' : 'request', next)
}

/** They say nothing of anybody. */
const ALWAYS_ANSWERED =
  /^\/(health\/(live|ready)|version|openapi\.json|docs(\/.*)?|\.well-known\/oauth-protected-resource(\/mcp)?)$/

/** What was erased after a dump is back with it: no route may say a byte of it. */
const untilErasedAgain: MiddlewareHandler<AppEnv> = async (c, next) => {
  const why = c.var.services.ledger?.pending() ?? null
  if (why !== null && !ALWAYS_ANSWERED.test(c.req.path)) {
    throw new MemoirError('store_unavailable', why, { retryAfterMs: 5_000 })
  }
  await next()
}

/** Refuses a larger body before it is read whole. */
function bodyOfAtMost(maxSize: number): MiddlewareHandler<AppEnv> {
  const refuse = () => {
    throw new MemoirError('payload_too_large', SENTENCE.payload_too_large, {
      details: { max_bytes: maxSize },
    })
  }
  const counted = bodyLimit({ maxSize, onError: refuse })
  return async (c, next) => {
    const length = c.req.header('content-length')
    // Counting makes a web stream of the body, which costs more than routing; HTTP reads no more than was said.
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) {
      return await counted(c, next)
    }
    if (!(Number(length) <= maxSize)) refuse()
    await next()
  }
}

const ordinary = bodyOfAtMost(MAX_BODY_BYTES)
const large = bodyOfAtMost(MAX_TRANSCRIPT_BYTES)
/** Routes that take transcripts, and those of models: a tool says in words which text is too long, and a refused request says nothing to them. */
const LARGE = /^\/v1\/sessions$|^\/api\/memory\/[^/]+\/store_raw$|^\/mcp(\/|\/tool\/call)?$/

const boundedBody: MiddlewareHandler<AppEnv> = async (c, next) =>
  await (LARGE.test(c.req.path) ? large : ordinary)(c, next)

/** A browser may remember the leave it was given for so long; some cap it at two hours themselves. */
const LEAVE_SECONDS = 3_600

function crossOrigin(origins: readonly string[]) {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'Last-Event-ID',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Memoir-Namespace',
      'Prefer',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Preference-Applied',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: LEAVE_SECONDS,
  })
}
