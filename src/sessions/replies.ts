import { v5 as uuidv5 } from 'uuid'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError } from '../errors.ts'
import type { FactContext } from '../facts/extract.ts'
import { fencedTransaction } from '../facts/fence.ts'
import { gateFor, passing } from '../forget/gate.ts'
import { embedTexts } from '../ingest/embed.ts'
import { indexAlone, writeTexts, writeVectors } from '../memories/derive.ts'
import { requireSpace } from '../memories/space.ts'
import { memoryHash, salienceOf } from '../memories/store.ts'
import { findStanding, insertMemories, type MemoryWrite } from '../stores/memories/memory-writes.ts'
import type { SessionPost } from '../stores/sessions/session-posts.ts'
import { isMachine } from '../text/roles.ts'

/**
 * What an assistant answered at length in a session stays findable: "What did you recommend for my back?" is answered by nothing else. It
 * is kept as a message of the assistant, so it counts less than what the user said, is no fact, and stands in no narrative.
 */

/** Shorter replies confirm, ask back or console. */
const REPLY_CHARS = 400

/** Fixed for ever, as other derived ids are. */
const REPLY_SPACE = '0d3a4d5b-93f1-4f0e-8f0e-3b9a5f6c2e71'

export async function keepReplies(
  context: FactContext,
  { post, turns, chunkChars }: { post: SessionPost; turns: readonly Turn[]; chunkChars: number },
): Promise<void> {
  const { db, embedder, userId, signal, priority, purses } = context
  const long = turns.filter(
    ({ role, content }) => isMachine(role) && content.trim().length >= REPLY_CHARS,
  )
  if (long.length === 0) return
  const writes = passing(await gateFor(context), long).map((turn) => writeOf(turn, post))
  const space = await requireSpace(db, embedder)
  const vectors = await embedTexts(writes, {
    embedder,
    chunkChars,
    signal,
    priority,
    ...(purses ? { purse: purses.embedding } : {}),
  })
  await fencedTransaction(context, async (tx) => {
    const ids = writes.map(({ id }) => id)
    const standing = new Set((await findStanding(tx, { userId, ids })).map(({ id }) => id))
    const fresh = writes.filter(({ id }) => !standing.has(id))
    const rows = new Map((await insertMemories(tx, fresh)).map((row) => [row.id, row]))
    const traces = fresh.flatMap((write) => {
      const row = rows.get(write.id)
      const made = vectors.get(write.id)
      if (row === undefined) return []
      if (made === undefined) throw new MemoirError('vendor_bad_answer', 'no vector came back')
      return [{ ...made, write, trace: { ...row, userId, kind: write.kind } }]
    })
    await writeTexts(
      tx,
      traces.map(({ trace, write: { content, occurredAt } }) => ({
        trace,
        text: indexAlone(content, context.language),
        counted: null,
        occurredAt,
      })),
    )
    await writeVectors(
      tx,
      space,
      traces.map((one) => ({ ...one, counted: false })),
    )
  })
}

/** The same words in the same session are the same reply, in whichever version of the transcript. */
function writeOf(
  { role, name, content, at }: Turn,
  { userId, session, sessionId, queuedAt }: SessionPost,
): MemoryWrite {
  const occurredAt = at === null ? queuedAt : new Date(at)
  const fields = { kind: 'message' as const, role, content, occurredAt }
  return {
    ...fields,
    id: uuidv5(JSON.stringify([userId, session, content]), REPLY_SPACE),
    userId,
    scope: 'personal',
    summary: null,
    tags: [],
    importance: null,
    salience: salienceOf(null, fields),
    externalId: null,
    sessionId,
    conversationId: null,
    meta: name === null ? {} : { name },
    expiresAt: null,
    contentHash: memoryHash(fields),
    vectorState: 'pending',
  }
}
