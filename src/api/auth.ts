import { timingSafeEqual } from 'node:crypto'
import { MemoirError } from '../errors.ts'
import { findGrant, secretHash, touchKey, type KeyGrant } from '../stores/api-keys.ts'
import { ensureNamespace, findNamespace, type Namespace } from '../stores/tenants.ts'
import { looksLikeToken } from '../providers/access-token.ts'
import type { ApiServices } from './context.ts'
import type { Authenticate, Principal } from './environment.ts'
import { refuseForeignPage } from './origin.ts'
import { createTokens } from './tokens.ts'

/**
 * Who asks: the configured administrator's key, a key of the store, a token of the configured issuer, or, with MEMOIR_AUTH=off, whoever is on this machine.
 * A key is looked up with every request, by one indexed statement, so that a revoked one ends at once on every server.
 */

/** Marks an app whose every request is an administrator's: for callers in this process only, never a header. */
export const localAdmin = Symbol('an administrator in this process')
export type FixedPrincipal = typeof localAdmin

/** What a request without a Memoir-Namespace header gets when its key opens every namespace. */
export const DEFAULT_NAMESPACE = 'default'

export function createAuthenticate(
  services: ApiServices,
  fixed: FixedPrincipal | undefined,
): Authenticate {
  const { config } = services
  const namespaceOf = createNamespaces(services)
  const tokens = createTokens(services, namespaceOf)
  /** Whom no namespace was given chooses one; everybody else may name their own. */
  const ofToken = async (principal: Principal, wanted: string | undefined): Promise<Principal> => {
    if (wanted === undefined || wanted === principal.namespace) return principal
    if (!principal.everywhere) throw unknownNamespace()
    const { id, name } = await namespaceOf(wanted)
    return { ...principal, namespaceId: id, namespace: name }
  }
  const adminHash =
    config.MEMOIR_ADMIN_KEY === undefined ? undefined : secretHash(config.MEMOIR_ADMIN_KEY)
  return async (request) => {
    const wanted = request.header('memoir-namespace')
    if (fixed === localAdmin) return administrator(await namespaceOf(wanted))
    if (config.MEMOIR_AUTH === 'off') {
      refuseForeignPage(request, config.CORS_ORIGINS)
      return administrator(await namespaceOf(wanted))
    }
    const secret = bearer(request.header('authorization'))
    const hash = secretHash(secret)
    // Hashes have one length, so the comparison takes as long whatever was given.
    if (adminHash !== undefined && timingSafeEqual(hash, adminHash)) {
      return administrator(await namespaceOf(wanted))
    }
    if (tokens !== undefined && looksLikeToken(secret)) {
      return await ofToken(await tokens.principal(secret), wanted)
    }
    const grant = await findGrant(services.db, hash)
    if (grant === null) throw new MemoirError('unauthorized', WRONG_KEY)
    if (grant.untouched) noteUse(services, grant)
    const { namespaceId: id, namespace: name } = grant
    if (id === null || name === null) {
      return { ...administrator(await namespaceOf(wanted)), actor: grant.id, role: grant.role }
    }
    if (wanted !== undefined && wanted !== name) throw unknownNamespace()
    return bound(grant, { id, name })
  }
}

/** Says the same of keys that never were, were revoked or have expired. */
const WRONG_KEY = 'This key is not valid: it is unknown, revoked or expired.'
const NO_KEY = 'No key was sent. Send one in the header: Authorization: Bearer KEY.'

function bearer(header: string | undefined): string {
  const [, secret] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? []
  if (secret === undefined) throw new MemoirError('unauthorized', NO_KEY)
  return secret
}

/** The answer does not wait for a time stamp. */
function noteUse({ db, log }: ApiServices, grant: KeyGrant): void {
  touchKey(db, grant.id).catch((error: unknown) => {
    log.warn({ error, key_id: grant.id }, 'the use of a key was not noted')
  })
}

function administrator({ id, name }: Namespace): Principal {
  return {
    actor: 'admin',
    role: 'admin',
    namespaceId: id,
    namespace: name,
    everywhere: true,
    user: null,
    readableUsers: [],
    scopes: null,
  }
}

function bound(grant: KeyGrant, { id, name }: Namespace): Principal {
  const { userId, externalUserId, readableUsers } = grant
  return {
    actor: grant.id,
    role: grant.role,
    namespaceId: id,
    namespace: name,
    everywhere: false,
    user:
      userId === null || externalUserId === null
        ? null
        : { id: userId, externalId: externalUserId },
    readableUsers,
    scopes: grant.scopes,
  }
}

function unknownNamespace(): MemoirError {
  return new MemoirError('not_found', 'Memoir-Namespace: there is no such namespace', {
    details: { field: 'Memoir-Namespace' },
  })
}

/** Namespaces by name. They never change, so those that were found are kept. The source's own needs no key to come into being. */
function createNamespaces({ db, config }: ApiServices) {
  const known = new Map<string, Namespace>()
  return async (name = DEFAULT_NAMESPACE): Promise<Namespace> => {
    const seen = known.get(name)
    if (seen) return seen
    const find = name === config.SOURCE_NAMESPACE ? ensureNamespace : findNamespace
    const namespace = await find(db, name)
    if (namespace === null) throw unknownNamespace()
    known.set(name, namespace)
    return namespace
  }
}
