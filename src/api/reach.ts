import type { Job } from '../domain/job.ts'
import type { Memory, RecallRequest, RecallResult } from '../domain/recall.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { MemoryKey } from '../memories/memories.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'

/** What a key can reach. What lies outside is as if it did not exist. */

/** A key bound to a user or to scopes sees a part of its namespace only. */
export function isBound({ user, scopes }: Principal): boolean {
  return user !== null || scopes !== null
}

/**
 * The user a request is about: the key's own, else the one that is named.
 * @returns null when a bound key names somebody else: to it nobody else exists
 * @throws MemoirError `invalid_request` when nobody is named
 */
export function userOf({ user }: Principal, named: string | undefined): string | null {
  if (user !== null) {
    return named === undefined || named === user.externalId ? user.externalId : null
  }
  if (named !== undefined) return named
  throw new MemoirError(
    'invalid_request',
    'user_id: is needed with a key that is not bound to a user',
    { details: { field: 'user_id' } },
  )
}

/** What of the wanted scopes a key may see; undefined is all, an empty list nothing. */
export function scopesOf(
  { scopes }: Principal,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (scopes === null) return wanted
  return wanted?.filter((scope) => scopes.includes(scope)) ?? scopes
}

export type Ask = Omit<RecallRequest, 'namespaceId' | 'userId'> & { readonly userId?: string }

const NOTHING: RecallResult = { hits: [], degraded: [], took_ms: 0 }

/** Recall within the reach of a key. */
export async function recallWithin(
  services: Pick<ApiServices, 'recall'>,
  principal: Principal,
  { userId: named, scopes: wanted, ...ask }: Ask,
): Promise<RecallResult> {
  const userId = userOf(principal, named)
  const scopes = scopesOf(principal, wanted)
  if (userId === null || scopes?.length === 0) return NOTHING
  return await services.recall({
    ...ask,
    namespaceId: principal.namespaceId,
    userId,
    ...(scopes === undefined ? {} : { scopes }),
  })
}

/** Memories as far as the key reaches. */
export function memoryReach({ namespaceId, user, scopes }: Principal): Omit<MemoryKey, 'id'> {
  return {
    namespaceId,
    ...(user === null ? {} : { userId: user.id }),
    ...(scopes === null ? {} : { scopes }),
  }
}

/** One memory, as far as the key reaches. */
export const memoryKey = (principal: Principal, id: string): MemoryKey => ({
  ...memoryReach(principal),
  id,
})

/** @throws MemoirError `not_found` also for a memory outside the key's reach */
export async function requireMemory(
  { memories }: Pick<ApiServices, 'memories'>,
  principal: Principal,
  id: string,
): Promise<Memory> {
  const memory = await memories.get(memoryKey(principal, id))
  if (memory === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return memory
}

/** Jobs know a user and no scope: a key bound to scopes cannot tell what a job counts, so it sees none. */
export const seesJobs = ({ scopes }: Principal): boolean => scopes === null

/** @throws MemoirError `not_found` also for a job that exists outside the key's reach */
export async function requireJob(
  { jobs }: Pick<ApiServices, 'jobs'>,
  principal: Principal,
  id: string,
): Promise<Job> {
  const { namespaceId, user } = principal
  const job = seesJobs(principal) ? await jobs.get({ namespaceId, id }) : null
  if (job === null || (user !== null && job.user_id !== user.externalId)) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  return job
}
