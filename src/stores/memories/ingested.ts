import type { Extraction } from '../../domain/job.ts'
import type { Queryable } from '../database.ts'

/** What became of each conversation of a source: the truth that pages, totals and failures are read from. */

export type IngestOutcome = 'created' | 'updated' | 'skipped' | 'error'

export interface IngestedRow {
  readonly conversationId: string
  readonly userId: string | null
  readonly messageHash: Buffer | null
  readonly sourceUpdatedAt: Date | null
  readonly readAt: Date | null
  readonly pipelineVersion: number
  readonly traceId: string | null
  readonly jobId: string | null
  readonly extracted: Extraction
  readonly outcome: IngestOutcome
  readonly code: string | null
}

export interface SourceKey {
  readonly namespaceId: string
  readonly source: string
}

const COLUMNS = `conversation_id as "conversationId", user_id as "userId", message_hash as "messageHash",
  source_updated_at as "sourceUpdatedAt", read_at as "readAt", pipeline_version as "pipelineVersion",
  trace_id as "traceId", job_id as "jobId", extracted, outcome, code`

export async function findIngested(
  db: Queryable,
  { namespaceId, source }: SourceKey,
  conversationIds: readonly string[],
): Promise<Map<string, IngestedRow>> {
  const { rows } = await db.query<IngestedRow>(
    `select ${COLUMNS} from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and conversation_id = any($3::text[])`,
    [namespaceId, source, conversationIds],
  )
  return new Map(rows.map((row) => [row.conversationId, row]))
}

/** The same under the rows' locks, in the order of their ids. Rows that are not there yet are guarded by their users' locks. */
export async function lockIngested(
  tx: Queryable,
  { namespaceId, source }: SourceKey,
  conversationIds: readonly string[],
): Promise<Map<string, IngestedRow>> {
  const { rows } = await tx.query<IngestedRow>(
    `select ${COLUMNS} from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and conversation_id = any($3::text[])
      order by conversation_id
        for update`,
    [namespaceId, source, conversationIds],
  )
  return new Map(rows.map((row) => [row.conversationId, row]))
}

export interface IngestedWrite {
  readonly conversationId: string
  readonly userId: string | null
  readonly messageHash: Buffer | null
  readonly messageCount: number
  readonly tokenEstimate: number
  readonly sourceUpdatedAt: Date | null
  readonly readAt: Date | null
  readonly pipelineVersion: number
  /** Of the settings that say what is remembered; null leaves it as it is. */
  readonly extractionVersion: number | null
  readonly traceId: string | null
  readonly extracted: Extraction
  readonly outcome: IngestOutcome
  readonly code: string | null
}

/**
 * Records outcomes. What an outcome does not know (no hash of a conversation that could not be read) stays as it was, and a
 * conversation that was ingested once keeps its trace.
 */
export async function saveIngested(
  tx: Queryable,
  { namespaceId, source, jobId }: SourceKey & { jobId: string },
  writes: readonly IngestedWrite[],
): Promise<void> {
  if (writes.length === 0) return
  await tx.query(
    `insert into memoir.ingested_conversation as i
       (namespace_id, source, job_id, conversation_id, user_id, message_hash, message_count, token_estimate,
        source_updated_at, read_at, pipeline_version, trace_id, extracted, outcome, code, extraction_version)
     select $1::uuid, $2, $3::uuid, w.conversation_id, w.user_id, w.message_hash, w.message_count, w.token_estimate,
            w.source_updated_at, w.read_at, w.pipeline_version, w.trace_id, w.extracted, w.outcome, w.code,
            coalesce(w.extraction_version, (
              select k.extraction_version from memoir.ingested_conversation k
               where k.namespace_id = $1::uuid and k.source = $2 and k.conversation_id = w.conversation_id), 0)
       from unnest($4::text[], $5::uuid[], $6::bytea[], $7::int[], $8::int[], $9::timestamptz[], $10::timestamptz[],
                   $11::int[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::int[])
            as w(conversation_id, user_id, message_hash, message_count, token_estimate, source_updated_at, read_at,
                 pipeline_version, trace_id, extracted, outcome, code, extraction_version)
     on conflict (namespace_id, source, conversation_id) do update
       set job_id = excluded.job_id,
           user_id = coalesce(excluded.user_id, i.user_id),
           message_hash = coalesce(excluded.message_hash, i.message_hash),
           message_count = excluded.message_count,
           token_estimate = excluded.token_estimate,
           source_updated_at = greatest(excluded.source_updated_at, i.source_updated_at),
           read_at = greatest(excluded.read_at, i.read_at),
           pipeline_version = case when excluded.outcome in ('created', 'updated') then excluded.pipeline_version else i.pipeline_version end,
           extraction_version = excluded.extraction_version,
           trace_id = coalesce(excluded.trace_id, i.trace_id),
           extracted = case when excluded.outcome in ('created', 'updated') then excluded.extracted else i.extracted end,
           outcome = excluded.outcome,
           code = excluded.code,
           updated_at = now()`,
    [namespaceId, source, jobId, ...columnsOf(writes)],
  )
}

