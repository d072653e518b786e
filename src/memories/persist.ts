import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import type { Embedder } from '../providers/embedder.ts'
import { refusedAs, type Database, type Queryable } from '../stores/database.ts'
import type { FocusBuffer } from '../stores/recall/focus.ts'
import type { GraphStore } from '../stores/graph/graph-store.ts'
import {
  findCurrent,
  findJobSubject,
  markVectorsFailed,
  saveJobRequest,
  type JobSubject,
} from '../stores/jobs/memory-jobs.ts'
import { supersedeCorrected } from './correct.ts'
import { linkFound } from './link.ts'
import { projectMemories, unprojectMemories } from './project.ts'
import { removeRows } from './remove-rows.ts'
import { readMemoryRequest, type MemoryRequest } from './request.ts'
import { persistTogether, type Together } from './together.ts'
import { redoRecord, undoRecord } from './undo.ts'
import { embedMemories, isOpen, saveVectors } from './vectors.ts'

/** The steps that finish a write of memories. Each may be repeated, and leaves alone what has another revision by now. */
export interface Persistence {
  embed(step: MemoryStep, signal: AbortSignal): Promise<StepCount>
  link(step: MemoryStep): Promise<StepCount>
  /** The steps of several jobs at once. @throws MemoirError when all of them would fail the same way */
  together(jobIds: readonly string[], signal: AbortSignal): Promise<Together>
  /** What could not be embedded says so. */
  giveUp(step: MemoryStep): Promise<void>
  /** Into the graph, as the record says it now. */
  project(step: MemoryStep): Promise<StepCount>
  /** Out of the graph, unless it holds something newer. */
  unproject(step: MemoryStep): Promise<StepCount>
  /** Takes back what the job wrote. */
  undo(step: MemoryStep): Promise<StepCount>
  /** Writes again what was taken back. */
  redo(step: MemoryStep): Promise<void>
  /** The texts that were kept for a retry go. */
  settle(step: MemoryStep): Promise<void>
  /** The last of a deletion for good: its rows, and its place in what the user has in mind. */
  removeRows(step: MemoryStep): Promise<StepCount>
}

export interface MemoryStep {
  readonly jobId: string
}

export interface StepCount {
  readonly memories: number
}

export interface PersistenceDependencies {
  readonly config: Config
  readonly db: Database
  readonly embedder: Embedder
  readonly graph: GraphStore
  readonly focus?: Pick<FocusBuffer, 'forget'>
}

export function createPersistence(dependencies: PersistenceDependencies): Persistence {
  const { config, db, focus } = dependencies
  const persist = async <T>(work: () => Promise<T>): Promise<T> =>
    await refusedAs('persistence_failed', work)
  const subjectOf = async ({ jobId }: MemoryStep) => await requireSubject(db, jobId)
  return {
    embed: async (step, signal) => await embed(dependencies, step, signal),
    async link(step) {
      const subject = await subjectOf(step)
      // What comes back brings its links along.
      if (subject.request.operation === 'restore') return { memories: 0 }
      return {
        memories: await persist(async () => {
          const { userId, request } = subject
          await supersedeCorrected(db, { userId, memories: request.memories })
          return await linkFound(db, subject)
        }),
      }
    },
    together: async (jobIds, signal) => await persistTogether(dependencies, jobIds, signal),
    async giveUp(step) {
      const { userId, request } = await subjectOf(step)
      await markVectorsFailed(db, { userId, memories: request.memories })
    },
    project: async (step) => await projectMemories(dependencies, await subjectOf(step)),
    unproject: async (step) => await unprojectMemories(dependencies, await subjectOf(step)),
    async undo(step) {
      const subject = await subjectOf(step)
      const undo = async (tx: Queryable) => await undoRecord(config, tx, subject)
      return { memories: await persist(async () => await db.transaction(undo)) }
    },
    async redo(step) {
      const subject = { ...(await subjectOf(step)), ...step }
      const redo = async (tx: Queryable) =>
        await saveJobRequest(tx, step.jobId, await redoRecord(config, tx, subject))
      await persist(async () => await db.transaction(redo))
    },
    async settle(step) {
      const { request } = await subjectOf(step)
      const { writes: _, ...rest } = request
      await saveJobRequest(db, step.jobId, rest)
    },
    async removeRows(step) {
      const subject = await subjectOf(step)
      const remove = async (tx: Queryable) => await removeRows(tx, subject)
      const memories = await persist(async () => await db.transaction(remove))
      await leaveFocus(focus, subject)
      return { memories }
    },
  }
}

async function leaveFocus(
  focus: PersistenceDependencies['focus'],
  { userId, request }: Subject,
): Promise<void> {
  const ids = request.memories.map(({ id }) => id)
  if ((await focus?.forget(userId, ids)) === false) {
    throw new MemoirError('store_unavailable', 'Redis does not answer')
  }
}

interface Subject extends Omit<JobSubject, 'request'> {
  readonly request: MemoryRequest
}

async function requireSubject(db: Database, jobId: string): Promise<Subject> {
  const subject = await findJobSubject(db, jobId)
  if (subject === null) throw new MemoirError('not_found', 'the job is gone')
  return { ...subject, request: readMemoryRequest(subject.request) }
}

/** @throws MemoirError why a memory has no vector and will have none, once all others have theirs */
async function embed(
  dependencies: PersistenceDependencies,
  { jobId }: MemoryStep,
  signal: AbortSignal,
): Promise<StepCount> {
  const { config, db } = dependencies
  const { userId, request } = await requireSubject(db, jobId)
  const current = await findCurrent(db, { userId, memories: request.memories })
  const wanted = current.filter(isOpen)
  if (wanted.length === 0) return { memories: 0 }
  const embedded = await embedMemories(dependencies, wanted, signal)
  const save = async () =>
    await saveVectors(db, { heads: config.MEMORY_HEADS, wanted, ...embedded })
  const memories = await refusedAs('vector_store_failed', save)
  const [failure] = embedded.failed.values()
  if (failure) throw failure
  return { memories }
}
