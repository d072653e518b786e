import type { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client'
import { v5 as uuidv5 } from 'uuid'
import type { JobKind, WalkKind } from '../domain/job.ts'
import type { ScheduleKind } from '../domain/schedule.ts'

/** One table of everything that names a run: workflow ids are visible in Temporal, so they are made of Memoir's own uuids only. */

/** Namespace of the uuids that stand for names in ids (RFC 9562, version 5). */
const NAME_SPACE = 'b0b9b2b0-6a53-4c5e-9d5a-2d1d6f3f6a11'

/** The same uuid for the same name, and nothing of the name in it. */
export function uuidOfName(name: string): string {
  return uuidv5(name, NAME_SPACE)
}

interface WorkflowOfKind {
  readonly type: string
  /** Temporal's 1 (first) to 5; 3 is what it takes when nothing is said. */
  readonly priority: number
}

export const WORKFLOWS = {
  backfill: { type: 'backfill', priority: 4 },
  nightly: { type: 'nightly', priority: 4 },
  session: { type: 'processSession', priority: 2 },
  sync: { type: 'sync', priority: 4 },
  erase: { type: 'eraseUser', priority: 3 },
  reembed: { type: 'reembed', priority: 4 },
  episodes: { type: 'migrateEpisodes', priority: 4 },
  memory: { type: 'persistMemory', priority: 2 },
  narrative: { type: 'narrate', priority: 3 },
  consolidate: { type: 'consolidate', priority: 4 },
  dream: { type: 'dream', priority: 4 },
  narratives: { type: 'narrateAll', priority: 4 },
} satisfies Record<JobKind, WorkflowOfKind>

/** Writes of memories that are finished together. */
export const SHARED_WRITES = {
  type: 'persistMemories',
  priority: WORKFLOWS.memory.priority,
  workflowId: (id: string) => `memories:${id}`,
}

/** Work that is nobody else's: each job has a run of its own. */
export function workflowIdOf(kind: Exclude<JobKind, WalkKind>, jobId: string): string {
  return `${kind}:${jobId}`
}

/** The one run of a webhook; it goes on for as long as something waits to be delivered. */
export const webhookRunId = (webhookId: string): string => `webhook:${webhookId}`

export interface JobSubject {
  readonly namespaceId: string
  readonly source: string
}

interface WalkIds {
  /** What makes two pieces of work of this kind the same. */
  readonly workflowId: (subject: JobSubject) => string
  /** At most one unfinished job has it; checked by Postgres, before Temporal is asked. */
  readonly lockKey: (subject: JobSubject) => string
}

export const WALKS = {
  backfill: {
    workflowId: ({ namespaceId, source }) => `backfill:${namespaceId}:${uuidOfName(source)}`,
    lockKey: ({ namespaceId, source }) => `backfill:${namespaceId}:${source}`,
  },
  nightly: {
    workflowId: ({ namespaceId, source }) => `nightly:${namespaceId}:${uuidOfName(source)}`,
    // A source is walked by one run at a time, whatever its kind.
    lockKey: ({ namespaceId, source }) => `backfill:${namespaceId}:${source}`,
  },
} satisfies Record<WalkKind, WalkIds>

export interface ScheduleSubject extends JobSubject {
  readonly kind: ScheduleKind
}

/** A schedule, and the thin run it starts (Temporal appends the planned time to that one's id). */
export function scheduleIds({ namespaceId, source, kind }: ScheduleSubject): {
  readonly scheduleId: string
  readonly runnerId: string
} {
  const subject = source === '' ? namespaceId : `${namespaceId}:${uuidOfName(source)}`
  return { scheduleId: `${kind}:${subject}`, runnerId: `${kind}-runner:${subject}` }
}

export const nightlyScheduleIds = (subject: JobSubject) =>
  scheduleIds({ ...subject, kind: 'nightly' })

/**
 * A start that finds a run open is refused, and whoever started looks whose run it is (launcher.ts). Joining it blindly would be
 * wrong in the moment between a run's last report and its closing: the next job would hang on to a run that ends.
 * A closed run never stands in the way: Postgres decides what may run again.
 */
export const CONFLICT_POLICY: WorkflowIdConflictPolicy = 'FAIL'
export const REUSE_POLICY: WorkflowIdReusePolicy = 'ALLOW_DUPLICATE'
