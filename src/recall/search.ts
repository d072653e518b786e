import type { RecallRequest } from '../domain/recall.ts'
import type { Candidate } from '../stores/candidate-query.ts'
import { findCandidates } from '../stores/candidates.ts'
import type { Database } from '../stores/database.ts'
import type { RecallUser } from '../stores/memory-users.ts'
import { queryLexemes } from '../text/tokens.ts'
import { createKnownUsers } from './known-users.ts'
import type { QuestionVector } from './question.ts'

/** Second stage: candidates of a user, in one round trip when the user is known from before. */

/** Of each kind of score this many candidates are fused; the best few of any are among them. */
export const CANDIDATES = 100
/** The last read takes a little more than asked for, because some of what derived data names may be gone. */
export const READ_AHEAD = 2

export interface Found {
  readonly user: RecallUser
  readonly lexemes: readonly string[]
  readonly candidates: readonly Candidate[]
}

export function createSearch(db: Database) {
  const users = createKnownUsers(db)

  /** @returns null when there is no such user, or no more */
  return async function search(
    request: RecallRequest,
    asking: Promise<QuestionVector>,
  ): Promise<Found | null> {
    const name = { namespaceId: request.namespaceId, externalId: request.userId }
    const recollected = users.recollect(name)
    const [user, asked] = await Promise.all([recollected ?? users.ask(name), asking])
    if (user === null) return null
    const found = await searchFor(db, { user, request, asked })
    if (recollected === undefined || found.writeSeq === user.writeSeq) return { ...found, user }
    const now = await users.ask(name)
    if (now === null) return null
    // A write in between changes what is found by itself; only another language changes what is looked for.
    const same = now.languages.join() === user.languages.join()
    return same
      ? { ...found, user: now }
      : { ...(await searchFor(db, { user: now, request, asked })), user: now }
  }
}

async function searchFor(
  db: Database,
  { user, request, asked }: { user: RecallUser; request: RecallRequest; asked: QuestionVector },
) {
  const lexemes = queryLexemes(request.query, user.languages)
  const found = await findCandidates(db, {
    user,
    lexemes,
    vector: request.heads?.includes('semantic') === false ? null : asked.vector,
    filter: request,
    limit: Math.max(CANDIDATES, request.k + READ_AHEAD),
  })
  return { ...found, lexemes }
}
