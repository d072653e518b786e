import type { BackfillProgress } from '../../src/domain/job.ts'
import { openDatabase, type Database } from '../../src/stores/database.ts'
import type { TestDatabase } from './database.ts'
import { createIngestFixture, type IngestFixture } from './ingest.ts'

/** Somebody else's tables in the test's own database, read as another database would be. */

export interface ForeignSource extends IngestFixture, AsyncDisposable {
  /** The source itself, which is written to by its application. */
  readonly app: Database
  /** Every conversation that is known, by id: what became of it and why. */
  outcomes(): Promise<Record<string, string>>
  /** What was said in a conversation, as it is remembered: role, time and words. */
  said(id: string): Promise<readonly (readonly [string, string, string])[]>
  /** As every night does it. */
  nightly(): Promise<BackfillProgress>
}

export async function createForeignSource(
  store: TestDatabase,
  sql: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ForeignSource> {
  await store.db.query('create schema app')
  const url = `${store.url}?options=-c%20search_path%3Dapp`
  const onIdleError = () => undefined
  const app = openDatabase({ url, poolSize: 1, applicationName: 'app', onIdleError })
  await app.query(sql)
  const fixture = await createIngestFixture(store.db, {
    env: { SOURCE_DATABASE_URL: url, ETL_MIN_TURNS: '1', ...env },
  })
  return {
    ...fixture,
    app,
    [Symbol.asyncDispose]: async () => await app.close(),
    async outcomes() {
      const { rows } = await store.db.query<{ id: string; what: string }>(
        `select conversation_id as id, coalesce(code, outcome) as what from memoir.ingested_conversation order by 1`,
      )
      return Object.fromEntries(rows.map(({ id, what }) => [id, what]))
    },
    async said(id) {
      const { rows } = await store.db.query<{ role: string; at: Date; content: string }>(
        `select role, occurred_at as at, content from memoir.memory_trace
          where conversation_id = $1 and kind = 'message' and state = 'active' order by occurred_at`,
        [id],
      )
      return rows.map(({ role, at, content }) => [role, at.toISOString(), content] as const)
    },
    async nightly() {
      const job = { ...(await fixture.newJob()), changedOnly: true }
      const start = await fixture.ingest.begin(job)
      const hooks = { beat: () => undefined, signal: new AbortController().signal }
      for (let after = start.cursor; ;) {
        const page = { ...job, after, limit: 50, ...(start.since ? { since: start.since } : {}) }
        const { next } = await fixture.ingest.page(page, hooks)
        if (next === null) return await fixture.ingest.finish(job)
        after = next
      }
    },
  }
}

/** A source of the usual names whose every value may be anything: all columns but the keys are text. */
export const TEXT_TABLES = `
  create table conversations (id text, user_id text, created_at text, updated_at text);
  create table messages (id text, conversation_id text, role text, content text, created_at text);`
