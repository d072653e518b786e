import { v7 as uuidv7 } from 'uuid'
import type { Job } from '../domain/job.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { getJob } from '../stores/jobs/job-list.ts'
import { findJobRow, findUnfinishedByLock, insertJob } from '../stores/jobs/jobs.ts'
import { workflowIdOf } from '../temporal/ids.ts'
import type { NarrativeAcceptor } from './accept.ts'

export interface RunWanted {
  readonly namespaceId: string
  /** The job's id to be: accepting the same again changes nothing. Undefined makes a new one. */
  readonly id?: string
  /** Left out: whoever has no fresh narrative. Given: those whose narrative would be stale by then. */
  readonly staleBy?: Date
}

/** What a schedule that belongs to no source has in its place; by it, its runs are told from those that a person asked for. */
export const NO_SOURCE = ''

/** An unfinished job may end between the refused insert and the look at it; more than that is not chance. */
const ACCEPT_TRIES = 3

/** The two sorts of run do not exclude each other: whoever is in both has one generation, which both wait for. */
export async function acceptRun(
  { db, launcher }: NarrativeAcceptor,
  { namespaceId, id = uuidv7(), staleBy }: RunWanted,
): Promise<Job> {
  const lockKey = `narratives:${staleBy === undefined ? 'missing' : 'due'}:${namespaceId}`
  const request = staleBy === undefined ? {} : { source: NO_SOURCE, staleBy: staleBy.toISOString() }
  for (let tries = 0; tries < ACCEPT_TRIES; tries += 1) {
    const inserted = await insertJob(db, {
      id,
      namespaceId,
      userId: null,
      kind: 'narratives',
      workflowId: workflowIdOf('narratives', id),
      request,
      lockKey,
    })
    const row =
      (await findJobRow(db, { namespaceId, id })) ?? (await findUnfinishedByLock(db, lockKey))
    if (row === null) continue
    if (inserted) launcher.launch(row)
    const job = await getJob(db, { namespaceId, id: row.id })
    if (job !== null) return job
  }
  throw new MemoirError('in_progress', SENTENCE.in_progress)
}

/** @throws MemoirError `internal` when the row holds something else */
export function staleByOf({ staleBy }: Readonly<Record<string, unknown>>): Date | null {
  if (staleBy === undefined) return null
  if (typeof staleBy === 'string' && !Number.isNaN(Date.parse(staleBy))) return new Date(staleBy)
  throw new MemoirError('internal', 'the row of a run over narratives does not hold its request')
}
