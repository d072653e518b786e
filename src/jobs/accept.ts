import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import type { Job, JobControl, JobKind, WalkKind } from '../domain/job.ts'
import { isTerminal, NIGHTLY_OVERLAP_MS } from '../domain/job.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { TOKENS_A_PRICE } from '../providers/prices.ts'
import { sqlState, type BeforeCommit, type Database, type Queryable } from '../stores/database.ts'
import { getJob, listIngestFailures, listJobs, listStepFailures } from '../stores/jobs/job-list.ts'
import {
  cancelUnstarted,
  findJobRow,
  findUnfinishedByLock,
  insertJob,
  resetForRetry,
  setControl,
  type JobRow,
  type NewJob,
} from '../stores/jobs/jobs.ts'
import { setBudget } from '../stores/spending/usage.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { WALKS } from '../temporal/ids.ts'
import { readBackfillRequest, sameRequest, type BackfillRequest } from './backfill-request.ts'
import type { AcceptedJob, BackfillAccept, JobKey, Jobs, NightlyAccept } from './jobs.ts'
import { createFollowing } from './follow.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import { requirePrice } from './pricing.ts'
import { createRuns } from './runs.ts'

export interface JobsDependencies {
  readonly config: Config
  readonly db: Database
  readonly temporal: TemporalClient
  readonly metrics: Metrics
  readonly log: Logger
  /** The configuration with the models in force, when settings may name others. */
  readonly inForce?: () => Promise<Config>
}

interface Context {
  readonly config: Config
  readonly inForce: () => Promise<Config>
  readonly db: Database
  readonly launcher: Launcher
}

/** Accepts and steers work. Postgres is written before Temporal is told, and Temporal is never waited for. */
export function createJobs(
  dependencies: JobsDependencies,
): Jobs & Pick<Launcher, 'launch' | 'close'> {
  const { config, db, temporal } = dependencies
  const runs = createRuns(temporal, config.BACKFILL_HEARTBEAT_SECONDS)
  const launcher = createLauncher({ ...dependencies, runs })
  const { inForce = async () => await Promise.resolve(config) } = dependencies
  const context: Context = { config, inForce, db, launcher }
  return {
    acceptBackfill: async (...given) => await acceptBackfill(context, ...given),
    acceptNightly: async (request) => await acceptNightly(context, request),
    control: async (key, action) => await control(context, key, action),
    setBudget: async (key, budget) => {
      const row = await requireRow(context, key)
      if (isTerminal(row.state)) throw notNow(row, 'resume')
      await setBudget(db, { jobId: row.id, tokens: tokensFor(budget, await inForce()) })
    },
    retry: async (key) => await retry(context, key),
    get: async (key) => await getJob(db, key),
    follow: createFollowing(db).follow,
    list: async (query) => await listJobs(db, query),
    stepFailures: async (key) => await listStepFailures(db, key),
    async failures(query) {
      const row = await requireRow(context, query)
      if (row.kind !== 'backfill' && row.kind !== 'nightly') throw notFound()
      const { source } = readBackfillRequest(row.request)
      return await listIngestFailures(db, { ...query, source })
    },
    launch: (row) => launcher.launch(row),
    close: async () => await launcher.close(),
  }
}

/** @throws MemoirError `invalid_request` when nobody knows what a token costs */
function tokensFor(budget: number, config: Config): number | null {
  const price = requirePrice(config, 'budget')
  return price === 0 ? null : Math.floor((budget / price) * TOKENS_A_PRICE)
}

async function acceptBackfill(
  context: Context,
  request: BackfillAccept,
  beforeCommit?: BeforeCommit<AcceptedJob>,
): Promise<AcceptedJob> {
  const { config } = context
  const wanted: BackfillRequest = {
    source: config.SOURCE_NAME,
    pageSize: request.pageSize ?? config.BACKFILL_PAGE_SIZE,
    retryFailed: request.retryFailed,
    ...(request.force === true ? { force: true } : {}),
    ...(request.extract === undefined ? {} : { extract: request.extract }),
    budget: request.budget ?? null,
  }
  const key = { namespaceId: request.namespaceId, id: uuidv7() }
  const other = await acceptWalk(context, { key, kind: 'backfill', wanted, beforeCommit })
  if (other === null) return { job: await requireJob(context, key), joined: false }
  const same = other.kind === 'backfill' && sameRequest(readBackfillRequest(other.request), wanted)
  if (!same) throw conflictWith(other)
  return { job: await requireJob(context, other), joined: true }
}

