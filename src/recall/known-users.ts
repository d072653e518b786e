import type { Database } from '../stores/database.ts'
import { findRecallUser, type RecallUser } from '../stores/memory-users.ts'

/** Users that were asked about lately; an entry takes some 500 bytes. */
const KNOWN_USERS = 5_000

export interface UserName {
  readonly namespaceId: string
  readonly externalId: string
}

/**
 * What recall knows of users, kept from one question to the next. Nothing is trusted for being young: whoever uses an entry
 * compares its number of writes with the one the search itself read, and asks again when they differ.
 */
export function createKnownUsers(db: Database) {
  const known = new Map<string, RecallUser>()

  async function ask(name: UserName): Promise<RecallUser | null> {
    const key = keyOf(name)
    known.delete(key)
    const user = await findRecallUser(db, name)
    if (user === null) return null
    known.set(key, user)
    const oldest = known.size > KNOWN_USERS ? known.keys().next() : undefined
    if (oldest?.done === false) known.delete(oldest.value)
    return user
  }

  return {
    /** From the store. */
    ask,
    /** As it was when last asked, if that is remembered. */
    recollect: (name: UserName): RecallUser | undefined => known.get(keyOf(name)),
  }
}

export type KnownUsers = ReturnType<typeof createKnownUsers>

const keyOf = ({ namespaceId, externalId }: UserName) => `${namespaceId} ${externalId}`
