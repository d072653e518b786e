import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { MemoirError, SENTENCE } from '../errors.ts'
import { findGrant, secretHash, touchKey, type KeyGrant, type Role } from '../stores/api-keys.ts'
import { findNamespace } from '../stores/namespaces.ts'
import type { ApiServices } from './context.ts'
import type { AppEnv, Principal } from './environment.ts'

/** Who asks: the configured administrator's key, a key of the store, or, with MEMOIR_AUTH=off, whoever is on this machine. */

const RANK = { reader: 0, service: 1, admin: 2 } satisfies Record<Role, number>

/** Marks a request to be done as an administrator without a key: in-process callers only, never a header. */
export const localAdmin: unique symbol = Symbol('an administrator in this process')
export type FixedPrincipal = typeof localAdmin

export function authenticate(fixed: FixedPrincipal | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { services } = c.var
    const header = c.req.header('memoir-namespace')
    const open = fixed === localAdmin || services.config.MEMOIR_AUTH === 'off'
    const principal = open
      ? await administrator(services, header)
      : await principalOf(services, { secret: bearer(c.req.header('authorization')), header })
    c.set('principal', principal)
    await next()
  }
}

function bearer(header: string | undefined): string {
  const [, secret] = /^Bearer\s+(\S+)\s*$/i.exec(header ?? '') ?? []
  if (secret === undefined) throw new MemoirError('unauthorized', SENTENCE.unauthorized)
  return secret
}

async function principalOf(
  services: ApiServices,
  { secret, header }: { secret: string; header: string | undefined },
): Promise<Principal> {
  const { MEMOIR_ADMIN_KEY: configured } = services.config
  if (configured !== undefined && sameSecret(secret, configured)) {
    return await administrator(services, header)
  }
  const grant = await findGrant(services.db, secretHash(secret))
  if (!grant) throw new MemoirError('unauthorized', SENTENCE.unauthorized)
  // The answer does not wait for a time stamp.
  touchKey(services.db, grant.id).catch((error: unknown) => {
    services.log.warn({ error, key: grant.id }, 'the use of a key was not noted')
  })
  return await principalOfGrant(services, grant, header)
}

async function principalOfGrant(
  services: ApiServices,
  grant: KeyGrant,
  header: string | undefined,
): Promise<Principal> {
  if (grant.namespaceId === null || grant.namespace === null) {
    return { ...(await administrator(services, header)), actor: grant.id, role: grant.role }
  }
  if (header !== undefined && header !== grant.namespace) throw unknownNamespace()
  return {
    actor: grant.id,
    role: grant.role,
    namespaceId: grant.namespaceId,
    namespace: grant.namespace,
    user:
      grant.userId === null || grant.externalUserId === null
        ? null
        : { id: grant.userId, externalId: grant.externalUserId },
    scopes: grant.scopes,
  }
}

const DEFAULT_NAMESPACE = 'default'
const unknownNamespace = () =>
  new MemoirError('not_found', 'Memoir-Namespace: there is no such namespace', {
    details: { field: 'Memoir-Namespace' },
  })

async function administrator(
  services: ApiServices,
  header: string | undefined,
): Promise<Principal> {
  const namespace = await findNamespace(services.db, header ?? DEFAULT_NAMESPACE)
  if (!namespace) throw unknownNamespace()
  return {
    actor: 'admin',
    role: 'admin',
    namespaceId: namespace.id,
    namespace: namespace.name,
    user: null,
    scopes: null,
  }
}

/** Hashes have one length, so the comparison takes as long whatever was given. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/** Refuses keys of a lower role. */
export function allow(role: Role): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (RANK[c.var.principal.role] < RANK[role]) {
      throw new MemoirError('forbidden', `This needs a key of role ${role}.`)
    }
    await next()
  }
}

/** Refuses keys that see only one user or some scopes: what is asked for concerns a whole namespace. */
export const wholeNamespace: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { user, scopes } = c.var.principal
  if (user !== null || scopes !== null) {
    throw new MemoirError('forbidden', 'This needs a key that is not bound to a user or to scopes.')
  }
  await next()
}

/**
 * The user a request is about: the key's own, else the one that is named.
 * @returns null when a bound key names somebody else: to it nobody else exists
 * @throws MemoirError `invalid_request` when nobody is named
 */
export function userOf(principal: Principal, named: string | undefined): string | null {
  if (principal.user === null) {
    if (named !== undefined) return named
    throw new MemoirError(
      'invalid_request',
      'user_id: is needed with a key that is not bound to a user',
      {
        details: { field: 'user_id' },
      },
    )
  }
  return named === undefined || named === principal.user.externalId
    ? principal.user.externalId
    : null
}

/** What of the wanted scopes a key may see; undefined is all, an empty list nothing. */
export function scopesOf(
  principal: Principal,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (principal.scopes === null) return wanted
  return wanted?.filter((scope) => principal.scopes?.includes(scope)) ?? principal.scopes
}
