import { NamespaceNotFoundError } from '@temporalio/common'
import { isGrpcServiceError } from '@temporalio/client'

/** gRPC statuses that say nothing about the request: waiting helps. Cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY: ReadonlySet<number> = new Set([1, 4, 8, 14])
const INVALID_ARGUMENT = 3

/** True when Temporal itself is away, starting or throttling, or does not know the namespace (yet). */
export function isTemporalAway(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return true
  const status = grpcStatus(error)
  return status !== undefined && AWAY.has(status)
}

/** The server does not know a search attribute of a start, whatever its list said: its caches lag behind. */
export function isUnknownSearchAttribute(error: unknown): boolean {
  return grpcStatus(error) === INVALID_ARGUMENT && /search attribute/i.test(textOf(error))
}

function grpcStatus(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code
  return error instanceof Error && error.cause !== undefined ? grpcStatus(error.cause) : undefined
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return `${error.message} ${textOf(error.cause)}`
}
