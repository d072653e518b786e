import type { Head, RecallRequest } from '../domain/recall.ts'
import type { Candidate } from '../stores/recall/candidate-query.ts'
import { findCandidates } from '../stores/recall/candidates.ts'
import { findHeadScores } from '../stores/recall/head-scores.ts'
import type { Database } from '../stores/database.ts'
import type { Focus, FocusBuffer } from '../stores/recall/focus.ts'
import type { RecallUser } from '../stores/memory-users.ts'
import { detectAmong } from '../text/language.ts'
import { countTelling, queryWords } from '../text/tokens.ts'
import { readFocus } from './focus.ts'
import { otherHeads, withHeads } from './heads.ts'
import { createKnownUsers } from './known-users.ts'
import { READ_AHEAD } from './last-read.ts'
import { namesIn } from './names.ts'
import type { QuestionVector } from './question.ts'
import { asksWhatWasSaid } from '../text/spoken-to.ts'
import { left } from './stages.ts'
import { timeIn, type TimeWindow } from './time.ts'

/** Candidates of a user, in one round trip when the user is known from before. */

/** Of each kind of score this many candidates are fused; the best few of any are among them. */
export const CANDIDATES = 100

export interface Found {
  readonly user: RecallUser
  readonly lexemes: readonly string[]
  /** The most that BM25 could be. */
  readonly most: number
  /** ISO 639-1, or `und`. */
  readonly language: string
  /** It asks for what an assistant said. */
  readonly asksMachine: boolean
  /** How many words it has that are no stop words and no speaker's name. */
  readonly telling: number
  /** Speakers that the question names. */
  readonly speakers: readonly string[]
  /** The stretch of time it names. */
  readonly window: TimeWindow | null
  readonly asked: QuestionVector
  readonly candidates: readonly Candidate[]
  /** What the user was shown of late; null where that takes no part. */
  readonly focus: Focus | null
}

export interface SearchDependencies {
  readonly db: Database
  readonly question: (text: string, namespaceId: string) => Promise<QuestionVector>
  readonly focus?: FocusBuffer
  /** Vectors that are compared unless a recall names others. */
  readonly heads?: readonly Head[]
}

export function createSearch(dependencies: SearchDependencies) {
  const users = createKnownUsers(dependencies.db)

  /** @returns null when there is no such user, or no more */
  return async function search(request: RecallRequest): Promise<Found | null> {
    const name = { namespaceId: request.namespaceId, externalId: request.userId }
    const recollected = users.recollect(name)
    const user = recollected ?? (await users.ask(name))
    if (user === null) return null
    const [found, focus] = await Promise.all([
      searchFor(dependencies, { user, request }),
      readFocus(dependencies.focus, user.id, request),
    ])
    if (recollected === undefined || found.writeSeq === user.writeSeq)
      return { ...found, focus, user }
    const now = await users.ask(name)
    if (now === null) return null
    // A write in between changes what is found by itself; only other languages and speakers change what is looked for.
    const same = traitsOf(now) === traitsOf(user)
    const again = same ? found : await searchFor(dependencies, { user: now, request })
    return { ...again, focus, user: now }
  }
}

const traitsOf = ({ languages, participants, hasPassages }: RecallUser) =>
  JSON.stringify([languages, participants, hasPassages])

async function searchFor(
  { db, question, heads: usual = ['semantic'] }: SearchDependencies,
  { user, request }: { user: RecallUser; request: RecallRequest },
) {
  const whole = { text: request.query, speakers: [] }
  // Asked once: telling languages apart takes as long as all the rest of this.
  const language = detectAmong(request.query, user.languages)
  const { participants } = user
  const { userId } = request
  const named = left(request, 'names')
    ? whole
    : namesIn(request.query, { participants, language, userId })
  const window = left(request, 'time') ? null : timeIn(request.query, language, new Date())
  const asked = await question(named.text, request.namespaceId)
  const words = left(request, 'words')
    ? { lexemes: [], places: [], shares: [] }
    : queryWords(named.text, user.languages, language)
  const semantic = request.heads?.includes('semantic') !== false && !left(request, 'vectors')
  const limit = Math.max(CANDIDATES, request.k + READ_AHEAD)
  const heads = left(request, 'vectors') ? [] : otherHeads(request, usual)
  const query = { userId: user.id, heads, filter: request, limit }
  const [searched, scores] = await Promise.all([
    findCandidates(db, {
      user,
      words,
      vector: semantic ? asked.vector : null,
      filter: request,
      limit,
    }),
    asked.vector === null || heads.length === 0
      ? []
      : findHeadScores(db, { ...query, vector: asked.vector }),
  ])
  const found = { ...searched, candidates: withHeads(searched.candidates, scores) }
  const telling = countTelling(named.text, language)
  const asksMachine = asksWhatWasSaid(request.query, language)
  const { lexemes } = words
  const { speakers } = named
  return { ...found, lexemes, telling, language, asksMachine, asked, speakers, window }
}
