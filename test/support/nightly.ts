import { randomUUID } from 'node:crypto'
import { vi } from 'vitest'
import type { Job } from '../../src/domain/job.ts'
import type { Database } from '../../src/stores/database.ts'
import { seed, type SeedConversation } from './ingest.ts'
import { createTestMemoir, type TestMemoir } from './memoir.ts'

/** All of Memoir over a source whose name is the test's own, so that schedules on one Temporal never meet. */
export interface NightlyMemoir extends TestMemoir {
  readonly source: string
  /** Writes conversations into the source, replacing those of the same ids. */
  write(conversations: readonly SeedConversation[]): Promise<void>
  /** Runs a nightly job to its end. */
  night(): Promise<Job>
}

export async function createNightlyMemoir(
  env: Readonly<Record<string, string>> = {},
): Promise<NightlyMemoir> {
  const source = `s-${randomUUID()}`
  const memoir = await createTestMemoir({ ...env, SOURCE_NAME: source })
  const { db, namespaceId } = memoir
  return Object.assign(memoir, {
    source,
    write: async (conversations: readonly SeedConversation[]) =>
      await writeAs(db, source, conversations),
    async night() {
      const { job } = await memoir.services.jobs.acceptNightly({ namespaceId })
      return await untilEnded(memoir, job.id)
    },
  })
}

export async function untilEnded(memoir: TestMemoir, id: string): Promise<Job> {
  return await vi.waitUntil(
    async () => {
      const job = await memoir.job(id)
      return job.finished_at === null ? undefined : job
    },
    { timeout: 30_000, interval: 50 },
  )
}

async function writeAs(
  db: Database,
  source: string,
  conversations: readonly SeedConversation[],
): Promise<void> {
  const ids = conversations.map(({ id }) => id)
  await db.query(`delete from memoir.messages where conversation_id = any($1)`, [ids])
  await db.query(`delete from memoir.conversations where id = any($1)`, [ids])
  await seed(db, conversations)
  for (const table of ['conversations', 'messages']) {
    await db.query(`update memoir.${table} set source = $1 where source = 'main'`, [source])
  }
}
