import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { cutAudit } from '../stores/audit.ts'
import type { Database } from '../stores/database.ts'
import { deleteOldEvents } from '../stores/events/events.ts'
import { deleteExpiredKeys } from '../stores/idempotency.ts'
import { deleteOldJobs } from '../stores/jobs/job-retention.ts'
import { deleteOldUsage } from '../stores/spending/usage.ts'
import type { PostReach } from '../stores/sessions/session-queue.ts'
import {
  claimRetention,
  countKept,
  deleteOldPosts,
  deleteOldSessions,
  finishRetention,
  type CleanReach,
} from '../stores/sessions/session-retention.ts'

/** What grows with use does not stay for ever; discrete memories do. */

export interface Cleaned {
  readonly deleted_raw: number
  readonly deleted_sessions: number
  readonly kept_unprocessed: number
}

/** So few at once that nobody waits for their locks. */
const BATCH = 500

/** Deletes what was processed more than so many days ago, and sessions that came to an end long before. */
export async function cleanUp(
  db: Database,
  reach: PostReach,
  { days, sessionDays }: { readonly days: number; readonly sessionDays: number },
): Promise<Cleaned> {
  const processed = { status: 'processed', days, limit: BATCH } as const
  return {
    deleted_raw: await inBatches(async () => await deleteOldPosts(db, reach, processed)),
    deleted_sessions: await deleteSessions(db, reach, sessionDays),
    kept_unprocessed: await countKept(db, reach, days),
  }
}

async function deleteSessions(db: Database, reach: CleanReach, days: number): Promise<number> {
  return await inBatches(async () => await deleteOldSessions(db, reach, { days, limit: BATCH }))
}

async function inBatches(deleteSome: () => Promise<number>): Promise<number> {
  let deleted = 0
  for (;;) {
    const some = await deleteSome()
    deleted += some
    if (some < BATCH) return deleted
  }
}

async function deleteJobs(db: Database, days: number) {
  let [answers, failures] = [0, 0]
  const jobs = await inBatches(async () => {
    const gone = await deleteOldJobs(db, { days, limit: BATCH })
    answers += gone.answers
    failures += gone.failures
    return gone.jobs
  })
  return { jobs, model_answers: answers, step_failures: failures }
}

export interface RetentionServices {
  readonly config: Pick<
    Config,
    | 'RAW_RETENTION_DAYS'
    | 'RAW_ERROR_RETENTION_DAYS'
    | 'SESSION_RETENTION_DAYS'
    | 'JOB_RETENTION_DAYS'
    | 'AUDIT_RETENTION_DAYS'
    | 'USAGE_RETENTION_DAYS'
    | 'EVENT_RETENTION_DAYS'
  >
  readonly db: Database
  readonly log: Logger
}

/** The day's run over all namespaces, unless it was done or another worker is at it. @returns whether it ran here */
export async function retainOnce({ config, db, log }: RetentionServices): Promise<boolean> {
  if (!(await claimRetention(db))) return false
  const { RAW_RETENTION_DAYS: days, RAW_ERROR_RETENTION_DAYS: errorDays } = config
  const processed = { status: 'processed', days, limit: BATCH } as const
  const failed = { status: 'error', days: errorDays, limit: BATCH } as const
  const counts = {
    processed: await inBatches(async () => await deleteOldPosts(db, null, processed)),
    failed: await inBatches(async () => await deleteOldPosts(db, null, failed)),
    sessions: await deleteSessions(db, null, config.SESSION_RETENTION_DAYS),
    // After the posts: a job stays as long as its transcript.
    ...(await deleteJobs(db, config.JOB_RETENTION_DAYS)),
    usage: await inBatches(
      async () => await deleteOldUsage(db, { days: config.USAGE_RETENTION_DAYS, limit: BATCH }),
    ),
    events: await inBatches(
      async () => await deleteOldEvents(db, { days: config.EVENT_RETENTION_DAYS, limit: BATCH }),
    ),
    idempotency_keys: await inBatches(async () => await deleteExpiredKeys(db, BATCH)),
    audit_entries: await db.transaction(
      async (tx) => await cutAudit(tx, config.AUDIT_RETENTION_DAYS),
    ),
  }
  await finishRetention(db)
  log.info(counts, 'what was kept long enough is deleted')
  return true
}

/** Often enough that a day's run is not an hour late, seldom enough to cost nothing. */
const LOOK_MS = 10 * 60_000

/** Looks whether the day's run is due until aborted; a failure is tried again at the next look. */
export async function keepRetention(
  services: RetentionServices,
  { everyMs = LOOK_MS, signal }: { readonly everyMs?: number; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await retainOnce(services).catch((error: unknown) => {
      services.log.warn({ error }, 'what was kept long enough could not be deleted')
    })
    // Only an abort rejects it, and that is what ends the waiting.
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
