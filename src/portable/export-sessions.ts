import type { Database } from '../stores/database.ts'
import {
  pageEntities,
  pageNarratives,
  pagePosts,
  pageSessions,
  type ExportedEntity,
  type ExportedPost,
  type ExportedSession,
} from '../stores/portable/export-sessions.ts'
import { readTurns } from '../stores/sessions/session-posts.ts'
import { pages, type Line } from './pages.ts'

/** Sessions with their posts while these are kept, and what was written about the user. */

const SESSIONS = 100
/** Turns of a post that are read at once: a transcript is far smaller than so many of the largest ones. */
const TURNS = 100
const LINE_CHARS = 200_000

export async function* sessionLines(db: Database, userId: string): AsyncGenerator<Line> {
  const sessions = pages(
    async (after: ExportedSession | null) =>
      await pageSessions(db, { userId, after: after?.id ?? null, limit: SESSIONS }),
    SESSIONS,
  )
  for await (const session of sessions) {
    yield sessionLine(session)
    const posts = pages(
      async (after: ExportedPost | null) =>
        await pagePosts(db, {
          userId,
          session: session.id,
          after: after?.number ?? 0,
          limit: 1,
        }),
      1,
    )
    for await (const post of posts) {
      yield postLine(session, post)
      yield* turnLines(db, { userId, session, post })
    }
  }
}

const nameOf = ({ collection, session_id }: ExportedSession) => ({ collection, session_id })

const sessionLine = (session: ExportedSession): Line => ({
  type: 'session',
  ...nameOf(session),
  posts: session.posts,
  done_turns: unbroken(session.done_turns),
  summary: session.summary,
  created_at: session.created_at.toISOString(),
  updated_at: session.updated_at.toISOString(),
})

/** Postgres breaks base64 into lines. */
const unbroken = (base64: string) => base64.replaceAll('\n', '')

function postLine(session: ExportedSession, post: ExportedPost): Line {
  const { id: _id, turn_digests, queued_at, started_at, processed_at, ...rest } = post
  return {
    type: 'post',
    ...nameOf(session),
    ...rest,
    turn_digests: unbroken(turn_digests),
    queued_at: queued_at.toISOString(),
    started_at: started_at?.toISOString() ?? null,
    processed_at: processed_at?.toISOString() ?? null,
  }
}

interface Said {
  readonly userId: string
  readonly session: ExportedSession
  readonly post: ExportedPost
}

async function* turnLines(db: Database, { userId, session, post }: Said): AsyncGenerator<Line> {
  const line = (from: number, turns: readonly Line[]): Line => ({
    type: 'turns',
    ...nameOf(session),
    number: post.number,
    from,
    turns,
  })
  let part: Line[] = []
  let chars = 0
  for (let from = 0; from < post.turns; from += TURNS) {
    for (const { position, ...turn } of await readTurns(
      db,
      { id: post.id, userId },
      { from, to: from + TURNS },
    )) {
      if (part.length > 0 && chars + turn.content.length > LINE_CHARS) {
        yield line(position - part.length, part)
        part = []
        chars = 0
      }
      part.push({ ...turn })
      chars += turn.content.length
    }
  }
  if (part.length > 0) yield line(post.turns - part.length, part)
}

const ENTITIES = 100

/** The names are found again in the memories; what they have to do with each other was found once. */
export async function* entityLines(db: Database, userId: string): AsyncGenerator<Line> {
  const entities = pages(
    async (after: Pick<ExportedEntity, 'type' | 'normalized'> | null) =>
      await pageEntities(db, { userId, after, limit: ENTITIES }),
    ENTITIES,
  )
  for await (const { type, relations, ...entity } of entities) {
    const line = { type: 'entity', kind: type, ...entity, relations: relations ?? [] }
    yield relations === null ? { ...line, derived: true } : line
  }
}

/** What was written of the memories: nobody would write it the same again. */
export async function* narrativeLines(db: Database, userId: string): AsyncGenerator<Line> {
  const narratives = pages(
    async (after: { version: number } | null) =>
      await pageNarratives(db, { userId, after: after?.version ?? 0, limit: 1 }),
    1,
  )
  for await (const { generated_at, messages, ...narrative } of narratives) {
    yield {
      type: 'narrative',
      ...narrative,
      messages: messages ?? [],
      generated_at: generated_at.toISOString(),
    }
  }
}