async function acceptNightly(context: Context, request: NightlyAccept): Promise<AcceptedJob> {
  const { config } = context
  const { namespaceId, id = uuidv7(), plannedAt } = request
  const wanted = {
    source: config.SOURCE_NAME,
    pageSize: config.NIGHTLY_PAGE_SIZE,
    retryFailed: false,
    plannedAt: (plannedAt ?? new Date()).toISOString(),
  }
  const key = { namespaceId, id }
  const other = await acceptWalk(context, { key, kind: 'nightly', wanted })
  if (other === null) return { job: await requireJob(context, key), joined: false }
  if (other.kind !== 'nightly') throw conflictWith(other)
  // One that stands for a later night may begin to read later than this one has to: it has to end first.
  if (other.id !== id && !covers(other, wanted)) {
    throw new MemoirError('in_progress', SENTENCE.in_progress)
  }
  return { job: await requireJob(context, other), joined: true }
}

/** Whether the night that is under way reads all that this one would. */
function covers(other: JobRow, { plannedAt }: { plannedAt: string }): boolean {
  const planned = readBackfillRequest(other.request).plannedAt ?? plannedAt
  return Date.parse(planned) - NIGHTLY_OVERLAP_MS <= Date.parse(plannedAt)
}

interface WalkAccept {
  readonly key: JobKey
  readonly kind: WalkKind
  readonly wanted: BackfillRequest
  readonly beforeCommit?: BeforeCommit<AcceptedJob> | undefined
}

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 3

/** @returns the job that stands in the way or was accepted before under this id; null when the new one was accepted */
async function acceptWalk(
  context: Context,
  { key, kind, wanted, beforeCommit }: WalkAccept,
): Promise<JobRow | null> {
  const { inForce, db, launcher } = context
  const { workflowId, lockKey } = WALKS[kind]
  const { source, budget = null } = wanted
  const subject = { namespaceId: key.namespaceId, source }
  const budgetTokens = budget === null ? null : tokensFor(budget, await inForce())
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const job: NewJob = {
      ...key,
      userId: null,
      kind,
      workflowId: workflowId(subject),
      request: { ...wanted },
      lockKey: lockKey(subject),
      budgetTokens,
    }
    const inserted = await db.transaction(async (tx) => {
      const fresh = await insertJob(tx, job)
      if (fresh) await beforeCommit?.(tx, { job: await requireJob({ db: tx }, key), joined: false })
      return fresh
    })
    if (inserted) {
      launcher.launch(await requireRow(context, key))
      return null
    }
    const other = (await findJobRow(db, key)) ?? (await findUnfinishedByLock(db, lockKey(subject)))
    if (other !== null) return other
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}

async function control(context: Context, key: JobKey, action: JobControl): Promise<Job> {
  const { db, launcher } = context
  const row = await requireRow(context, key)
  if (isTerminal(row.state)) throw notNow(row, action)
  if (row.control === 'cancel' && action !== 'cancel') throw notNow(row, action)
  const ended = action === 'cancel' && (await cancelUnstarted(db, row.id))
  if (!ended && changes(row, action)) {
    if (!(await setControl(db, row.id, action))) throw notNow(row, action)
    if (row.startedAt !== null) launcher.deliver(row, action)
  }
  return await requireJob(context, key)
}

/** Asking for what is, or was already asked for, is no error and does nothing. */
function changes(row: JobRow, action: JobControl): boolean {
  if (action === 'cancel') return true
  // Else the day's end would undo what a person asked for.
  if (action === 'pause' && row.error?.budget !== undefined) return true
  const willPause = row.control === null ? row.state === 'paused' : row.control === 'pause'
  return willPause !== (action === 'pause')
}

async function retry(context: Context, key: JobKey): Promise<Job> {
  const row = await requireRow(context, key)
  try {
    if (!(await resetForRetry(context.db, row))) throw notNow(row, 'retry')
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    throw new MemoirError('conflict', 'Another job does the same work now.', {
      details: { job: row.id },
    })
  }
  context.launcher.launch(await requireRow(context, key))
  return await requireJob(context, key)
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505'

async function requireRow({ db }: Context, key: JobKey): Promise<JobRow> {
  const row = await findJobRow(db, key)
  if (row === null) throw notFound()
  return row
}

async function requireJob({ db }: { readonly db: Queryable }, key: JobKey): Promise<Job> {
  const job = await getJob(db, key)
  if (job === null) throw notFound()
  return job
}

function notFound(): MemoirError {
  return new MemoirError('not_found', SENTENCE.not_found)
}

function conflictWith({ id, kind }: JobRow): MemoirError {
  const words: Readonly<Partial<Record<JobKind, string>>> = {
    backfill: 'Another backfill is not finished yet.',
    nightly: 'A nightly run of the source is not finished yet.',
  }
  return new MemoirError('conflict', words[kind] ?? SENTENCE.conflict, {
    details: { job: id, kind },
  })
}

function notNow(row: JobRow, action: JobControl | 'retry'): MemoirError {
  const state = row.control === 'cancel' && !isTerminal(row.state) ? 'being cancelled' : row.state
  return new MemoirError('conflict', `The job is ${state}: it cannot ${action}.`, {
    details: { job: row.id, state: row.state },
  })
}
