import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { loadConfig, type Config } from '../../src/config.ts'
import type { BackfillProgress, Extraction } from '../../src/domain/job.ts'
import type { Ingest, IngestJob } from '../../src/ingest/ingest.ts'
import { createIngest } from '../../src/ingest/page.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import { createPostgresSource } from '../../src/sources/postgres-source.ts'
import type { Database } from '../../src/stores/database.ts'

/** Ingest without Temporal: the same pages, driven by a loop. */

export interface SeedMessage {
  readonly id?: string
  readonly role?: string | null
  readonly content: string | null
  readonly at?: string
}

export interface SeedConversation {
  readonly id: string
  readonly user?: string | null
  readonly title?: string | null
  readonly updatedAt?: string
  readonly messages: readonly SeedMessage[]
}

export const SEED_TIME = '2026-03-01T10:00:00Z'

/** Writes conversations into Memoir's own source tables, replacing what is there of the same ids. */
export async function seed(
  db: Database,
  conversations: readonly SeedConversation[],
): Promise<void> {
  for (const { id, user, title, updatedAt, messages } of conversations) {
    const time = updatedAt ?? SEED_TIME
    await db.query(
      `insert into memoir.conversations (id, user_id, title, created_at, updated_at) values ($1, $2, $3, $4, $4)
       on conflict (namespace, source, id) do update set user_id = excluded.user_id, title = excluded.title, updated_at = excluded.updated_at`,
      [id, user === undefined ? 'ada' : user, title ?? null, time],
    )
    await db.query(`delete from memoir.messages where conversation_id = $1`, [id])
    for (const [index, message] of messages.entries()) {
      await db.query(
        `insert into memoir.messages (id, conversation_id, role, content, created_at) values ($1, $2, $3, $4, $5)`,
        [
          message.id ?? `${id}/${index}`,
          id,
          message.role === undefined ? (index % 2 === 0 ? 'user' : 'assistant') : message.role,
          message.content,
          message.at ?? new Date(Date.parse(SEED_TIME) + index * 60_000).toISOString(),
        ],
      )
    }
  }
}

/** A conversation of that many turns about a subject. */
export function talk(id: string, subject: string, turns = 4): SeedConversation {
  return {
    id,
    messages: Array.from({ length: turns }, (_, index) => ({
      content: `${index % 2 === 0 ? 'I wonder about' : 'You asked about'} ${subject}, part ${index + 1} of ${id}.`,
    })),
  }
}

export async function defaultNamespace(db: Database): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    `select id from memoir.namespace where name = 'default'`,
  )
  return rows[0]?.id ?? ''
}

export interface IngestFixture {
  readonly config: Config
  readonly ingest: Ingest
  readonly namespaceId: string
  /** Runs a whole job of its own (or goes on with one) and answers its counts. */
  run(options?: {
    job?: IngestJob
    pageSize?: number
    retryFailed?: boolean
    extract?: Extraction
  }): Promise<BackfillProgress>
  newJob(options?: { retryFailed?: boolean }): Promise<IngestJob>
}

export async function createIngestFixture(
  db: Database,
  {
    embedder,
    languageModel = createRulesModel(),
    env = {},
  }: { embedder?: Embedder; languageModel?: LanguageModel; env?: Record<string, string> } = {},
): Promise<IngestFixture> {
  const config = loadConfig({ EMBEDDING_DIM: '128', ...env })
  const ingest = createIngest({
    config,
    db,
    source: createPostgresSource(config, db, () => undefined),
    embedder: embedder ?? createHashingEmbedder({ dimensions: 128, precision: 'fp16' }),
    languageModel,
    log: pino({ level: 'silent' }),
  })
  const namespaceId = await defaultNamespace(db)
  const newJob = async ({ retryFailed = false } = {}): Promise<IngestJob> => {
    const jobId = randomUUID()
    await db.query(
      `insert into memoir.job (id, namespace_id, kind, workflow_id) values ($1, $2, 'backfill', $3)`,
      [jobId, namespaceId, `test-${jobId}`],
    )
    return { jobId, namespaceId, source: config.SOURCE_NAME, retryFailed }
  }
  return {
    config,
    ingest,
    namespaceId,
    newJob,
    async run({ job, pageSize = 50, retryFailed = false, extract } = {}) {
      const running = {
        ...(job ?? (await newJob({ retryFailed }))),
        ...(extract === undefined ? {} : { extract }),
      }
      let after = (await ingest.begin(running)).cursor
      const hooks = { beat: () => undefined, signal: new AbortController().signal }
      for (;;) {
        const { next } = await ingest.page({ ...running, after, limit: pageSize }, hooks)
        if (next === null) return await ingest.finish(running)
        after = next
      }
    },
  }
}

