import type { ScheduledAccept, ScheduledWork } from '../activities/schedules.ts'
import type { Config } from '../config.ts'
import type { Consolidations } from '../consolidation/consolidations.ts'
import type { Job } from '../domain/job.ts'
import {
  SCHEDULE_KINDS,
  type Schedule,
  type ScheduleChange,
  type ScheduleKind,
} from '../domain/schedule.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database } from '../stores/database.ts'
import {
  changeSchedule,
  ensureSchedule,
  listScheduleRuns,
  markApplied,
  recordSkip,
  type ScheduleKey,
  type ScheduleRow,
} from '../stores/schedules.ts'
import { ensureNamespace, findNamespace, listNamespaceIds } from '../stores/tenants.ts'
import { isTemporalAway } from '../temporal/away.ts'
import type { TemporalClient } from '../temporal/client.ts'
import {
  createTemporalSchedules,
  type ScheduleView,
  type TemporalSchedules,
} from '../temporal/schedules.ts'
import type { Jobs, ScheduleId, Schedules } from './jobs.ts'

export interface SchedulesDependencies {
  readonly config: Config
  readonly db: Database
  readonly temporal: TemporalClient
  readonly jobs: Jobs
  readonly consolidations: Pick<Consolidations, 'accept'>
  readonly log: Logger
}

/** What a worker does for schedules besides running them. */
export interface ScheduleKeeper extends ScheduledWork {
  /** Makes the schedules that Temporal lacks, and tells it of changes it has not heard of; nothing else is touched. */
  keep(): Promise<void>
}

interface Context extends SchedulesDependencies {
  readonly server: TemporalSchedules
}

/** How many runs are shown. */
const RECENT_RUNS = 10

export function createSchedules(dependencies: SchedulesDependencies): Schedules & ScheduleKeeper {
  const context: Context = {
    ...dependencies,
    server: createTemporalSchedules(dependencies.temporal),
  }
  const { config, db, server } = context
  return {
    async list(namespaceId) {
      // At once: a Temporal that is away costs one deadline, not one a schedule.
      const shown = SCHEDULE_KINDS.map(async (kind) => {
        const key = await keyIn(context, kind, namespaceId)
        const row = key && (await rowOf(context, key))
        return key && row && !row.removed ? [await present(context, key, { row, ask: true })] : []
      })
      return (await Promise.all(shown)).flat()
    },
    change: async (id, change, actor) => await changeOne(context, { id, change, actor }),
    async remove(id, actor) {
      const { key } = await requireSchedule(context, id)
      await write(context, key, { change: {}, removed: true, actor })
    },
    async trigger(id) {
      const { key } = await requireSchedule(context, id)
      return await acceptNow(context, key)
    },
    async backfill(id, range) {
      const { key } = await requireSchedule(context, id)
      await orAway(async () => {
        await apply(context, key)
        await server.backfill(key, range)
      })
      return key.kind
    },
    async keep() {
      const namespace = await ensureNamespace(db, config.SOURCE_NAMESPACE)
      if (namespace) await apply(context, keyOf(context, 'nightly', namespace.id))
      for (const namespaceId of await listNamespaceIds(db)) {
        await apply(context, keyOf(context, 'consolidation', namespaceId))
      }
    },
    acceptScheduled: async (run) => await acceptScheduled(context, run),
  }
}

function keyOf({ config }: Context, kind: ScheduleKind, namespaceId: string): ScheduleKey {
  return { namespaceId, source: kind === 'nightly' ? config.SOURCE_NAME : '', kind }
}

/** Null for the nightly one of a namespace that has no source. */
async function keyIn(
  context: Context,
  kind: ScheduleKind,
  namespaceId: string,
): Promise<ScheduleKey | null> {
  const key = keyOf(context, kind, namespaceId)
  if (kind !== 'nightly') return key
  const namespace = await findNamespace(context.db, context.config.SOURCE_NAMESPACE)
  return namespace?.id === namespaceId ? key : null
}

async function rowOf({ config, db }: Context, key: ScheduleKey): Promise<ScheduleRow> {
  const cron = key.kind === 'nightly' ? config.NIGHTLY_CRON : config.CONSOLIDATION_CRON
  return await ensureSchedule(db, key, cron)
}

