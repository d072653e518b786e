import type { JobControl } from '../domain/job.ts'
import { createTurns } from '../domain/turns.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { Queryable } from '../stores/database.ts'
import { markStarted, type JobRow } from '../stores/jobs/jobs.ts'
import { markStartedTogether } from '../stores/jobs/shared-runs.ts'
import { isTemporalAway } from '../temporal/away.ts'
import { createGathering, isShareable } from './gather.ts'
import type { Runs } from './runs.ts'

/** Hands accepted work to Temporal without making anybody wait; what does not get through at once is left to the sweep. */
export interface Launcher {
  launch(row: JobRow): void
  deliver(row: JobRow, control: JobControl): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

export interface LauncherDependencies {
  readonly runs: Runs
  readonly db: Queryable
  readonly metrics: Metrics
  readonly log: Logger
}

/** A healthy start takes a few milliseconds; a dead address would take 19 s and a frozen one more than 40. */
const START_DEADLINE_MS = 500
/** More at once would only queue in Temporal; and it bounds what memory a frozen server can bind. */
const SLOTS = 16
/**
 * Waits for a slot: a burst is begun within seconds and not at the next sweep, which would otherwise be all that most of it has.
 * Namespaces take turns, and the one with most in line leaves what is too much to the sweep.
 */
const LINE = 500
/** So many failures in a row, and Temporal counts as away for a while. */
const BREAKER_FAILURES = 3
const BREAKER_OPEN_MS = 5_000
/** A run that has reported its end closes within milliseconds; beyond this the sweep comes soon enough. */
const CLOSING_WAITS_MS = [20, 80, 300]

interface Attempt {
  readonly what: string
  readonly namespaceId: string
  /** For the log. */
  readonly about: { readonly job: string } | { readonly jobs: number }
  readonly run: () => Promise<void>
  /** It was left to the sweep. */
  readonly leave: () => void
}

export function createLauncher({ runs, db, metrics, log }: LauncherDependencies): Launcher {
  const tries = createTries(log)
  const counted = async (jobs: number, start: () => Promise<boolean>) => {
    let outcome = 'failed'
    try {
      outcome = (await start()) ? 'started' : 'deferred'
    } finally {
      metrics.jobStarts.inc({ outcome }, jobs)
    }
  }
  const launch = (rows: readonly JobRow[]) => {
    const [row, ...others] = rows
    if (row === undefined) return
    tries.add({
      what: 'a start',
      namespaceId: row.namespaceId,
      about: others.length === 0 ? { job: row.id } : { jobs: rows.length },
      run: async () =>
        await counted(
          rows.length,
          async () =>
            await (others.length === 0
              ? startAndMark({ runs, db }, row)
              : startTogether({ runs, db }, rows, START_DEADLINE_MS)),
        ),
      leave: () => metrics.jobStarts.inc({ outcome: 'deferred' }, rows.length),
    })
  }
  const gathering = createGathering(launch)
  return {
    launch(row) {
      if (isShareable(row)) gathering.add(row)
      else launch([row])
    },
    deliver(row, control) {
      tries.add({
        what: control,
        namespaceId: row.namespaceId,
        about: { job: row.id },
        run: async () => await runs.deliver(row, control, START_DEADLINE_MS),
        leave: () => undefined,
      })
    },
    async close() {
      gathering.flush()
      await tries.close()
    },
  }
}

/** Some at once, some in line behind them. While Temporal is away nobody waits in line. */
function createTries(log: Logger) {
  const underWay = new Set<Promise<void>>()
  const breaker = createBreaker()
  const line = createTurns<Attempt>()

  const leaveAll = () => {
    for (const { leave } of line.clear()) leave()
  }
  const begin = ({ what, about, run }: Attempt) => {
    const task = run()
      .then(breaker.succeeded, (error: unknown) => {
        if (isTemporalAway(error)) breaker.failed()
        log.warn({ ...about, error }, `${what} did not get through; the sweep tries again`)
      })
      .finally(() => {
        underWay.delete(task)
        fill()
      })
    underWay.add(task)
  }
  const fill = () => {
    while (underWay.size < SLOTS && line.size > 0) {
      if (!breaker.allows()) return leaveAll()
      const next = line.shift()
      if (next !== undefined) begin(next)
    }
  }
  return {
    add(attempt: Attempt): void {
      line.push(attempt.namespaceId, attempt)
      if (line.size > LINE) line.dropOfLongest()?.leave()
      fill()
    },
    /** Who is in line can wait for the sweep. */
    async close(): Promise<void> {
      leaveAll()
      await Promise.all(underWay)
    },
  }
}

/** One run for writes of one namespace. */
export async function startTogether(
  { runs, db }: Pick<LauncherDependencies, 'runs' | 'db'>,
  rows: readonly JobRow[],
  deadlineMs: number,
): Promise<true> {
  await runs.startTogether(rows, deadlineMs)
  await markStartedTogether(
    db,
    rows.map(({ id }) => id),
  )
  return true
}

/** Starts what a shared run has given back. */
export async function startAlone(
  { log, ...dependencies }: Pick<LauncherDependencies, 'runs' | 'db' | 'log'>,
  row: JobRow,
): Promise<void> {
  try {
    await startAndMark(dependencies, row)
  } catch (error) {
    log.warn({ job: row.id, error }, 'a start did not get through; the sweep tries again')
  }
}

async function startAndMark(
  { runs, db }: Pick<LauncherDependencies, 'runs' | 'db'>,
  row: JobRow,
): Promise<boolean> {
  for (const waitMs of [...CLOSING_WAITS_MS, null]) {
    const runId = await runs.start(row, START_DEADLINE_MS)
    if (runId !== null) {
      await markStarted(db, { id: row.id, runId, attempt: row.attempts })
      return true
    }
    if (waitMs !== null) {
      await new Promise((resolve) => {
        setTimeout(resolve, waitMs)
      })
    }
  }
  return false
}

/** Stops asking a server that does not answer; after a while one call finds out whether it does again. */
function createBreaker() {
  let failures = 0
  let openUntil = 0
  return {
    allows: (): boolean => {
      if (failures < BREAKER_FAILURES) return true
      const now = performance.now()
      if (now < openUntil) return false
      openUntil = now + BREAKER_OPEN_MS
      return true
    },
    succeeded: (): void => {
      failures = 0
    },
    failed: (): void => {
      failures += 1
      if (failures >= BREAKER_FAILURES) openUntil = performance.now() + BREAKER_OPEN_MS
    },
  }
}
