import type { Context, MiddlewareHandler } from 'hono'
import { MemoirError } from '../errors.ts'
import { onBehalfOf } from '../providers/on-behalf.ts'
import type { Role } from '../stores/api-keys.ts'
import { requireCleanRequest } from './clean-text.ts'
import type { GuardedEnv, Principal } from './environment.ts'
import { addressOf, takeByHeader, takeOfPrincipal, tellLimit, type LimitName } from './limits.ts'

/** What stands before every route that needs a key. */

const RANK = { reader: 0, service: 1, admin: 2 } satisfies Record<Role, number>

/** Says in a route's definition who may use it; the documentation shows it and the guard enforces it. */
/** `limit` says what it counts as; left out, what only looks is a read and the rest a write. */
export function needs<Needed extends Role>(role: Needed, limit?: LimitName) {
  return described(role, guard({ role, limit }))
}

/** As `needs('admin')`, for what all namespaces share. */
export const needsEverything = (limit?: LimitName) =>
  described('admin', guard({ role: 'admin', limit, everywhere: true }))

const described = <Needed extends Role>(
  role: Needed,
  middleware: MiddlewareHandler<GuardedEnv>,
) => ({ security: [{ key: [] }], 'x-memoir-role': role, middleware })

interface Guarding {
  readonly role: Role
  readonly limit: LimitName | undefined
  readonly everywhere?: boolean
}

function guard({ role, limit, everywhere = false }: Guarding): MiddlewareHandler<GuardedEnv> {
  return async (c, next) => {
    const name = limit ?? (c.req.method === 'GET' ? 'reads' : 'writes')
    // Both at once: a Redis that is asked costs no time of its own.
    const early = takeByHeader(c, name)
    c.set('principal', await authenticated(c))
    tellLimit(c, (await (early ?? takeOfPrincipal(c, name))) ?? null)
    requireRole(c, role)
    if (everywhere) requireEverywhere(c.var.principal)
    await requireCleanRequest(c)
    await onBehalfOf(c.var.principal.namespaceId, next)
  }
}

async function authenticated(c: Context<GuardedEnv>): Promise<Principal> {
  try {
    return await c.var.authenticate({ header: (name) => c.req.header(name) })
  } catch (error) {
    const wrong = error instanceof MemoirError && error.code === 'unauthorized'
    if (wrong && c.req.header('authorization') !== undefined) {
      c.var.limits?.wrongKey(addressOf(c))
    }
    throw error
  }
}

export const hasRole = (role: Role, needed: Role): boolean => RANK[role] >= RANK[needed]

/** @throws MemoirError `forbidden` when the key's role is lower */
export function requireRole(c: Context<GuardedEnv>, role: Role): void {
  if (!hasRole(c.var.principal.role, role)) {
    throw new MemoirError('forbidden', `This needs a key of role ${role}.`)
  }
}

/** @throws MemoirError `forbidden` for an administrator of one namespace */
export function requireEverywhere({ everywhere }: Principal): void {
  if (!everywhere)
    throw new MemoirError('forbidden', 'This needs an administrator of all namespaces.')
}
