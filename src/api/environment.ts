import type { Role } from '../stores/api-keys.ts'
import type { ApiServices } from './context.ts'
import type { Limits } from './limits.ts'
import type { Places } from './places.ts'

/** Who asks, and what lies within their reach. */
export interface Principal {
  /** Id of the key, `admin` for the configured one, or `token:` and a hash of who holds a token. */
  readonly actor: string
  /** When a token ends, in milliseconds since 1970; keys are looked up again instead. */
  readonly expiresAt?: number
  readonly role: Role
  readonly namespaceId: string
  readonly namespace: string
  /** Whether an administrator may change what all namespaces share, and choose among them. */
  readonly everywhere: boolean
  /** Set when the key belongs to one user: then everything is about that user. */
  readonly user: { readonly id: string; readonly externalId: string } | null
  /** Whom a key of one user may read as well, by the caller's own ids. It writes for its own user alone. */
  readonly readableUsers: readonly string[]
  /** Set when the key sees only these scopes. */
  readonly scopes: readonly string[] | null
}

/** Finds out who asks. @throws MemoirError `unauthorized`, `forbidden`, `issuer_unavailable`, `not_found` for an unknown namespace */
export type Authenticate = (request: {
  header(name: string): string | undefined
}) => Promise<Principal>

interface Variables {
  readonly services: ApiServices
  readonly authenticate: Authenticate
  readonly requestId: string
  /** Undefined for callers in this process. */
  readonly limits: Limits | undefined
  /** For streams of events. */
  readonly streams: Places
  /** For requests that wait for a job to end. */
  readonly waits: Places
  /** Aborted when the server is closing: streams and waits end then. */
  readonly closing: AbortSignal
}

export interface AppEnv {
  Variables: Variables
}

/** Behind the guard there is a principal. */
export interface GuardedEnv {
  Variables: Variables & { readonly principal: Principal }
}
