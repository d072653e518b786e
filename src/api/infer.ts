import type { AcceptedMemories } from '../memories/memories.ts'
import type { Memory } from '../domain/recall.ts'
import type { AcceptedPost } from '../sessions/accept.ts'
import { parseTranscript } from '../sessions/transcript.ts'
import type { BeforeCommit } from '../stores/database.ts'
import type { ApiServices } from './context.ts'
import type { Principal } from './environment.ts'
import { timeAsWritten } from './fields.ts'
import type { StoreBody } from './memory-bodies.ts'
import { JOB_STATE, readSession } from './sessions.ts'
import { refuseScoped } from './transcripts.ts'

/** Messages of which Memoir finds out what is worth remembering: a post of a session. */
export interface Inferred extends AcceptedMemories {
  readonly sessionId: string
}

interface Inferring {
  readonly given: StoreBody
  readonly userId: string
  readonly beforeCommit: BeforeCommit<Inferred> | undefined
}

/** @throws MemoirError `forbidden` for a key bound to scopes, `suppressed_user` */
export async function inferMemories(
  { posts }: Pick<ApiServices, 'posts'>,
  principal: Principal,
  { given, userId, beforeCommit }: Inferring,
): Promise<Inferred> {
  refuseScoped(principal)
  const { messages = [], metadata = {}, session_id: sessionId, occurred_at: at } = given
  const accept = {
    namespaceId: principal.namespaceId,
    userId,
    collection: '',
    sessionId,
    turns: parseTranscript(
      messages.map(({ role, content }) => ({ role, content, name: undefined, at: null })),
    ),
    saidAt: at === undefined ? null : timeAsWritten(at),
    metadata,
  }
  const keep: BeforeCommit<AcceptedPost> | undefined =
    beforeCommit && (async (tx, post) => await beforeCommit(tx, inferredOf(post)))
  return inferredOf(await posts.accept(accept, keep))
}

const inferredOf = ({ jobId, status, sessionId }: AcceptedPost): Inferred => ({
  ids: [],
  job: jobId,
  state: JOB_STATE[status],
  sessionId,
})

/** What stands of a session once its post was processed. */
export async function inferredMemories(
  services: Pick<ApiServices, 'db'>,
  principal: Principal,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<readonly Memory[]> {
  const key = { sessionId, userId, collection: '' }
  return (await readSession(services, principal, key)).memories
}
