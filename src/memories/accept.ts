import { v7 as uuidv7 } from 'uuid'
import type { Config } from '../config.ts'
import type { GivenEntity } from '../domain/entity.ts'
import type { PersistencePolicy } from '../domain/job.ts'
import type { WriteState } from '../domain/recall.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { refusedAs, type BeforeCommit, type Database, type Queryable } from '../stores/database.ts'
import { insertJob, type JobRow, type NewJob } from '../stores/jobs/jobs.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import type { AcceptedMemories } from './memories.ts'
import type { JobMemory, KeptWrite, MemoryRequest } from './request.ts'

/** What every acceptance needs. */
export interface AcceptContext {
  readonly config: Config
  readonly db: Database
  /** Hands the committed job to Temporal without waiting for it. */
  readonly launch: (row: JobRow) => void
}

export function policyOf(config: Config): PersistencePolicy {
  return {
    rollback: config.PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE,
    graph: config.GRAPH_BACKEND !== 'postgres' && config.PERSISTENCE_ENABLE_GRAPH_STORE,
    graphAttempts: config.PERSISTENCE_RETRY_ATTEMPTS,
    graphDelayMs: config.PERSISTENCE_RETRY_DELAY_MS,
  }
}

/** The state of a vector that is still to be made. */
export function openVector(config: Config): WriteState {
  return config.PERSISTENCE_ENABLE_VECTOR_STORE ? 'pending' : 'off'
}

export interface JobOf {
  readonly namespaceId: string
  readonly userId: string
  readonly operation: MemoryRequest['operation']
  readonly memories: readonly JobMemory[]
  readonly extract: boolean
  readonly hard?: boolean
  readonly cascade?: boolean
  /** Kept with the job only while a failure would take them back. */
  readonly writes: readonly KeptWrite[]
}

/** A new job's id, known before its row so that what it writes can name it. */
export const newJobId = (): string => uuidv7()

/** Inserts the job of a write, inside its transaction. */
export async function insertMemoryJob(
  tx: Queryable,
  { config }: AcceptContext,
  { id, job }: { id: string; job: JobOf },
): Promise<JobRow> {
  const { namespaceId, userId, writes, ...rest } = job
  const policy = policyOf(config)
  const request: MemoryRequest = { ...rest, policy, ...(policy.rollback ? { writes } : {}) }
  const row: NewJob = {
    id,
    namespaceId,
    userId,
    kind: 'memory',
    workflowId: workflowIdOf('memory', id),
    request: { ...request },
    lockKey: null,
  }
  if (!(await insertJob(tx, row))) throw new Error('a new job id was taken')
  return { ...row, ...UNSTARTED }
}

const UNSTARTED = {
  runId: null,
  previousRunId: null,
  state: 'queued',
  control: null,
  error: null,
  attempts: 1,
  startedAt: null,
} as const

/** Commits, then tells Temporal. @throws MemoirError `persistence_failed` when the record refuses it */
export async function acceptWrite(
  context: AcceptContext,
  write: (tx: Queryable) => Promise<{ readonly ids: readonly string[]; readonly row: JobRow }>,
  beforeCommit?: BeforeCommit<AcceptedMemories>,
): Promise<AcceptedMemories> {
  const { accepted, row } = await refusedAs(
    'persistence_failed',
    async () =>
      await context.db.transaction(async (tx) => {
        const { ids, row } = await write(tx)
        const accepted = { ids, job: row.id, state: row.state }
        await beforeCommit?.(tx, accepted)
        return { accepted, row }
      }),
  )
  context.launch(row)
  return accepted
}

export function notFound(): MemoirError {
  return new MemoirError('not_found', SENTENCE.not_found)
}

export type EntitiesById = ReadonlyMap<string, readonly GivenEntity[]>
