import type { Context, MiddlewareHandler } from 'hono'
import { MemoirError } from '../errors.ts'
import { onBehalfOf } from '../providers/on-behalf.ts'
import type { Role } from '../stores/api-keys.ts'
import { requireCleanRequest } from './clean-text.ts'
import type { GuardedEnv } from './environment.ts'

/** What stands before every route that needs a key. */

const RANK = { reader: 0, service: 1, admin: 2 } satisfies Record<Role, number>

/** Says in a route's definition who may use it; the documentation shows it and the guard enforces it. */
export function needs<Needed extends Role>(role: Needed) {
  return { security: [{ key: [] }], 'x-memoir-role': role, middleware: guard(role) }
}

function guard(role: Role): MiddlewareHandler<GuardedEnv> {
  return async (c, next) => {
    c.set('principal', await c.var.authenticate({ header: (name) => c.req.header(name) }))
    requireRole(c, role)
    await requireCleanRequest(c)
    await onBehalfOf(c.var.principal.namespaceId, next)
  }
}

export const hasRole = (role: Role, needed: Role): boolean => RANK[role] >= RANK[needed]

/** @throws MemoirError `forbidden` when the key's role is lower */
export function requireRole(c: Context<GuardedEnv>, role: Role): void {
  if (!hasRole(c.var.principal.role, role)) {
    throw new MemoirError('forbidden', `This needs a key of role ${role}.`)
  }
}
