import { createMcpHandler, type AuthInfo, type McpHttpHandler } from '@modelcontextprotocol/server'
import { Hono, type MiddlewareHandler } from 'hono'
import { listResources, readResource } from '../../mcp/resources.ts'
import { createMcpServer } from '../../mcp/server.ts'
import type { ToolCaller } from '../../mcp/tool.ts'
import { callTool, toolsFor } from '../../mcp/tools.ts'
import type { AppEnv, GuardedEnv } from '../environment.ts'
import { needs } from '../guard.ts'
import { countWrite } from '../limits.ts'
import { refuseForeignOrigin } from '../origin.ts'

/** The Model Context Protocol over streamable HTTP. Each request stands alone, so any server can answer it. */

/** A page of another origin that got hold of a key still may not use it through somebody's browser. */
const ownPagesOnly: MiddlewareHandler<AppEnv> = async (c, next) => {
  refuseForeignOrigin({ header: (name) => c.req.header(name) }, c.var.services.config.CORS_ORIGINS)
  await next()
}

/** Who asks, by what the protocol's handler hands on unread. */
const callers = new WeakMap<AuthInfo, ToolCaller>()

function createHandler(services: AppEnv['Variables']['services']): McpHttpHandler {
  const onFault = (error: unknown) => services.log.error({ error }, 'a tool failed')
  return createMcpHandler(
    ({ authInfo }) => {
      const caller = authInfo && callers.get(authInfo)
      if (caller === undefined) throw new Error('nobody asks')
      return createMcpServer({
        tools: toolsFor(caller.principal),
        call: async (name, given) => await callTool(caller, name, given),
        resources: {
          list: async () => await listResources(caller),
          read: async (uri) => await readResource(caller, uri),
        },
        onFault,
      })
    },
    { onerror: (error) => services.log.debug({ error }, 'a request of MCP was refused') },
  )
}

const handlers = new WeakMap<AppEnv['Variables']['services'], McpHttpHandler>()

function handlerOf({ services, closing }: AppEnv['Variables']): McpHttpHandler {
  const known = handlers.get(services)
  if (known) return known
  const handler = createHandler(services)
  closing.addEventListener('abort', () => void handler.close(), { once: true })
  handlers.set(services, handler)
  return handler
}

export const mcpRoutes = new Hono<GuardedEnv>()
/** Many clients add the slash, or keep the one of an address they were given. */
const PATHS = ['/mcp', '/mcp/']
for (const path of PATHS) mcpRoutes.use(path, ownPagesOnly, needs('reader', 'reads').middleware)
mcpRoutes.on(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], PATHS, async (c) => {
  const { services, principal } = c.var
  const authInfo: AuthInfo = { token: '', clientId: principal.actor, scopes: [principal.role] }
  callers.set(authInfo, { services, principal, countWrite: countWrite(c) })
  // The guard has read the body; the handler gets it whole again.
  const { method, headers, signal, url } = c.req.raw
  const body = method === 'POST' ? { body: await c.req.text() } : {}
  const request = new Request(url, { method, headers, signal, ...body })
  return await handlerOf(c.var).fetch(request, { authInfo })
})
