import type { ScheduledAccept, ScheduledWork } from '../activities/schedules.ts'
import type { Config } from '../config.ts'
import type { Consolidations } from '../consolidation/consolidations.ts'
import { SCHEDULE_KINDS, type Schedule, type ScheduleChange } from '../domain/schedule.ts'
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
import { ensureNamespace, listNamespaceIds } from '../stores/tenants.ts'
import { isTemporalAway } from '../temporal/away.ts'
import type { TemporalClient } from '../temporal/client.ts'
import {
  createTemporalSchedules,
  type ScheduleView,
  type TemporalSchedules,
} from '../temporal/schedules.ts'
import type { Narratives } from '../narratives/narratives.ts'
import type { Jobs, ScheduleId, Schedules } from './jobs.ts'
import { createScheduledKinds } from './scheduled-kinds.ts'

export interface SchedulesDependencies {
  readonly config: Config
  readonly db: Database
  readonly temporal: TemporalClient
  readonly jobs: Pick<Jobs, 'acceptNightly' | 'get'>
  readonly consolidations: Pick<Consolidations, 'accept'>
  readonly narratives: Pick<Narratives, 'acceptRun'>
  readonly log: Logger
}

/** What a worker does for schedules besides running them. */
export interface ScheduleKeeper extends ScheduledWork {
  /** Makes the schedules that Temporal lacks, and tells it of changes it has not heard of; nothing else is touched. */
  keep(): Promise<void>
}

interface Context extends SchedulesDependencies {
  readonly server: TemporalSchedules
  readonly kinds: ReturnType<typeof createScheduledKinds>
}

/** How many runs are shown. */
const RECENT_RUNS = 10

export function createSchedules(dependencies: SchedulesDependencies): Schedules & ScheduleKeeper {
  const context: Context = {
    ...dependencies,
    server: createTemporalSchedules(dependencies.temporal),
    kinds: createScheduledKinds(dependencies),
  }
  const { config, db, kinds, server } = context
  return {
    async list(namespaceId) {
      // At once: a Temporal that is away costs one deadline, not one a schedule.
      const shown = (await keysIn(context, namespaceId)).map(async (key) => {
        const row = await rowOf(context, key)
        return row.removed ? [] : [await present(context, key, { row, ask: true })]
      })
      return (await Promise.all(shown)).flat()
    },
    change: async (id, change, actor) => await changeOne(context, { id, change, actor }),
    async remove(id, actor) {
      const { key } = await requireSchedule(context, id)
      await write(context, key, { change: {}, removed: true, actor })
    },
    async trigger(id) {
      const { key, row } = await requireSchedule(context, id)
      return await kinds[key.kind].accept({ namespaceId: id.namespaceId, cron: row.cron })
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
      await ensureNamespace(db, config.SOURCE_NAMESPACE)
      for (const namespaceId of await listNamespaceIds(db)) {
        for (const key of await keysIn(context, namespaceId)) await apply(context, key)
      }
    },
    acceptScheduled: async (run) => await acceptScheduled(context, run),
  }
}

/** Of every kind that the namespace has. */
async function keysIn({ kinds }: Context, namespaceId: string): Promise<ScheduleKey[]> {
  const keys: ScheduleKey[] = []
  for (const kind of SCHEDULE_KINDS) {
    const source = await kinds[kind].sourceIn(namespaceId)
    if (source !== null) keys.push({ namespaceId, source, kind })
  }
  return keys
}

async function rowOf({ db, kinds }: Context, key: ScheduleKey): Promise<ScheduleRow> {
  return await ensureSchedule(db, key, kinds[key.kind].cron)
}

async function requireSchedule(
  context: Context,
  { namespaceId, id }: ScheduleId,
  { removedToo = false } = {},
): Promise<{ key: ScheduleKey; row: ScheduleRow }> {
  const key = (await keysIn(context, namespaceId)).find(({ kind }) => kind === id)
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
  for (;;) {
    const row = await rowOf(context, key)
    await applyRow(context, key, row)
    await markApplied(context.db, key, row.revision)
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
 * The one step of a scheduled run. Beside a backfill it is skipped: that reads more than the night would, and its success moves the
 * watermark; when it fails, the next night reads from where the watermark stayed.
 */
async function acceptScheduled(context: Context, run: ScheduledAccept): Promise<string | null> {
  const { db, kinds } = context
  const { namespaceId, source, kind = 'nightly', id, plannedAt } = run
  const key: ScheduleKey = { namespaceId, source, kind }
  // A schedule of a configuration that has since changed.
  if ((await kinds[kind].sourceIn(namespaceId)) !== source) {
    await recordSkip(db, key, { id, reason: 'source_gone' })
    return null
  }
  try {
    const planned = plannedAt === undefined ? {} : { plannedAt: new Date(plannedAt) }
    const { cron } = await rowOf(context, key)
    return (await kinds[kind].accept({ namespaceId, id, cron, ...planned })).id
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'conflict') throw error
    const reason = kind === 'nightly' ? 'backfill_running' : 'still_running'
    await recordSkip(db, key, { id, reason })
    return null
  }
}
