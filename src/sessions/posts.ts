import type { ForgetSecret } from '../forget/remembered.ts'
import type { Launcher } from '../jobs/launcher.ts'
import type { BeforeCommit, Database } from '../stores/database.ts'
import type { TemporalClient } from '../temporal/client.ts'
import { findWorkers, type SeenWorker } from '../temporal/pollers.ts'
import { acceptSession, type AcceptedPost, type SessionAccept } from './accept.ts'
import { createOutlooks, type Outlooks } from './outlook.ts'

/** Transcripts that applications post: accepted here, worked on by workers. */
export interface Posts {
  /**
   * Commits a post and its job, then tells Temporal without making the caller wait for it. The same text again is found.
   * @throws MemoirError `invalid_request`, `suppressed_user`
   */
  accept(post: SessionAccept, beforeCommit?: BeforeCommit<AcceptedPost>): Promise<AcceptedPost>
  /** Where a post stands among those of its reach, and when it may be done. */
  readonly outlook: Outlooks
  /** Processes that take work now; null while Temporal does not answer, and nobody can tell. */
  workers(): Promise<readonly SeenWorker[] | null>
}

export interface PostsDependencies {
  readonly db: Database
  readonly launcher: Pick<Launcher, 'launch'>
  readonly temporal: TemporalClient
  readonly forgetSecret?: ForgetSecret
}

export function createPosts({ temporal, ...accepting }: PostsDependencies): Posts {
  const { db } = accepting
  return {
    accept: async (...given) => await acceptSession(accepting, ...given),
    outlook: createOutlooks(db),
    workers: async () => await findWorkers(temporal).catch(() => null),
  }
}
