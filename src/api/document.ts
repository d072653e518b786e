import type { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from '../version.ts'
import type { AppEnv } from './environment.ts'

const ABOUT = `Durable memory for AI applications.

Every request but those about the process itself carries \`Authorization: Bearer KEY\`, or a token of the configured issuer in its place. An administrator's key chooses a namespace with
\`Memoir-Namespace\` and gets \`default\` without it. What lies outside the reach of a key is as if it did not exist.

Each answer names its request in \`X-Request-Id\`; a caller may give its own. Lists answer \`next_cursor\`, to be sent as \`cursor\`.`

/** The API as OpenAPI 3.1, from the routes' own schemas. */
export function documentOf(app: OpenAPIHono<AppEnv>) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Memoir', version: VERSION, description: ABOUT },
    servers: [{ url: '/' }],
  })
}

export type ApiDocument = ReturnType<typeof documentOf>
