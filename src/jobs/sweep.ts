import pLimit from 'p-limit'
import type { Config } from '../config.ts'
import { SENTENCE, type ErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { Database } from '../stores/database.ts'
import { resumeWithinDayBudget } from '../stores/spending/day-budget.ts'
import {
  findSilent,
  findUnheeded,
  findUnstarted,
  markChecked,
  markStarted,
  markStuck,
  mirrorClosed,
  noteRefusedStart,
  oldestUnstartedSeconds,
  type JobRow,
} from '../stores/jobs/jobs.ts'
import { letGo } from '../stores/jobs/shared-runs.ts'
import { isTemporalAway } from '../temporal/away.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { GONE_AFTER_MS } from '../temporal/pollers.ts'
import { WORKFLOWS } from '../temporal/ids.ts'
import { MOST_TOGETHER, isShareable } from './gather.ts'
import { startTogether } from './launcher.ts'
import { viewRun, type RunView } from './mirror.ts'
import type { Runs } from './runs.ts'

/**
 * Makes accepted work start and job rows true, whatever was lost: starts what was never started, looks at runs that fell silent,
 * repeats what was asked of them. Several workers may sweep at once; every step of it is guarded by the row it changes.
 */
export interface Sweep {
  /** One round now, after the one under way. Errors are logged: the next round tries again. */
  round(): Promise<void>
  stop(): Promise<void>
}

export interface SweepOptions {
  readonly everyMs: number
  /** The launcher has had its chance by then. */
  readonly unstartedAfterMs: number
  /** Longer than pages take between two reports. */
  readonly silentAfterMs: number
  readonly stuckAttempts: number
  /** A worker that has not polled for so long is gone, and its build with it. */
  readonly goneAfterMs: number
  /** Rounds in which a run of other work stands in the way of a start before the job says so. */
  readonly refusedRounds: number
}

/** Often enough for a person who waits; a worker's start sweeps at once. */
export const SWEEP_DEFAULTS: SweepOptions = {
  everyMs: 15_000,
  unstartedAfterMs: 10_000,
  silentAfterMs: 120_000,
  stuckAttempts: 5,
  goneAfterMs: GONE_AFTER_MS,
  // A minute. A run that has reported its end closes within milliseconds, or as soon as a worker is back to close it.
  refusedRounds: 4,
}

/** Enough to empty a backlog of hours within minutes, little enough that a round ends. */
const STARTS_A_ROUND = 500
const LOOKS_A_ROUND = 200
const AT_ONCE = 8
const DEADLINE_MS = 3_000

export interface SweepDependencies {
  readonly config: Pick<Config, 'BUDGET_PER_DAY'>
  readonly db: Database
  readonly temporal: TemporalClient
  readonly runs: Runs
  readonly metrics: Metrics
  readonly log: Logger
}

export function startSweep(
  dependencies: SweepDependencies,
  options: Partial<SweepOptions> = {},
): Sweep {
  const { log } = dependencies
  const settings = { ...SWEEP_DEFAULTS, ...options }
  const refusals = new Map<string, number>()
  const since = performance.now()
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let last = Promise.resolve()

  const round = async () => {
    last = last.then(async () => {
      try {
        await sweepOnce({ ...dependencies, refusals, since }, settings)
      } catch (error) {
        log.warn({ error }, 'a sweep was cut short')
      }
    })
    await last
  }
  const loop = async () => {
    await round()
    if (!stopped) timer = setTimeout(() => void loop(), settings.everyMs)
  }
  void loop()
  return {
    round,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await last
    },
  }
}

interface Round extends SweepDependencies {
  readonly refusals: Refusals
  /** When the sweep began, on the clock of `performance.now()`. */
  readonly since: number
}

/** How often in a row each job's start has been refused, by the rounds of this process. */
type Refusals = Map<string, number>

async function sweepOnce(dependencies: Round, options: SweepOptions): Promise<void> {
  const { db, metrics } = dependencies
  metrics.oldestPending.set(await oldestUnstartedSeconds(db))
  await startUnstarted(dependencies, options)
  await letGoOn(dependencies)
  await repeatControls(dependencies, options)
  await lookAtSilent(dependencies, options)
  metrics.oldestPending.set(await oldestUnstartedSeconds(db))
}

async function startUnstarted(
  dependencies: Round,
  { unstartedAfterMs, refusedRounds }: SweepOptions,
): Promise<void> {
  const { db, runs, metrics, refusals } = dependencies
  const found = await findUnstarted(db, { olderThanMs: unstartedAfterMs, limit: STARTS_A_ROUND })
  const { together, alone } = inGroups(found)
  await eachOf(dependencies, together, {
    handle: async (rows) => {
      await startTogether(dependencies, rows, DEADLINE_MS)
      metrics.jobStarts.inc({ outcome: 'swept' }, rows.length)
    },
    about: (rows) => ({ jobs: rows.length }),
  })
  const before = new Map(refusals)
  refusals.clear()
  await eachRow(dependencies, alone, async (row) => {
    const runId = await runs.start(row, DEADLINE_MS)
    metrics.jobStarts.inc({ outcome: runId === null ? 'deferred' : 'swept' })
    if (runId !== null) {
      await markStarted(db, { id: row.id, runId, attempt: row.attempts })
      return
    }
    const refused = (before.get(row.id) ?? 0) + 1
    refusals.set(row.id, refused)
    if (refused >= refusedRounds) await sayTaken(dependencies, row)
  })
}

