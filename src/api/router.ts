import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './environment.ts'
import { refuseInvalid } from './errors.ts'

/** Where routes of one resource are chained, so that their types reach the client. */
export function createRouter() {
  return new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
}
