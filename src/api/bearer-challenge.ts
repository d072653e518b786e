import type { Context } from 'hono'
import type { MemoirError } from '../errors.ts'
import type { AppEnv } from './environment.ts'

/** How clients without a key learn where to get a token: RFC 6750, and RFC 9728 where an issuer is configured. */

const METADATA = '/.well-known/oauth-protected-resource'

/** The value of `WWW-Authenticate` with a 401. */
export function challengeOf(c: Context<AppEnv>, { message }: MemoirError): string {
  const came = c.req.header('authorization') !== undefined
  const isOpen = c.var.services.config.OIDC_ISSUER !== undefined
  const parts = [
    ...(came ? ['error="invalid_token"'] : []),
    ...(came && isOpen ? [`error_description="${message}"`] : []),
    ...(isOpen ? [`resource_metadata="${metadataUrl(c)}"`] : []),
  ]
  return parts.length === 0 ? 'Bearer' : `Bearer ${parts.join(', ')}`
}

/** Of `/mcp`, the path goes behind the well-known one (RFC 9728, section 3.1). */
const metadataUrl = (c: Context<AppEnv>) =>
  `${publicOrigin(c)}${METADATA}${/^\/mcp\/?$/.test(c.req.path) ? '/mcp' : ''}`

/** What a client that found the metadata reads; undefined without an issuer. */
export function resourceMetadata(c: Context<AppEnv>, path: '' | '/mcp') {
  const { OIDC_ISSUER: issuer } = c.var.services.config
  if (issuer === undefined) return undefined
  return {
    resource: `${publicOrigin(c)}${path}`,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header' as const],
    resource_name: 'Memoir',
  }
}

/** A name or address, perhaps with a port: nothing that could end a quoted string. */
const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-f:.]+\](:\d{1,5})?$/i

/** As the client wrote it. Proxies say how they were asked; whoever makes that up is told their own words. */
function publicOrigin(c: Context<AppEnv>): string {
  const { protocol, host } = new URL(c.req.url)
  const [scheme = ''] = (c.req.header('x-forwarded-proto') ?? '').split(',')
  const [forwarded = ''] = (c.req.header('x-forwarded-host') ?? '').split(',')
  const name = [forwarded.trim(), host].find((one) => HOST.test(one)) ?? 'localhost'
  return `${/^https?$/.test(scheme) ? scheme : protocol.slice(0, -1)}://${name}`
}