/** Everything in the store that must agree with everything else; each row names one disagreement. */
export async function findDisagreements(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ problem: string }>(AUDIT)
  return rows.map(({ problem }) => problem)
}

const AUDIT = `
  select 'message without its episode: ' || t.id as problem from memoir.memory_trace t
   where t.kind = 'message' and t.state = 'active' and t.source is not null and not exists (
     select from memoir.memory_trace e where e.kind = 'episode' and e.state = 'active'
        and e.user_id = t.user_id and e.conversation_id = t.conversation_id and e.source = t.source)
  union all
  select 'active trace without a vector of its revision: ' || t.id from memoir.memory_trace t
   where t.state = 'active' and t.vector_state <> 'off' and not exists (
     select from memoir.memory_embedding e where e.trace_id = t.id and e.revision = t.revision and e.user_id = t.user_id)
  union all
  select 'vector of a message that has none: ' || t.id from memoir.memory_trace t
   where t.state = 'active' and t.kind = 'message' and t.vector_state = 'off' and exists (
     select from memoir.memory_embedding e where e.trace_id = t.id and e.user_id = t.user_id)
  union all
  select 'vector without an active trace: ' || e.trace_id from memoir.memory_embedding e
   where not exists (select from memoir.memory_trace t where t.id = e.trace_id and t.state = 'active' and t.seq = e.seq)
  union all
  select 'posting without an active message: ' || p.seq from memoir.memory_posting p
   where not exists (select from memoir.memory_trace t where t.seq = p.seq and t.state = 'active' and t.kind <> 'episode' and t.user_id = p.user_id)
  union all
  select 'message whose postings do not add up: ' || t.id from memoir.memory_trace t
   where t.kind <> 'episode' and t.state = 'active'
     and t.text_length <> (select coalesce(sum(p.frequency), 0) from memoir.memory_posting p where p.seq = t.seq and p.user_id = t.user_id)
  union all
  select 'window that does not add up: ' || t.id from memoir.memory_trace t
   where t.kind <> 'episode' and t.state = 'active'
     and t.window_length <> (select coalesce(sum(p.window_frequency), 0) from memoir.memory_posting p where p.seq = t.seq and p.user_id = t.user_id)
  union all
  select 'edge with a missing end: ' || e.src || ' ' || e.dst from memoir.memory_edge e
   where e.ended_at is null and (
     not exists (select from memoir.memory_trace t where t.id = e.src and t.state = 'active'
                 union all select from memoir.entity n where n.id = e.src and n.user_id = e.user_id)
     or not exists (select from memoir.memory_trace t where t.id = e.dst and t.state = 'active'
                    union all select from memoir.entity n where n.id = e.dst and n.user_id = e.user_id))
  union all
  select 'next edges of a conversation do not form its chain: ' || m.conversation_id
    from (select user_id, source, conversation_id, count(*) as n from memoir.memory_trace
           where kind = 'message' and state = 'active' and source is not null group by 1, 2, 3) m
   where m.n - 1 <> (
     select count(*) from memoir.memory_edge e join memoir.memory_trace s on s.id = e.src
      where e.type = 'next' and s.user_id = m.user_id and s.source = m.source and s.conversation_id = m.conversation_id)
  union all
  select 'ingested conversation without its episode: ' || i.conversation_id from memoir.ingested_conversation i
   where i.outcome in ('created', 'updated') and not exists (
     select from memoir.memory_trace t where t.id = i.trace_id and t.state = 'active' and t.user_id = i.user_id)
  union all
  select 'episode that no ingest knows: ' || t.id from memoir.memory_trace t
   where t.kind = 'episode' and t.state = 'active' and not exists (
     select from memoir.ingested_conversation i where i.trace_id = t.id)
  union all
  select 'counters of a user: ' || u.external_id from memoir.memory_user u
   where (u.trace_count, u.episode_count, u.text_count, u.text_length, u.window_length) is distinct from (
     select (count(*), count(*) filter (where t.kind = 'episode'), count(*) filter (where t.kind <> 'episode'),
             coalesce(sum(t.text_length), 0)::bigint, coalesce(sum(t.window_length), 0)::bigint)
       from memoir.memory_trace t where t.user_id = u.id and t.state = 'active')
  union all
  select 'vector count of a user: ' || u.external_id from memoir.memory_user u
   where u.vector_count <> (
     select count(*) from memoir.memory_embedding e join memoir.embedding_space s on s.id = e.space_id and s.state = 'active'
      where e.user_id = u.id)`
