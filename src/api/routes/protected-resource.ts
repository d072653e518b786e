import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError } from '../../errors.ts'
import { resourceMetadata } from '../bearer-challenge.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** OAuth 2.0 Protected Resource Metadata (RFC 9728): which issuer's tokens are taken. */

const metadataSchema = z
  .object({
    resource: z.url().openapi({ description: 'What a token is for, as clients ask for it.' }),
    authorization_servers: z.array(z.url()).readonly().openapi({ description: 'The issuer.' }),
    bearer_methods_supported: z.array(z.literal('header')),
    resource_name: z.string(),
  })
  .openapi('ProtectedResource')

const responses = {
  200: json(metadataSchema, 'The issuer whose tokens are taken'),
  ...refuses(),
}

const getMetadata = createRoute({
  method: 'get',
  path: '/.well-known/oauth-protected-resource',
  operationId: 'protectedResource',
  tags: ['process'],
  summary: 'Say which issuer’s tokens are taken beside keys',
  description: '404 where no issuer is configured.',
  responses,
})

const getMcpMetadata = createRoute({
  method: 'get',
  path: '/.well-known/oauth-protected-resource/mcp',
  operationId: 'protectedMcpResource',
  tags: ['process'],
  summary: 'The same for /mcp',
  responses,
})

const noIssuer = () =>
  new MemoirError('not_found', 'There is no such route: no token issuer is configured.')

export const protectedResourceRoutes = createRouter()
  .openapi(getMetadata, (c) => {
    const metadata = resourceMetadata(c, '')
    if (metadata === undefined) throw noIssuer()
    return c.json(metadata, 200)
  })
  .openapi(getMcpMetadata, (c) => {
    const metadata = resourceMetadata(c, '/mcp')
    if (metadata === undefined) throw noIssuer()
    return c.json(metadata, 200)
  })
