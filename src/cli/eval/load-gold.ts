import pLimit from 'p-limit'
import { MemoirError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import type { Interruption, Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { pause } from '../watch.ts'

/** Stores what the evaluation sets hold, as an application would: notes and sessions over HTTP, in the order they were said. */

export type EvalClient = ApiClient

export interface Running {
  readonly client: EvalClient
  readonly io: Io
  readonly interrupted: Interruption
}

interface Session {
  readonly id: string
  readonly at: string
  readonly turns: readonly { readonly role: string; readonly content: string }[]
}

const POLL_MS = 100
const NOTE_WAIT_SECONDS = 60
const TURN_MS = 60_000

/** Posts a session and waits until it is processed. @throws MemoirError `internal` when it could not be */
export async function storeSession(
  { client, interrupted }: Running,
  { user, session, name }: { user: string; session: Session; name?: string },
): Promise<void> {
  const began = Date.parse(session.at)
  const { session_id: id } = await client.postSession({
    user_id: user,
    session_id: session.id,
    ...(name === undefined ? {} : { metadata: { user_name: name } }),
    transcript: session.turns.map((turn, position) => ({
      ...turn,
      timestamp: new Date(began + position * TURN_MS).toISOString(),
    })),
  })
  while (!interrupted.signal.aborted) {
    const { items } = await client.sessions({ session_id: id, user_id: user, limit: 1 })
    const [state] = items
    if (state?.status === 'error') {
      throw new MemoirError('internal', `The session ${id} of ${user} could not be processed.`)
    }
    if (state?.open_count === 0) return
    await pause(POLL_MS, interrupted)
  }
}

export async function storeNote(
  { client }: Running,
  { user, note }: { user: string; note: { readonly at: string; readonly content: string } },
): Promise<string> {
  const body = { user_id: user, content: note.content, occurred_at: note.at }
  return (await client.remember(body, NOTE_WAIT_SECONDS)).id
}

/** Several at a time, with a progress bar. @returns what was done until Ctrl-C, if that came */
export async function forEachShown<Item, Result>(
  { io, interrupted }: Running,
  { label, items, atOnce }: { label: string; items: readonly Item[]; atOnce: number },
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const progress = createProgress(io, label)
  const limit = pLimit(atOnce)
  const results: Result[] = []
  try {
    await Promise.all(
      items.map(
        async (item) =>
          await limit(async () => {
            if (interrupted.signal.aborted) return
            results.push(await work(item))
            progress.update({ processed: results.length, total: items.length, note: '' })
          }),
      ),
    )
  } finally {
    progress.stop()
  }
  return results
}