/** Writes that may share a run, by namespace; what would be alone in one has a run of its own, like everything else. */
function inGroups(rows: readonly JobRow[]): {
  readonly together: readonly (readonly JobRow[])[]
  readonly alone: readonly JobRow[]
} {
  const groups = Map.groupBy(rows, (row) => (isShareable(row) ? row.namespaceId : row.id))
  const sliced = [...groups.values()].flatMap((group) => slices(group, MOST_TOGETHER))
  return {
    together: sliced.filter(({ length }) => length > 1),
    alone: sliced.filter(({ length }) => length === 1).flat(),
  }
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

async function sayTaken({ db, log }: SweepDependencies, row: JobRow): Promise<void> {
  const code = 'workflow_taken' satisfies ErrorCode
  log.warn({ job: row.id, workflow: row.workflowId, code }, 'a job cannot be started')
  const step = WORKFLOWS[row.kind].type
  await noteRefusedStart(db, row.id, { code, message: SENTENCE[code], step })
}

/** What the day's budget held goes on by itself; the controls that follow tell the runs. */
async function letGoOn({ db, config, log }: SweepDependencies): Promise<void> {
  for (const job of await resumeWithinDayBudget(db, config.BUDGET_PER_DAY ?? null)) {
    log.info({ job }, "the day's budget no longer holds a job")
  }
}

async function repeatControls(
  dependencies: SweepDependencies,
  options: SweepOptions,
): Promise<void> {
  const { db, runs } = dependencies
  const rows = await findUnheeded(db, LOOKS_A_ROUND)
  await eachRow(dependencies, rows, async (row) => {
    const view = await look(dependencies, row, options)
    if (row.control === null || view.kind === 'closed') return
    // To a run whose tasks fail a signal is news, and the server starts to count its failures anew.
    const hears = view.kind === 'open' && !view.failing
    if (hears || row.control === 'cancel') await runs.deliver(row, row.control, DEADLINE_MS)
  })
}

async function lookAtSilent(dependencies: Round, options: SweepOptions): Promise<void> {
  const { db } = dependencies
  const rows = await findSilent(db, { silentForMs: options.silentAfterMs, limit: LOOKS_A_ROUND })
  const seen: string[] = []
  const shared = rows.filter(({ runId }) => runId === null).map(({ id }) => id)
  // The run that they share is gone. Where no worker was there to go on with it, it may now.
  const mayBeBegun = performance.now() - dependencies.since < options.silentAfterMs
  if (mayBeBegun) seen.push(...shared)
  else if (shared.length > 0) await letGo(db, shared)
  const own = rows.filter(({ runId }) => runId !== null)
  await eachRow(dependencies, own, async (row) => {
    await look(dependencies, row, options)
    seen.push(row.id)
  })
  await markChecked(db, seen)
}

async function look(
  { db, temporal, runs, log }: SweepDependencies,
  row: JobRow,
  { stuckAttempts, goneAfterMs }: SweepOptions,
): Promise<RunView> {
  const run = await runs.describe(row, DEADLINE_MS)
  const options = { stuckAttempts, goneAfterMs, deadlineMs: DEADLINE_MS }
  const view = await viewRun(temporal, { row, run }, options)
  if (view.kind === 'open') return view
  log.warn({ job: row.id, run: view.kind, code: view.error?.code }, 'a run stopped speaking')
  if (view.kind === 'stuck') await markStuck(db, row.id, view.error)
  else {
    const { state, error } = view
    await mirrorClosed(db, { id: row.id, attempt: row.attempts, state, error })
  }
  return view
}

async function eachRow(
  dependencies: SweepDependencies,
  rows: readonly JobRow[],
  handle: (row: JobRow) => Promise<void>,
): Promise<void> {
  await eachOf(dependencies, rows, { handle, about: ({ id }) => ({ job: id }) })
}

interface Handling<Item> {
  readonly handle: (item: Item) => Promise<void>
  /** For the log. */
  readonly about: (item: Item) => object
}

/** One that cannot be handled must not keep the others from it; a server that is away ends the round. */
async function eachOf<Item>(
  { log }: SweepDependencies,
  items: readonly Item[],
  { handle, about }: Handling<Item>,
): Promise<void> {
  const limit = pLimit(AT_ONCE)
  const away: Error[] = []
  await limit.map([...items], async (item) => {
    if (away.length > 0) return
    try {
      await handle(item)
    } catch (error) {
      if (error instanceof Error && isTemporalAway(error)) away.push(error)
      else log.warn({ ...about(item), error }, 'the sweep could not handle a job')
    }
  })
  for (const error of away) throw error
}