async function acceptNow({ consolidations, jobs }: Context, key: ScheduleKey): Promise<Job> {
  const { namespaceId } = key
  if (key.kind === 'nightly') return (await jobs.acceptNightly({ namespaceId })).job
  const { id } = await consolidations.accept({ namespaceId, dryRun: false })
  const job = await jobs.get({ namespaceId, id })
  if (job === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return job
}

async function requireSchedule(
  context: Context,
  { namespaceId, id }: ScheduleId,
  { removedToo = false } = {},
): Promise<{ key: ScheduleKey; row: ScheduleRow }> {
  const kind = SCHEDULE_KINDS.find((known) => known === id)
  const key = kind ? await keyIn(context, kind, namespaceId) : null
  const row = key && (await rowOf(context, key))
  if (!key || !row || (row.removed && !removedToo)) {
    throw new MemoirError('not_found', SENTENCE.not_found)
  }
  return { key, row }
}

interface Changing {
  readonly id: ScheduleId
  readonly change: ScheduleChange
  readonly actor: string
}

async function changeOne(context: Context, { id, change, actor }: Changing): Promise<Schedule> {
  const { key } = await requireSchedule(context, id, { removedToo: true })
  const heard = await write(context, key, { change, removed: false, actor })
  const row = await rowOf(context, key)
  return await present(context, key, { row, ask: heard })
}

/** Postgres first; what Temporal does not hear now, a worker tells it. @returns whether Temporal heard it */
async function write(
  context: Context,
  key: ScheduleKey,
  { change, removed, actor }: { change: ScheduleChange; removed: boolean; actor: string },
): Promise<boolean> {
  const { cron, paused, note } = change
  await context.db.transaction(async (tx) => {
    await changeSchedule(tx, key, { cron, paused, note, removed })
    await appendAudit(tx, {
      namespaceId: key.namespaceId,
      actor,
      action: removed ? 'schedule.remove' : 'schedule.change',
      subject: null,
      details: {
        kind: key.kind,
        ...(cron === undefined ? {} : { cron }),
        ...(paused === undefined ? {} : { paused }),
      },
    })
  })
  try {
    await apply(context, key)
    return true
  } catch (error) {
    context.log.warn({ error }, 'a change of a schedule did not reach Temporal; a worker tells it')
    return false
  }
}

/** Two may apply at once, and the older may come last: whoever has applied looks again. */
async function apply(context: Context, key: ScheduleKey): Promise<void> {
  const { db } = context
  for (;;) {
    const row = await rowOf(context, key)
    await applyRow(context, key, row)
    await markApplied(db, key, row.revision)
    const after = await rowOf(context, key)
    if (after.revision === row.revision) return
  }
}

async function applyRow({ server }: Context, key: ScheduleKey, row: ScheduleRow): Promise<void> {
  const unheard = row.applied < row.revision
  if (row.removed) {
    if (unheard) await server.remove(key)
    return
  }
  const created = await server.create(key, row)
  if (!created && unheard && row.revision > 1) await server.update(key, row)
}

/** What Temporal says of it counts, once it has heard the last change: an operator may have paused it there. */
async function present(
  context: Context,
  key: ScheduleKey,
  { row, ask }: { row: ScheduleRow; ask: boolean },
): Promise<Schedule> {
  const { db, log, server } = context
  let view: ScheduleView | null = null
  try {
    if (ask) view = await server.describe(key)
  } catch (error) {
    log.debug({ error }, 'Temporal does not say how a schedule stands')
  }
  const applied = row.applied >= row.revision
  const { paused, note } = applied && view ? view : row
  return {
    id: key.kind,
    kind: key.kind,
    cron: row.cron,
    paused,
    note,
    next_runs: (view?.nextRuns ?? []).map((at) => at.toISOString()),
    recent_runs: await listScheduleRuns(db, key, RECENT_RUNS),
    applied,
  }
}

async function orAway(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isTemporalAway(error)) throw error
    throw new MemoirError('temporal_unavailable', SENTENCE.temporal_unavailable, { cause: error })
  }
}

/**
 * The one step of a scheduled run. A nightly one beside a backfill is skipped: that reads more than the night would, and its success moves the
 * watermark; when it fails, the next night reads from where the watermark stayed.
 */
async function acceptScheduled(context: Context, run: ScheduledAccept): Promise<string | null> {
  const { consolidations, db, jobs } = context
  const { namespaceId, source, id, plannedAt, kind = 'nightly' } = run
  const key: ScheduleKey = { namespaceId, source, kind }
  // A schedule of a configuration that has since changed.
  if ((await keyIn(context, kind, namespaceId))?.source !== source) {
    await recordSkip(db, key, { id, reason: 'source_gone' })
    return null
  }
  try {
    if (kind === 'consolidation') {
      return (await consolidations.accept({ namespaceId, id, dryRun: false })).id
    }
    const planned = plannedAt === undefined ? {} : { plannedAt: new Date(plannedAt) }
    return (await jobs.acceptNightly({ namespaceId, id, ...planned })).job.id
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'conflict') throw error
    const reason = kind === 'nightly' ? 'backfill_running' : 'still_running'
    await recordSkip(db, key, { id, reason })
    return null
  }
}
