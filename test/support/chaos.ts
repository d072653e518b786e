import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import type { Services } from '../../src/services.ts'
import type { Database } from '../../src/stores/database.ts'
import { findDisagreements } from './ingest.ts'

/** What tests that destroy things share: how processes are set up, and what has to hold in the end. */

export interface JobKey {
  readonly namespaceId: string
  readonly id: string
}

export const environment = (url: string, temporal: string): Record<string, string> => ({
  DATABASE_URL: url,
  TEMPORAL_ADDRESS: temporal,
  TEMPORAL_TASK_QUEUE: `chaos-${randomUUID()}`,
  BACKFILL_HEARTBEAT_SECONDS: '5',
  BACKFILL_PAGE_SIZE: '100',
  EMBEDDING_DIM: '256',
  LOG_LEVEL: 'fatal',
})

export async function jobOf(services: Services, key: JobKey): Promise<Job> {
  const job = await services.jobs.get(key)
  if (!job) throw new Error('the job is gone')
  return job
}

/** Exactly once: one episode a conversation, no orphan, and totals that say so. */
export async function expectWhole(db: Database, job: Job, conversations: number): Promise<void> {
  expect(job).toMatchObject({
    state: 'succeeded',
    error: null,
    progress: {
      processed: conversations,
      created: conversations,
      updated: 0,
      skipped: 0,
      errors: 0,
      total_fetched: conversations,
    },
  })
  const { rows } = await db.query(
    `select count(*) as episodes, count(distinct conversation_id) as conversations,
            (select count(*) from memoir.memory_trace where kind = 'message') as messages,
            (select count(*) from memoir.messages) as said, (select count(*) from memoir.memory_revision) as rewritten
       from memoir.memory_trace where kind = 'episode'`,
  )
  const [{ said = 0 } = {}] = rows
  expect(rows).toEqual([
    { episodes: conversations, conversations, messages: said, said, rewritten: 0 },
  ])
  expect(await findDisagreements(db)).toEqual([])
}
