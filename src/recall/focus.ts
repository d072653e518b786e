import { v5 as uuidv5 } from 'uuid'
import type { Hit, Memory, RecallRequest } from '../domain/recall.ts'
import type { Focus, FocusBuffer } from '../stores/recall/focus.ts'
import { left } from './stages.ts'

/**
 * Working memory: what was shown to a user of late helps a question that tells little by itself ("and when was that?"). It is read
 * beside the search and noted after the answer, so that nothing waits for it.
 */

/** A part of the score by what is in focus. */
export interface InFocus {
  /** The latest first; all of these are looked at whatever else is found. None for a question that speaks for itself. */
  readonly traceIds: readonly string[]
  /** How much of the range of a question's scores the whole boost is. */
  readonly size: number
  /** 0..1 */
  readonly share: (memory: Pick<Memory, 'id' | 'session_id'>) => number
}

/**
 * The boost of a question without a word of its own. One word is enough to say what is meant: lifted as well, what was asked before
 * came in the way of one question in fifty of the chats of this project.
 */
const SIZE = 0.4
/** What was shown third says half as much as what was shown first. */
const HALF_AT = 2
/** Of the same session, but not shown before. */
const SESSION_SHARE = 0.25
/** More of an answer nobody looks at. */
const NOTED = 10

/** Longer than a healthy buffer ever takes, shorter than anybody notices. */
const DEADLINE_MS = 60

const NOTHING: Focus = { traceIds: [], queryHashes: [], sessionId: null, degraded: false }

/** @returns null where focus takes no part */
export async function readFocus(
  focus: FocusBuffer | undefined,
  userId: string,
  request: RecallRequest,
): Promise<Focus | null> {
  if (focus === undefined || left(request, 'focus')) return null
  // A buffer that is still connecting may take longer than its own deadline.
  const late = Promise.withResolvers<Focus>()
  const timer = setTimeout(() => late.resolve({ ...NOTHING, degraded: true }), DEADLINE_MS)
  try {
    return await Promise.race([focus.read(userId), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** @param telling how many words of the question are its own, names of those who speak left out */
export function inFocus(
  focus: Focus | null,
  { userId, telling }: { userId: string; telling: number },
): InFocus {
  const { traceIds, sessionId } = focus ?? NOTHING
  const places = new Map(traceIds.map((id, place) => [id, place]))
  const size = telling === 0 ? SIZE : 0
  return {
    size,
    traceIds: size === 0 ? [] : traceIds,
    share({ id, session_id: session }) {
      const place = places.get(id)
      if (place !== undefined) return HALF_AT / (HALF_AT + place)
      const same = session !== null && sessionId === sessionUuid(userId, session)
      return same ? SESSION_SHARE : 0
    },
  }
}

/** Notes what a question showed. Nobody waits for it, and it does not fail. */
export function noteAnswer(
  focus: FocusBuffer | undefined,
  { userId, request, hits }: { userId: string; request: RecallRequest; hits: readonly Hit[] },
): void {
  if (focus === undefined || left(request, 'focus') || hits.length === 0) return
  const { sessionId } = request
  void focus.note({
    userId,
    traceIds: hits.slice(0, NOTED).map(({ id }) => id),
    query: request.query,
    ...(sessionId === undefined ? {} : { sessionId: sessionUuid(userId, sessionId) }),
  })
}

const SESSION_SPACE = '5b0c8a52-8f0e-5d0e-9a53-3f1d1f6f7a10'

/** A session's name is the caller's and might say anything; the buffer holds uuids. */
const sessionUuid = (userId: string, session: string): string =>
  uuidv5(JSON.stringify([userId, session]), SESSION_SPACE)
