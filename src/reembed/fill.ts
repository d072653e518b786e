import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { embedTexts } from '../ingest/embed.ts'
import { headKey, headText } from '../memories/head-text.ts'
import { purseOf } from '../ingest/purse.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { Database } from '../stores/database.ts'
import { notePassedOver } from '../stores/jobs/jobs.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { readTexts, writeShadow, type ShadowGap, type SpacePair } from '../stores/spaces/reembed.ts'

export interface FillContext {
  readonly config: Config
  readonly db: Database
  readonly jobId: string
  readonly pair: SpacePair
  /** Of the space that is filled. */
  readonly maker: Embedder
  readonly signal: AbortSignal
}

/** Bounds what a step holds in memory, and what a crash makes it pay for again. */
const BATCH_TEXTS = 128
const BATCH_BYTES = 2 * 1024 * 1024

/**
 * Embeds what the space lacks. Texts are read, embedded outside of any transaction, and written under their users' locks where they
 * are still what they were; what changed meanwhile was noted by whoever changed it.
 * @returns how many vectors were made
 */
export async function fillGaps(
  context: FillContext,
  walked: readonly ShadowGap[],
): Promise<number> {
  let made = 0
  for (const batch of batches(walked.filter(({ there }) => !there))) {
    context.signal.throwIfAborted()
    made += await fillBatch(context, batch)
  }
  return made
}

/** A text that changes between being read and being written is read again. Whoever never stops changing it notes each change anyway. */
const TRIES = 3

const keyOf = ({ traceId, head }: Pick<ShadowGap, 'traceId' | 'head'>) => headKey(traceId, head)

async function fillBatch(context: FillContext, batch: readonly ShadowGap[]): Promise<number> {
  let open = batch
  for (let tries = 0; open.length > 0 && tries < TRIES; tries += 1) {
    const written = await fillOnce(context, open)
    open = open.filter((gap) => !written.has(keyOf(gap)))
  }
  return batch.length - open.length
}

/** @returns the vectors that are there now, as trace and head */
async function fillOnce(
  { config, db, jobId, pair, maker, signal }: FillContext,
  batch: readonly ShadowGap[],
): Promise<ReadonlySet<string>> {
  const texts = new Map((await readTexts(db, batch)).map((text) => [text.traceId, text]))
  const failed = new Map<string, MemoirError>()
  const vectors = await embedTexts(
    batch.flatMap(({ traceId, head }) => {
      const text = texts.get(traceId)
      const content = text ? headText(head, text) : null
      const whole = head !== 'semantic' || text?.kind === 'episode'
      return content === null ? [] : [{ id: keyOf({ traceId, head }), content, whole }]
    }),
    {
      embedder: maker,
      chunkChars: config.EMBEDDING_CHUNK_CHARS,
      signal,
      priority: 'bulk',
      purse: purseOf({ db, config }, { jobId, model: pair.to.model }),
      failed,
    },
  )
  await notePassedOverTexts(db, jobId, failed)
  const writes = batch.flatMap(({ traceId, head, userId }) => {
    const [text, made] = [texts.get(traceId), vectors.get(keyOf({ traceId, head }))]
    return text && made ? [{ ...made, traceId, head, userId, revision: text.revision }] : []
  })
  return await db.transaction(async (tx) => {
    const locked = await lockUsers(tx, [...new Set(writes.map(({ userId }) => userId))])
    return await writeShadow(
      tx,
      pair,
      writes.filter(({ userId }) => locked.has(userId)),
    )
  })
}

/** A text that the new model has no vector for is found by its words from then on; why stands with the job. */
async function notePassedOverTexts(
  db: Database,
  jobId: string,
  failed: ReadonlyMap<string, MemoirError>,
): Promise<void> {
  const [failure] = failed.values()
  if (failure === undefined) return
  const { code, vendorText: detail } = failure
  const told = detail === undefined ? {} : { detail }
  await notePassedOver(db, jobId, { step: 'reembedPage', code, ...told })
}

function* batches(gaps: readonly ShadowGap[]): Generator<ShadowGap[]> {
  let batch: ShadowGap[] = []
  let bytes = 0
  for (const gap of gaps) {
    const full = batch.length === BATCH_TEXTS || bytes + gap.bytes > BATCH_BYTES
    if (batch.length > 0 && full) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(gap)
    bytes += gap.bytes
  }
  if (batch.length > 0) yield batch
}

/** @throws MemoirError `configuration_invalid` when nobody makes the vectors of the space */
export function requireMaker(maker: Embedder | null, { to }: SpacePair): Embedder {
  if (maker !== null) return maker
  throw new MemoirError(
    'configuration_invalid',
    `no configured endpoint makes the vectors of ${to.model} (${to.dimensions})`,
  )
}
