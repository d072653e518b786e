import type { SessionInfoAnswer } from './answers.ts'
import type { ApiClient } from './client.ts'
import { DONE, FAILED, INTERRUPTED, interruption, line, type Io } from './io.ts'
import { createProgress } from './progress.ts'
import { plain } from './table.ts'
import { patiently, pause } from './watch.ts'

/** Which session is meant; its id may be used by several users and collections. */
export interface SessionQuery {
  readonly session_id: string
  readonly user_id?: string | undefined
  readonly collection?: string | undefined
}

const POLL_MS = 400

/**
 * Follows a session until none of its posts is left to be processed.
 * @returns how it stands then, or null when Ctrl-C ended the watching; the work goes on
 */
export async function followSession(
  client: ApiClient,
  query: SessionQuery,
  io: Io,
): Promise<SessionInfoAnswer | null> {
  using interrupted = interruption(io)
  const progress = createProgress(io, 'posts')
  try {
    for (;;) {
      const session = await patiently(async () => await findSession(client, query), interrupted)
      if (session === null) return null
      const { post_count: total, open_count: open, status } = session
      progress.update({ processed: total - open, total, note: status })
      if (open === 0) return session
      if (await pause(POLL_MS, interrupted)) return null
    }
  } finally {
    progress.stop()
  }
}

async function findSession(client: ApiClient, query: SessionQuery): Promise<SessionInfoAnswer> {
  const { items } = await client.sessions({ ...query, limit: 2 })
  const [session, other] = items
  if (session !== undefined && other === undefined) return session
  // Its answer says what is wrong: there is none, or there are several.
  const { session_id: id, user_id, collection } = query
  return await client.session(id, { user_id, collection })
}

/** Says how a watched session stands, or how to go on watching it. @returns the exit code */
export function concludeSession(
  session: SessionInfoAnswer | null,
  { session_id: id }: Pick<SessionQuery, 'session_id'>,
  io: Io,
): number {
  const name = plain(id)
  if (session === null) {
    line(io.stderr, `The work goes on. Watch it again with: memoir sessions watch ${name}`)
    return INTERRUPTED
  }
  if (session.status !== 'error') return DONE
  line(io.stderr, `The last post could not be processed. Why: memoir sessions show ${name}`)
  line(io.stderr, `Go on where it stopped with: memoir sessions retry ${name}`)
  return FAILED
}
