import { v5 as uuidv5 } from 'uuid'
import type { Turn } from '../domain/transcript.ts'
import type { FactContext } from '../facts/extract.ts'
import { fencedTransaction } from '../facts/fence.ts'
import { noteVectorless } from '../facts/settle.ts'
import { gateFor, passing } from '../forget/gate.ts'
import { cleanedTurns } from '../steering/steering.ts'
import { embedTexts, type PlanVectors } from '../ingest/embed.ts'
import { indexAlone, writeTexts, writeVectors, writeWordsOnly } from '../memories/derive.ts'
import { requireSpace } from '../memories/space.ts'
import { memoryHash, salienceOf } from '../memories/store.ts'
import type { MemoirError } from '../errors.ts'
import type { Queryable } from '../stores/database.ts'
import { findStanding, insertMemories, type MemoryWrite } from '../stores/memories/memory-writes.ts'
import type { SessionPost } from '../stores/sessions/session-posts.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import { roleOf } from '../domain/roles.ts'

/**
 * Keeps the long replies of an assistant in a session: nothing else answers "What did you recommend for my back?". A reply is a message
 * with the role `assistant`, so it counts less than what the user said, is no fact, and stands in no narrative.
 */

/** Shorter replies confirm, ask back or console. */
const SHORTEST_CHARS = 400
/** A longer reply is a document rather than advice. */
const LONGEST_CHARS = 32_768

/** Fixed for ever, as other derived ids are. */
const REPLY_SPACE = '0d3a4d5b-93f1-4f0e-8f0e-3b9a5f6c2e71'

/**
 * A reply that is known already is left as it is, whatever its state; of what was forgotten nothing passes the gate.
 * @throws MemoirError as `fencedTransaction`, those of the embedder
 */
export async function keepReplies(
  context: FactContext,
  { post, turns, chunkChars }: { post: SessionPost; turns: readonly Turn[]; chunkChars: number },
): Promise<void> {
  const { db, embedder, userId, signal, priority, purses } = context
  const replies = cleanedTurns(
    context.steering,
    passing(await gateFor(context), turns.filter(isReply)),
  )
  // The same words twice in a session are one reply.
  const writes = new Map(replies.map((turn) => writeOf(turn, post)).map((one) => [one.id, one]))
  if (writes.size === 0) return
  const space = await requireSpace(db, embedder)
  const failed = new Map<string, MemoirError>()
  const vectors = await embedTexts([...writes.values()], {
    embedder,
    chunkChars,
    signal,
    priority,
    failed,
    ...(purses ? { purse: purses.embedding } : {}),
  })
  await noteVectorless(context, [...failed.values()])
  await fencedTransaction(context, async (tx) => {
    const ids = [...writes.keys()]
    const standing = new Set((await findStanding(tx, { userId, ids })).map(({ id }) => id))
    const fresh = [...writes.values()].filter(({ id }) => !standing.has(id))
    await write(tx, context, { fresh, space, vectors })
  })
}

const isReply = ({ role, content: { length } }: Turn) =>
  roleOf(role) === 'assistant' && length >= SHORTEST_CHARS && length <= LONGEST_CHARS

async function write(
  tx: Queryable,
  { userId, language }: FactContext,
  { fresh, space, vectors }: { fresh: readonly MemoryWrite[]; space: Space; vectors: PlanVectors },
): Promise<void> {
  const rows = new Map((await insertMemories(tx, fresh)).map((row) => [row.id, row]))
  const texts = fresh.flatMap(({ id, kind, content, occurredAt }) => {
    const row = rows.get(id)
    if (row === undefined) return []
    const trace = { ...row, userId, kind }
    return [{ trace, text: indexAlone(content, language), counted: null, occurredAt }]
  })
  const hasVector = ({ trace }: (typeof texts)[number]) => vectors.has(trace.id)
  await writeWordsOnly(
    tx,
    texts.filter((one) => !hasVector(one)),
  )
  const whole = texts.filter(hasVector)
  await writeTexts(tx, whole)
  await writeVectors(
    tx,
    space,
    whole.flatMap(({ trace }) => {
      const made = vectors.get(trace.id)
      return made === undefined ? [] : [{ ...made, trace, counted: false }]
    }),
  )
}

/** The same words in the same session are the same reply, in whichever version of the transcript. */
function writeOf(
  { name, content, at }: Turn,
  { userId, session, sessionId, queuedAt }: SessionPost,
): MemoryWrite {
  const occurredAt = at === null ? queuedAt : new Date(at)
  const fields = { kind: 'message' as const, role: 'assistant', content, occurredAt }
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
