import type { Config } from '../config.ts'
import type { Consolidations } from '../consolidation/consolidations.ts'
import { nextTime } from '../domain/cron.ts'
import type { Job } from '../domain/job.ts'
import type { ScheduleKind } from '../domain/schedule.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { NO_SOURCE } from '../narratives/accept-run.ts'
import type { Narratives } from '../narratives/narratives.ts'
import type { Database } from '../stores/database.ts'
import { findNamespace } from '../stores/tenants.ts'
import type { Jobs } from './jobs.ts'

/** What a schedule of each kind belongs to, when it runs unless told otherwise, and the work it accepts. */
export interface ScheduledKind {
  readonly cron: string
  /** The source that its row names; null in a namespace that has no schedule of this kind. */
  sourceIn(namespaceId: string): Promise<string | null>
  /** @throws what accepting the work throws */
  accept(wanted: ScheduledWanted): Promise<Job>
}

export interface ScheduledWanted {
  readonly namespaceId: string
  /** The job's id to be: accepting the same again changes nothing. */
  readonly id?: string
  /** The time it stands in for; undefined is now. */
  readonly plannedAt?: Date
  /** As it is now. */
  readonly cron: string
}

export interface ScheduledKindsDependencies {
  readonly config: Config
  readonly db: Database
  readonly jobs: Pick<Jobs, 'acceptNightly' | 'get'>
  readonly consolidations: Pick<Consolidations, 'accept'>
  readonly narratives: Pick<Narratives, 'acceptRun'>
}

/** Sunday at five: after the night's conversations have come in. */
const NARRATIVES_CRON = '0 5 * * 0'
const WEEK_MS = 7 * 86_400_000

export function createScheduledKinds(
  dependencies: ScheduledKindsDependencies,
): Readonly<Record<ScheduleKind, ScheduledKind>> {
  const { config, db, jobs, consolidations, narratives } = dependencies
  return {
    nightly: {
      cron: config.NIGHTLY_CRON,
      async sourceIn(namespaceId) {
        const namespace = await findNamespace(db, config.SOURCE_NAMESPACE)
        return namespace?.id === namespaceId ? config.SOURCE_NAME : null
      },
      accept: async ({ cron: _cron, ...night }) => (await jobs.acceptNightly(night)).job,
    },
    consolidation: {
      cron: config.CONSOLIDATION_CRON,
      sourceIn: async () => await Promise.resolve(NO_SOURCE),
      async accept({ namespaceId, id: wanted }) {
        const given = wanted === undefined ? {} : { id: wanted }
        const { id } = await consolidations.accept({ namespaceId, ...given, dryRun: false })
        const job = await jobs.get({ namespaceId, id })
        if (job === null) throw new MemoirError('not_found', SENTENCE.not_found)
        return job
      },
    },
    narratives: {
      cron: NARRATIVES_CRON,
      sourceIn: async () => await Promise.resolve(NO_SOURCE),
      async accept({ cron, plannedAt = new Date(), ...wanted }) {
        // What would be stale before the next run is made by this one.
        const next = nextTime(cron, plannedAt) ?? new Date(plannedAt.getTime() + WEEK_MS)
        return await narratives.acceptRun({ ...wanted, staleBy: next })
      },
    },
  }
}
