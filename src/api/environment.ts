import type { Logger } from '../logger.ts'
import type { Role } from '../stores/api-keys.ts'
import type { ApiServices } from './context.ts'

/** Who asks, and what lies within their reach. */
export interface Principal {
  /** Id of the key, or `admin` for the configured one. */
  readonly actor: string
  readonly role: Role
  readonly namespaceId: string
  readonly namespace: string
  /** Set when the key belongs to one user: then everything is about that user. */
  readonly user: { readonly id: string; readonly externalId: string } | null
  /** Set when the key sees only these scopes. */
  readonly scopes: readonly string[] | null
}

export interface AppEnv {
  Variables: {
    services: ApiServices
    log: Logger
    requestId: string
    principal: Principal
    /** Aborted when the server is closing: streams end then. */
    closing: AbortSignal
  }
}
