import { v5 as uuidv5 } from 'uuid'
import { z } from 'zod'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError } from '../errors.ts'
import { answered } from '../facts/answers.ts'
import type { FactContext } from '../facts/extract.ts'
import { contentHash } from '../ingest/conversation.ts'
import { indexAlone, writeTexts, writeVectors } from '../memories/derive.ts'
import { requireSpace } from '../memories/space.ts'
import type { Queryable } from '../stores/database.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { findSummary, saveSummaryId, type SessionPost } from '../stores/session-posts.ts'
import type { Space } from '../stores/spaces.ts'
import { linkSessions, linkSummaryToFacts, writeSummary } from '../stores/summaries.ts'
import { detectLanguage } from '../text/language.ts'

/** Fixed for ever, as other derived ids are. */
const SUMMARY_SPACE = '5a1e7f6e-7c11-4d53-9a86-0f4f2f1d9b3c'

const summaryId = ({ userId, session }: Pick<SessionPost, 'userId' | 'session'>) =>
  uuidv5(JSON.stringify([userId, 'session', session]), SUMMARY_SPACE)

/** What a model reads at once of a transcript; a longer one is summed up in parts, and the parts again. */
const PART_CHARS = 12_000
const MAX_CHARS = 1_200
const SAMPLE_CHARS = 4_000

/**
 * Brings the session's summary up to date: what it said so far and the new turns become the next one. Points to the facts it rests
 * on and to other sessions on the same matter.
 */
export async function summarisePost(
  context: FactContext,
  { post, turns }: { post: SessionPost; turns: readonly Turn[] },
): Promise<void> {
  const { db, embedder, priority, signal, purses } = context
  if (turns.length === 0) return
  const { content, model, promptVersion } = await summaryOf(context, { post, turns })
  const space = await requireSpace(db, embedder)
  const [vec] = await embedder.embed([content], {
    priority,
    signal,
    ...(purses ? { purse: purses.embedding } : {}),
  })
  if (!vec) throw new MemoirError('vendor_bad_answer', 'no vector came back')
  await db.transaction(async (tx) => {
    await write(tx, context, { post, turns, space, vec, content, model, promptVersion })
  })
}

interface Summary {
  readonly content: string
  readonly model: string
  readonly promptVersion: string
}

async function summaryOf(
  context: FactContext,
  { post, turns }: { post: SessionPost; turns: readonly Turn[] },
): Promise<Summary> {
  const said = turns.map(({ content }) => content).join('\n')
  const language = detectLanguage(said.slice(0, SAMPLE_CHARS))
  const before =
    (post.firstNew ?? 0) > 0 ? await findSummary(context.db, post, summaryId(post)) : null
  let level = [...(before === null ? [] : [asTurn(before, 0)]), ...turns]
  for (let depth = 0; ; depth += 1) {
    const summaries: Summary[] = []
    for (const [index, part] of partsOf(level).entries()) {
      const step = `summarise:${depth}:${index}`
      summaries.push(await askSummary(context, { step, turns: part, language }))
    }
    const [only] = summaries
    if (only && summaries.length === 1) return only
    level = summaries.map(({ content }, position) => asTurn(content, position))
  }
}

const asTurn = (content: string, position: number): Turn => ({
  position,
  role: 'summary',
  name: null,
  content: content.slice(0, PART_CHARS),
  at: null,
})

async function askSummary(
  { db, model, jobId, userId, priority, signal, purses }: FactContext,
  { step, turns, language }: { step: string; turns: readonly Turn[]; language: string },
): Promise<Summary> {
  const request = { turns, facts: [], maxChars: MAX_CHARS, language }
  const answer = await answered(
    db,
    { jobId, userId, step, model: model.identity.model, input: request, schema: z.string() },
    async () =>
      await model.summarise(request, {
        priority,
        signal,
        ...(purses ? { purse: purses.language } : {}),
      }),
  )
  return { content: answer.value, model: answer.model, promptVersion: answer.promptVersion }
}

function partsOf(turns: readonly Turn[]): Turn[][] {
  const parts: Turn[][] = []
  let chars = Number.POSITIVE_INFINITY
  for (const turn of turns) {
    const content = turn.content.slice(0, PART_CHARS)
    chars += content.length
    if (chars > PART_CHARS) {
      parts.push([])
      chars = content.length
    }
    parts.at(-1)?.push({ ...turn, content })
  }
  return parts
}

interface SummaryParts extends Summary {
  readonly post: SessionPost
  readonly turns: readonly Turn[]
  readonly space: Space
  readonly vec: Float32Array
}

async function write(
  tx: Queryable,
  { jobId, userId, language }: FactContext,
  { post, turns, space, vec, content, model, promptVersion }: SummaryParts,
): Promise<void> {
  const locked = await lockUsers(tx, [userId])
  if (!locked.has(userId)) throw new MemoirError('suppressed_user', 'the user was erased')
  const id = summaryId(post)
  const occurredAt = new Date(turns.at(-1)?.at ?? post.queuedAt)
  const { sessionId, collection } = post
  const row = await writeSummary(tx, {
    id,
    userId,
    jobId,
    content,
    contentHash: contentHash(['summary', content]),
    sessionId,
    collection: collection === '' ? null : collection,
    occurredAt,
    model,
    promptVersion,
  })
  if (row !== null) {
    const trace = { ...row, userId, kind: 'summary' as const }
    const counted = row.revision === 1 ? null : row
    await writeTexts(tx, [{ trace, text: indexAlone(content, language), counted, occurredAt }])
    await writeVectors(tx, space, [{ trace, vec, counted: row.vectorRevision > 0 }])
  }
  await saveSummaryId(tx, post, id)
  await linkSummaryToFacts(tx, { id, userId, sessionId })
  await linkSessions(tx, { id, userId, sessionId })
}
