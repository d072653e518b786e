import type { RecallRequest } from '../domain/recall.ts'
import type { Candidate } from '../stores/recall/candidate-query.ts'
import type { Database } from '../stores/database.ts'
import type { RecallUser } from '../stores/memory-users.ts'
import { bm25 } from '../stores/recall/text-scores.ts'
import { countLexemes, findTextsThen } from '../stores/recall/traces-then.ts'
import { lexemesOf } from '../text/tokens.ts'

/**
 * For `as_of`: what said something else then is compared by the words it had then. Vectors are of what stands now, so such a
 * memory has none here; edges are of now as well, and none is followed.
 */

export interface Then {
  readonly user: RecallUser
  readonly lexemes: readonly string[]
  readonly candidates: readonly Candidate[]
}

/** Candidates with the scores of the words that stood then, and those that only these words find. */
export async function asItStood(
  db: Database,
  { user, lexemes, candidates }: Then,
  request: RecallRequest,
): Promise<readonly Candidate[]> {
  const texts = await findTextsThen(db, { userId: user.id, filter: request })
  if (texts.length === 0) return candidates
  const counts = await countLexemes(db, { userId: user.id, lexemes })
  const scoreOf = bm25({ user, lexemes, counts })
  const then = texts.map(({ seq, content, language }): Candidate => {
    const text = scoreOf(lexemesOf(content, language))
    return { seq, cosine: null, text, window: text }
  })
  const changed = new Set(then.map(({ seq }) => seq))
  return [
    ...candidates.filter(({ seq }) => !changed.has(seq)),
    ...then.filter(({ text }) => text > 0),
  ]
}
