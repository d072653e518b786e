import { createHash } from 'node:crypto'
import { MemoirError } from '../errors.ts'
import { verifyToken, type VerifiedToken } from '../providers/access-token.ts'
import { createTokenIssuer } from '../providers/token-issuer.ts'
import { ensureUsers } from '../stores/memory-users.ts'
import { findNamespace, type Namespace } from '../stores/tenants.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { readClaims, type Granted } from './token-claims.ts'

/** Who signs in with a token of the configured issuer. Tokens are checked with every request and kept nowhere. */

export interface Tokens {
  /**
   * @throws MemoirError `unauthorized` for a token that is not good, `forbidden` for one whose claims grant nothing,
   * `issuer_unavailable`
   */
  principal(token: string): Promise<Principal>
}

/** What a namespace can be called; nothing else is looked up. */
const NAMESPACE = /^[a-z0-9][a-z0-9-]{0,47}$/

/** @returns undefined when no issuer is configured */
export function createTokens(
  { config, db, log }: Pick<ApiServices, 'config' | 'db' | 'log'>,
  namespaceOf: (name?: string) => Promise<Namespace>,
): Tokens | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = config
  if (issuer === undefined || audience === undefined) return undefined
  const allowHttp = config.MEMOIR_ALLOW_PRIVATE_PROVIDERS
  const keys = createTokenIssuer({ issuer, allowHttp, log })
  const placeOf = async ({ namespace }: Granted): Promise<Namespace> => {
    if (namespace === null || namespace === config.SOURCE_NAMESPACE) {
      return await namespaceOf(namespace ?? undefined)
    }
    const found = NAMESPACE.test(namespace) ? await findNamespace(db, namespace) : null
    if (found !== null) return found
    throw forbidden('there is no namespace as the token names it', config.OIDC_CLAIM_NAMESPACE)
  }
  return {
    async principal(token) {
      const verified = await verifyToken(token, { issuer, audience }, keys)
      const granted = readClaims(verified.payload, config)
      const { id, name } = await placeOf(granted)
      const { role, user: externalId, readableUsers, scopes } = granted
      const of = {
        actor: actorOf(verified),
        expiresAt: verified.expiresAt,
        role,
        namespaceId: id,
        namespace: name,
        // An administrator of one namespace has no rights in another.
        everywhere: role === 'admin' && granted.namespace === null,
        scopes,
      }
      if (externalId === null) return { ...of, user: null, readableUsers: [] }
      // As with a key, the user is there from the first time on, so that everything else can rest on it.
      const userId = (await ensureUsers(db, id, [externalId])).get(externalId)
      if (userId === undefined) {
        throw forbidden('the user of the token was erased', config.OIDC_CLAIM_USER)
      }
      return { ...of, user: { id: userId, externalId }, readableUsers }
    },
  }
}

const forbidden = (why: string, claim: string | undefined) =>
  new MemoirError('forbidden', `${claim ?? 'namespace'}: ${why}`, { details: { claim } })

/** Who holds a token, over its renewals: for limits and the audit log, which says nobody's name. */
function actorOf({ payload: { iss, sub, azp, client_id: client } }: VerifiedToken): string {
  const who = JSON.stringify([iss, sub ?? azp ?? client ?? null])
  return `token:${createHash('sha256').update(who).digest('base64url').slice(0, 22)}`
}
