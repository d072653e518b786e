import { MemoirError } from '../errors.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import { createRulesModel } from '../providers/rules-model.ts'
import { pricedEmbedding } from '../providers/configured-prices.ts'
import { costOf } from '../providers/prices.ts'
import { extractionIn, WHOLE_NAMESPACE } from '../steering/settings.ts'
import type { Database } from '../stores/database.ts'
import { failedAfter } from '../stores/memories/ingested.ts'
import { findPosition } from '../stores/jobs/job-progress.ts'
import { requireSpace } from '../memories/space.ts'
import type { Space } from '../stores/spaces/spaces.ts'
import type { ConversationHead, ConversationSource } from './conversation.ts'
import { atOnce } from './at-once.ts'
import { createHandling, type Handling } from './handling.ts'
import type { Ingest, IngestJob, PageHooks, PageOutcome, PageRequest } from './ingest.ts'
import { createProgressMeters, type ProgressMeters } from './meter.ts'
import type { FactExtraction } from './extract.ts'
import { languagePurseOf, purseOf } from './purse.ts'
import { createWindows } from './window.ts'
import { recordErrors, recordGone } from './passed-over.ts'
import { ingestSlice, type SliceContext } from './slice.ts'
import { hasOwnId, listWithoutId } from './without-id.ts'

export interface IngestDependencies {
  readonly config: Config
  readonly db: Database
  readonly source: ConversationSource
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  readonly log: Logger
  /** The configuration with the models in force, when settings may name others. */
  readonly inForce?: () => Promise<Config>
  /** Told when a job ended: vectors of a large user may want an index now. */
  readonly onFinish?: (space: Space) => void
}

/** Composes ingest of one source. */
export function createIngest(dependencies: IngestDependencies): Ingest {
  const { db, source, embedder } = dependencies
  const meters = createProgressMeters(db, (tokens) =>
    costOf(tokens, pricedEmbedding(dependencies.config, embedder.identity.model)),
  )
  const handling = createHandling(db)
  const windows = createWindows(dependencies)
  const totalOf = (job: IngestJob) => async () => {
    if (job.retryFailed) return await meters.failed(job)
    return await source.count((await windows.open(job)).changedSince ?? undefined)
  }
  return {
    async begin(job) {
      await source.check()
      await dependencies.languageModel.ready?.()
      requireModel(job, dependencies.languageModel)
      await requireSpace(db, embedder)
      const position = await findPosition(db, job.jobId)
      const { changedSince } = await windows.open(job)
      await meters.begin(job, totalOf(job))
      return {
        cursor: position?.cursor ?? null,
        ...(changedSince === null ? {} : { since: changedSince.toISOString() }),
      }
    },
    page: async (request, hooks) =>
      await ingestPage(request, hooks, { ...dependencies, meters, handling, totalOf }),
    async finish(job) {
      const space = await requireSpace(db, embedder)
      const progress = await meters.finish(job)
      await windows.close(job)
      await handling.end(job.jobId)
      dependencies.onFinish?.(space)
      return progress
    },
  }
}

/** @throws MemoirError `configuration_invalid` when a language model is asked for and there is none */
function requireModel({ extract }: IngestJob, { identity }: LanguageModel): void {
  if (extract !== 'model' || identity.provider !== 'builtin') return
  throw new MemoirError('configuration_invalid', 'extract: no language model is configured')
}

/** Bounds a transaction, and what a page holds in memory. */
const SLICE_CONVERSATIONS = 20
const SLICE_BYTES = 4 * 1024 * 1024
/** While one slice is being written the next is read, planned and embedded. */
const SLICES_AT_ONCE = 2
/** One conversation is planned, embedded and written as a whole; beyond this it would not fit beside others. */
const MAX_CONVERSATION_BYTES = 32 * 1024 * 1024
/** Well inside any heartbeat timeout; a vendor may take longer than that to answer. */
const BEAT_EVERY_MS = 1_000

interface PageContext extends IngestDependencies {
  readonly meters: ProgressMeters
  readonly handling: Handling
  readonly totalOf: (job: IngestJob) => () => Promise<number>
}

async function ingestPage(
  request: PageRequest,
  hooks: PageHooks,
  context: PageContext,
): Promise<PageOutcome> {
  const beating = setInterval(() => hooks.beat(), BEAT_EVERY_MS)
  try {
    hooks.beat()
    const { heads, next } = await readHeads(request, context)
    const space = await requireSpace(context.db, context.embedder)
    await workThrough(heads, request, { space, hooks, context })
    const total = context.totalOf(request)
    const progress = await context.meters.turn(request, { cursor: next, total })
    return { next, progress }
  } finally {
    clearInterval(beating)
  }
}

