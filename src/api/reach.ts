import type { Job } from '../domain/job.ts'
import type { Memory, RecallRequest, RecallResult } from '../domain/recall.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { MemoryKey } from '../memories/memories.ts'
import { mergeByRelevance } from '../recall/several-users.ts'
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

/**
 * The user whose memories are read: as `userOf`, and whoever else the key may read.
 * @returns null when a bound key names somebody whom it may not read
 * @throws MemoirError `invalid_request` when nobody is named
 */
export function readUserOf(principal: Principal, named: string | undefined): string | null {
  if (named !== undefined && principal.readableUsers.includes(named)) return named
  return userOf(principal, named)
}

/** What of the wanted scopes a key may see; undefined is all, an empty list nothing. */
export function scopesOf(
  { scopes }: Principal,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (scopes === null) return wanted
  return wanted?.filter((scope) => scopes.includes(scope)) ?? scopes
}

export type Ask = Omit<RecallRequest, 'namespaceId' | 'userId'> & {
  readonly userId?: string
  /** Several users, instead of one. */
  readonly userIds?: readonly string[]
}

const NOTHING: RecallResult = { hits: [], degraded: [], took_ms: 0 }

/**
 * Recall within the reach of a key.
 * @throws MemoirError `forbidden` when one of several users may not be read, `invalid_request` for one user beside several
 */
export async function recallWithin(
  services: Pick<ApiServices, 'recall'>,
  principal: Principal,
  { userIds, ...ask }: Ask,
): Promise<RecallResult> {
  if (userIds === undefined) return await recallOfOne(services, principal, ask)
  if (ask.userId !== undefined) {
    throw new MemoirError('invalid_request', 'user_ids: not together with user_id', {
      details: { field: 'user_ids' },
    })
  }
  requireReadable(principal, userIds)
  const results: RecallResult[] = []
  // One by one: a question about ten users takes no more connections than one about a single user.
  for (const userId of userIds) {
    results.push(await recallOfOne(services, principal, { ...ask, userId }))
  }
  const [only] = results
  return results.length === 1 && only !== undefined ? only : mergeByRelevance(results, ask.k)
}

async function recallOfOne(
  services: Pick<ApiServices, 'recall'>,
  principal: Principal,
  { userId: named, scopes: wanted, ...ask }: Omit<Ask, 'userIds'>,
): Promise<RecallResult> {
  const userId = readUserOf(principal, named)
  const scopes = scopesOf(principal, wanted)
  if (userId === null || scopes?.length === 0) return NOTHING
  const { user } = principal
  return await services.recall({
    ...ask,
    // What somebody else asks leaves no trace in a user's working memory, and is not answered by it.
    ...(user === null || user.externalId === userId ? {} : withoutFocus(ask)),
    namespaceId: principal.namespaceId,
    userId,
    ...(scopes === undefined ? {} : { scopes }),
  })
}

const withoutFocus = ({ without = [] }: Pick<Ask, 'without'>): Pick<Ask, 'without'> => ({
  without: [...without, 'focus'],
})

function requireReadable(principal: Principal, userIds: readonly string[]): void {
  const at = userIds.findIndex((userId) => readUserOf(principal, userId) === null)
  if (at === -1) return
  const field = `user_ids.${at}`
  throw new MemoirError('forbidden', `${field}: this key may not read that user`, {
    details: { field },
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

/** @throws MemoirError `not_found` also for a memory that the key may not read */
export async function requireMemory(
  { memories }: Pick<ApiServices, 'memories'>,
  principal: Principal,
  id: string,
): Promise<Memory> {
  const memory = await memories.get({ ...readReach(principal), id })
  if (memory === null || readUserOf(principal, memory.user_id) === null) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  return memory
}

/** Memories as far as the key reads. With several users whose it is has to be looked at. */
const readReach = (principal: Principal): Omit<MemoryKey, 'id'> =>
  memoryReach(principal.readableUsers.length === 0 ? principal : { ...principal, user: null })

/** @throws MemoirError `not_found` as `requireMemory` does */
export async function readKey(
  services: Pick<ApiServices, 'memories'>,
  principal: Principal,
  id: string,
): Promise<MemoryKey> {
  if (principal.readableUsers.length > 0) await requireMemory(services, principal, id)
  return { ...readReach(principal), id }
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
