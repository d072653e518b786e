import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { suppressedAmong, type ForgetSecret } from '../forget/remembered.ts'
import type { Launcher } from '../jobs/launcher.ts'
import { sqlState, type BeforeCommit, type Database } from '../stores/database.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { forgetSeqs } from '../stores/forget/forgotten.ts'
import { ensureUsers } from '../stores/memory-users.ts'
import { insertPost, type PostRow } from '../stores/sessions/sessions.ts'
import { saysMore, withoutOwnContext } from '../text/own-context.ts'
import { uuidOfName, workflowIdOf } from '../temporal/ids.ts'
import { withoutForgottenTurns } from './forgotten-turns.ts'
import { turnDigests } from './transcript.ts'

export interface SessionAccept {
  readonly namespaceId: string
  /** The caller's own id of the user. */
  readonly userId: string
  readonly collection: string
  /** Undefined makes one of the text, so that the same post again finds its first. */
  readonly sessionId?: string | undefined
  readonly turns: readonly Turn[]
  /** ISO 8601: when turns were said that do not say so themselves. */
  readonly saidAt?: string | null
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface AcceptedPost extends PostRow {
  readonly sessionId: string
}

interface Accepting {
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
  readonly forgetSecret?: ForgetSecret
}

/** More turns than anybody says in a day; beyond it a step could not hold them. */
export const MAX_TURNS = 50_000

/** One that is unknown is made and one that is accepted twice at once is found: more tries than these two are not chance. */
const TRIES = 4

/**
 * Commits a post with its job, then has it started without waiting for that. The same text again under its session is found.
 * @throws MemoirError `invalid_request` when it holds no or too many turns, `suppressed_user` for one who was erased
 */
export async function acceptSession(
  accepting: Accepting,
  given: SessionAccept,
  beforeCommit?: BeforeCommit<AcceptedPost>,
): Promise<AcceptedPost> {
  const { db, launcher } = accepting
  const accept = { ...given, turns: withoutContext(given.turns) }
  let post = prepare(accept)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const row = await insertUnlessRacing(db, post, beforeCommit)
    if (row === 'racing') continue
    if (row !== null) {
      if (row.fresh) launcher.launch(jobRowOf(row, accept.namespaceId))
      return { ...row, sessionId: post.sessionId }
    }
    post = await prepareForUser(accepting, accept)
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress, { retryAfterMs: 1_000 })
}

/** What Memoir itself returned is neither remembered nor part of what makes a post the same. */
function withoutContext(turns: readonly Turn[]): Turn[] {
  return turns
    .map((turn) => ({ ...turn, content: withoutOwnContext(turn.content) }))
    .filter(({ content }) => saysMore(content))
    .map((turn, position) => ({ ...turn, position }))
}

/** For a user who is new, or has had something forgotten: that is left out. */
async function prepareForUser(
  { db, forgetSecret: secret }: Accepting,
  accept: SessionAccept,
): Promise<Prepared> {
  const { namespaceId, userId: name, turns } = accept
  const suppressed = await suppressedAmong(db, { namespaceId, secret }, [name])
  const users = suppressed.has(name) ? null : await ensureUsers(db, namespaceId, [name])
  const userId = users?.get(name)
  if (userId === undefined) throw new MemoirError('suppressed_user', SENTENCE.suppressed_user)
  const forgetSeq = (await forgetSeqs(db, [userId])).get(userId) ?? 0
  const of = { namespaceId, userId, secret }
  const left = forgetSeq === 0 ? turns : await withoutForgottenTurns(db, of, turns, 'said')
  // A post is a replay as far as anybody can tell: only who remembers something directly lifts its forgetting.
  if (turns.length > 0 && left.length === 0) {
    const message = 'transcript: says nothing but what was forgotten'
    throw new MemoirError('invalid_request', message, { details: { field: 'transcript' } })
  }
  return { ...prepare({ ...accept, turns: left }), forgetSeq }
}

const toJson = (turns: readonly Turn[]) =>
  JSON.stringify(turns.map(({ role, name, content, at }) => ({ role, name, content, at })))

/** The same moment is the same post, however its offset is written. */
const inUtc = (turn: Turn): Turn =>
  turn.at === null || Number.isNaN(Date.parse(turn.at))
    ? turn
    : { ...turn, at: new Date(turn.at).toISOString() }

type Prepared = Parameters<typeof insertPost>[1]

function prepare({ namespaceId, userId, collection, turns, ...rest }: SessionAccept): Prepared {
  if (turns.length === 0 || turns.length > MAX_TURNS) {
    const what = turns.length === 0 ? 'says nothing' : `holds more than ${MAX_TURNS} turns`
    throw new MemoirError('invalid_request', `transcript: ${what}`, {
      details: { field: 'transcript' },
    })
  }
  // The time of the post is no part of it: who sends it again may well give another.
  const textHash = createHash('sha256')
    .update(toJson(turns.map(inUtc)))
    .digest()
  const { saidAt } = rest
  const said = toJson(
    saidAt == null ? turns : turns.map((turn) => ({ ...turn, at: turn.at ?? saidAt })),
  )
  const sessionId =
    rest.sessionId ?? uuidOfName(JSON.stringify([collection, userId, textHash.toString('hex')]))
  const ids = { session: uuidv7(), post: uuidv7(), job: uuidv7() }
  return {
    namespaceId,
    externalUserId: userId,
    forgetSeq: 0,
    collection,
    sessionId,
    ids,
    workflowId: workflowIdOf('session', ids.job),
    textHash,
    turns: said,
    digests: turnDigests(turns),
    metadata: JSON.stringify(rest.metadata),
    bytes: Buffer.byteLength(said),
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505'

async function insertUnlessRacing(
  db: Database,
  post: Prepared,
  beforeCommit?: BeforeCommit<AcceptedPost>,
): Promise<PostRow | null | 'racing'> {
  try {
    if (beforeCommit === undefined) return await insertPost(db, post)
    return await db.transaction(async (tx) => {
      const row = await insertPost(tx, post)
      if (row !== null) await beforeCommit(tx, { ...row, sessionId: post.sessionId })
      return row
    })
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return 'racing'
    throw error
  }
}

/** As it was written, so that nothing has to be read to start it. */
function jobRowOf(post: PostRow, namespaceId: string): JobRow {
  return {
    id: post.jobId,
    namespaceId,
    userId: post.userId,
    kind: 'session',
    workflowId: workflowIdOf('session', post.jobId),
    runId: null,
    previousRunId: null,
    request: { rawSessionId: post.id, sessionUuid: post.session },
    state: 'queued',
    control: null,
    error: null,
    attempts: 1,
    startedAt: null,
  }
}