const columnsOf = (writes: readonly IngestedWrite[]): readonly unknown[][] => [
  writes.map((w) => w.conversationId),
  writes.map((w) => w.userId),
  writes.map((w) => w.messageHash),
  writes.map((w) => w.messageCount),
  writes.map((w) => w.tokenEstimate),
  writes.map((w) => w.sourceUpdatedAt),
  writes.map((w) => w.readAt),
  writes.map((w) => w.pipelineVersion),
  writes.map((w) => w.traceId),
  writes.map((w) => w.extracted),
  writes.map((w) => w.outcome),
  writes.map((w) => w.code),
  writes.map((w) => w.extractionVersion),
]

/** Unchanged conversations: only whose outcome it now is; hash, times and trace stay. */
export async function markSkipped(
  tx: Queryable,
  { namespaceId, source, jobId }: SourceKey & { jobId: string },
  conversationIds: readonly string[],
): Promise<void> {
  if (conversationIds.length === 0) return
  await tx.query(
    `update memoir.ingested_conversation
        set job_id = $3::uuid, outcome = 'skipped', code = null, token_estimate = 0, updated_at = now()
      where namespace_id = $1::uuid and source = $2 and conversation_id = any($4::text[])
        and outcome <> 'error'`,
    [namespaceId, source, jobId, conversationIds],
  )
}

export interface OutcomeCounts {
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly errors: number
  readonly tokens: number
}

export async function countOutcomes(db: Queryable, jobId: string): Promise<OutcomeCounts> {
  const { rows } = await db.query<OutcomeCounts>(
    `select count(*) filter (where outcome = 'created') as created,
            count(*) filter (where outcome = 'updated') as updated,
            count(*) filter (where outcome = 'skipped') as skipped,
            count(*) filter (where outcome = 'error') as errors,
            coalesce(sum(token_estimate), 0)::bigint as tokens
       from memoir.ingested_conversation where job_id = $1::uuid`,
    [jobId],
  )
  return rows[0] ?? { created: 0, updated: 0, skipped: 0, errors: 0, tokens: 0 }
}

export async function countFailed(
  db: Queryable,
  { namespaceId, source }: SourceKey,
): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and outcome = 'error'`,
    [namespaceId, source],
  )
  return rows[0]?.n ?? 0
}

/** Ids of conversations that failed, after that id, in byte order. */
export async function failedAfter(
  db: Queryable,
  { namespaceId, source }: SourceKey,
  { after, limit }: { after: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select conversation_id as id from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and outcome = 'error'
        and ($3::text is null or conversation_id > $3)
      order by conversation_id
      limit $4`,
    [namespaceId, source, after, limit],
  )
  return rows.map((row) => row.id)
}

/** Ids of those that failed and begin like that. */
export async function failedUnder(
  db: Queryable,
  { namespaceId, source }: SourceKey,
  prefix: string,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select conversation_id as id from memoir.ingested_conversation
      where namespace_id = $1::uuid and source = $2 and outcome = 'error' and starts_with(conversation_id, $3)`,
    [namespaceId, source, prefix],
  )
  return rows.map((row) => row.id)
}