const RULES = createRulesModel()

/** Facts are made the way the job asks for; when it does not say, by the language model, if there is one. */
function extractionOf(
  { db, languageModel }: PageContext,
  { extract, jobId }: PageRequest,
  config: Config,
): FactExtraction {
  const { provider, model } = languageModel.identity
  const vendor = provider === 'builtin' ? {} : { model: languageModel }
  const purse = languagePurseOf({ db, config }, { jobId, model })
  return {
    wanted: extract ?? (provider === 'builtin' ? 'none' : 'model'),
    models: { rules: RULES, ...vendor },
    purse,
  }
}

async function readHeads(
  request: PageRequest,
  { db, source }: PageContext,
): Promise<{ heads: readonly ConversationHead[]; next: string | null }> {
  const { after, limit, since } = request
  const context = { db, ...request }
  if (after === null) await listWithoutId(context, source)
  if (!request.retryFailed) {
    const { heads, rejected, next } =
      since === undefined
        ? await source.headsAfter(after, limit)
        : await source.changedSince(new Date(since), after, limit)
    await recordErrors(context, rejected)
    return { heads, next }
  }
  const ids = await failedAfter(db, request, { after, limit })
  const named = ids.filter(hasOwnId)
  const { heads, rejected } = await source.headsOf(named)
  await recordErrors(context, rejected)
  const found = new Set([...heads, ...rejected].map(({ id }) => id))
  await recordGone(
    context,
    named.filter((id) => !found.has(id)),
  )
  return { heads, next: ids.length < limit ? null : (ids.at(-1) ?? null) }
}

async function sliceContextOf(
  request: PageRequest,
  { space, hooks, context }: { space: Space; hooks: PageHooks; context: PageContext },
): Promise<SliceContext> {
  const { config, db } = context
  await context.languageModel.ready?.()
  // Budgets are counted in what the models in force cost.
  const priced = (await context.inForce?.()) ?? config
  const { version: extractionVersion, steering } = await extractionIn(db, {
    namespaceId: request.namespaceId,
    collection: WHOLE_NAMESPACE,
  })
  return {
    db,
    embedder: context.embedder,
    space,
    ...request,
    minTurns: config.ETL_MIN_TURNS,
    chunkChars: config.EMBEDDING_CHUNK_CHARS,
    language: config.MEMORY_LANGUAGE,
    timeZone: config.given.has('SOURCE_TIMEZONE') ? config.SOURCE_TIMEZONE : config.MEMORY_TIMEZONE,
    heads: config.MEMORY_HEADS,
    minSalience: config.MEMORY_SALIENCE_WRITE_THRESHOLD,
    forgetSecret: config.MEMOIR_ENCRYPTION_KEY,
    extractionVersion,
    steering,
    signal: hooks.signal,
    extraction: extractionOf(context, request, priced),
    purse: purseOf(
      { db, config: priced },
      { jobId: request.jobId, model: context.embedder.identity.model },
    ),
  }
}

async function workThrough(
  heads: readonly ConversationHead[],
  request: PageRequest,
  { space, hooks, context }: { space: Space; hooks: PageHooks; context: PageContext },
): Promise<void> {
  const slice = await sliceContextOf(request, { space, hooks, context })
  const { fit, tooLarge } = Object.groupBy(heads, ({ bytes }) =>
    bytes > MAX_CONVERSATION_BYTES ? 'tooLarge' : 'fit',
  )
  await recordErrors(
    slice,
    (tooLarge ?? []).map(({ id }) => ({ id, code: 'conversation_too_large' as const })),
  )
  const work = async (some: readonly ConversationHead[]) => {
    await atOnce(SLICES_AT_ONCE, [...slicesOf(some)], async (part) => {
      hooks.signal.throwIfAborted()
      hooks.beat()
      const { conversations, rejected } = await context.source.load(part)
      await recordErrors(slice, rejected)
      await ingestSlice(conversations, slice)
    })
  }
  const killers = await context.handling.through(request.jobId, fit ?? [], work)
  await recordErrors(
    slice,
    killers.map((id) => ({ id, code: 'worker_killed' as const })),
  )
}

function* slicesOf(heads: readonly ConversationHead[]): Generator<ConversationHead[]> {
  let slice: ConversationHead[] = []
  let bytes = 0
  for (const head of heads) {
    const full = slice.length === SLICE_CONVERSATIONS || bytes + head.bytes > SLICE_BYTES
    if (slice.length > 0 && full) {
      yield slice
      slice = []
      bytes = 0
    }
    slice.push(head)
    bytes += head.bytes
  }
  if (slice.length > 0) yield slice
}
