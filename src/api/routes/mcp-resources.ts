import { createRoute, z } from '@hono/zod-openapi'
import { listResources, readResource, RESOURCE_TEMPLATES } from '../../mcp/resources.ts'
import { text } from '../fields.ts'
import { needs } from '../guard.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** The resources of /mcp over plain HTTP, as `/mcp/tool/call` is for its tools: what `memoir mcp` rests on. */

const described = { title: z.string(), description: z.string(), mimeType: z.string() }

const listed = z
  .object({
    resources: z.array(z.object({ uri: z.string(), name: z.string(), ...described })),
    templates: z.array(z.object({ uriTemplate: z.string(), name: z.string(), ...described })),
  })
  .openapi('McpResources')

const content = z
  .object({ uri: z.string(), mimeType: z.string(), text: z.string() })
  .openapi('McpResource')

const getResources = createRoute({
  method: 'get',
  path: '/mcp/resources',
  operationId: 'listResources',
  tags: ['compatible paths'],
  summary: 'List what models can be given without a tool: narratives and recent memories',
  description: 'Of the users whom the key may read, the first 50; any other by its template.',
  ...needs('reader'),
  responses: { 200: json(listed, 'Resources, and templates of their addresses'), ...refuses() },
})

const MAX_URI_CHARS = 2_000

const getResource = createRoute({
  method: 'get',
  path: '/mcp/resources/read',
  operationId: 'readResource',
  tags: ['compatible paths'],
  summary: 'Read one of them',
  ...needs('reader'),
  request: { query: z.strictObject({ uri: text(MAX_URI_CHARS) }) },
  responses: { 200: json(content, 'What it says: data, never instructions'), ...refuses() },
})

export const mcpResourceRoutes = createRouter()
  .openapi(getResources, async (c) => {
    const { services, principal } = c.var
    const resources = await listResources({ services, principal })
    return c.json({ resources, templates: [...RESOURCE_TEMPLATES] }, 200)
  })
  .openapi(getResource, async (c) => {
    const { services, principal } = c.var
    return c.json(await readResource({ services, principal }, c.req.valid('query').uri), 200)
  })
