import { z } from 'zod'
import { JOB_STATES } from '../domain/job.ts'
import { ROLES } from '../stores/api-keys.ts'

/** What the command line reads of the API's answers. Fields it does not know are kept, so `--json` shows all of them. */

const failure = z.looseObject({
  code: z.string(),
  message: z.string(),
  detail: z.string().optional(),
})

export const jobAnswer = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.enum(JOB_STATES),
  user_id: z.string().nullish(),
  progress: z.record(z.string(), z.unknown()),
  attempts: z.number(),
  error: failure.extend({ step: z.string() }).nullish(),
  created_at: z.string().nullish(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  temporal_url: z.string().optional(),
})
export type JobAnswer = z.infer<typeof jobAnswer>

export const stepFailuresAnswer = z.looseObject({
  items: z.array(failure.extend({ step: z.string(), failures: z.number(), last_at: z.string() })),
})

export type StepFailuresAnswer = z.infer<typeof stepFailuresAnswer>

export const acceptedAnswer = z.looseObject({ job: z.string() })

export const estimateAnswer = z.looseObject({
  conversations: z.number(),
  tokens: z.number(),
  cost: z.number().nullable(),
  model: z.string(),
  language: z
    .object({
      model: z.string(),
      input_tokens: z.number(),
      output_tokens: z.number(),
      cost: z.number().nullable(),
    })
    .nullable(),
})

const count = z.number().default(0)

/** The counts of a backfill as far as its job has come; before its first report all are 0. */
export const backfillCounts = z.object({
  processed: count,
  created: count,
  updated: count,
  skipped: count,
  errors: count,
  total_fetched: count,
})
export type BackfillCounts = z.infer<typeof backfillCounts>

export const backfillPace = z.object({
  total: count,
  rate: count,
  eta_seconds: z.number().nullable().default(null),
})

const spaceName = z.looseObject({ model: z.string(), dim: z.number() })

export const reembedAnswer = z.looseObject({
  stored: spaceName.nullable(),
  configured: spaceName,
  required: z.boolean(),
  job: z.string().nullable(),
  estimate: z
    .looseObject({ memories: z.number(), tokens: z.number(), cost: z.number().nullable() })
    .nullable(),
  undo: spaceName.extend({ until: z.string() }).nullable(),
})
export type ReembedAnswer = z.infer<typeof reembedAnswer>

const endpoint = { base_url: z.string().nullable(), model: z.string().nullable() }

export const aiSettingsAnswer = z.looseObject({
  llm: z.looseObject(endpoint),
  embedding: z.looseObject({ ...endpoint, dim: z.number() }),
})
export type AiSettingsAnswer = z.infer<typeof aiSettingsAnswer>

const testedModel = z.looseObject({
  detail: z.string().optional(),
  worked_around: z.array(z.string()).optional(),
  ok: z.boolean(),
  code: z.string(),
  latency_ms: z.number(),
})
export const modelTestAnswer = testedModel.extend({ llm: testedModel, embedding: testedModel })
export type ModelTestAnswer = z.infer<typeof modelTestAnswer>

export const reembedCounts = z.object({
  processed: count,
  embedded: count,
  compared: z.looseObject({ agreement: z.number().nullable() }).optional(),
})

export const episodesPreviewAnswer = z.looseObject({
  total: z.number(),
  users: z.number(),
  without_user: z.number(),
  empty: z.number(),
  too_large: z.number(),
  sample: z.array(
    z.looseObject({
      episode_id: z.string(),
      user_id: z.string(),
      content: z.string(),
      occurred_at: z.string().nullable(),
      entities: z.array(z.string()),
    }),
  ),
})
export type EpisodesPreviewAnswer = z.infer<typeof episodesPreviewAnswer>

export const episodeCounts = backfillCounts.extend({ mentions: count, edges: count })

export const failureAnswer = z.looseObject({
  conversation_id: z.string(),
  code: z.string(),
  message: z.string(),
  failed_at: z.string(),
})
export type FailureAnswer = z.infer<typeof failureAnswer>

export const scheduleAnswer = z.looseObject({
  id: z.string(),
  cron: z.string(),
  paused: z.boolean(),
  note: z.string().nullable(),
  next_runs: z.array(z.string()),
  recent_runs: z.array(
    z.looseObject({
      started_at: z.string(),
      job: z.string().nullable(),
      skipped: z.string().nullish(),
    }),
  ),
  applied: z.boolean().default(true),
})
export type ScheduleAnswer = z.infer<typeof scheduleAnswer>

export const hitAnswer = z.looseObject({
  id: z.string(),
  user_id: z.string().optional(),
  score: z.number(),
  kind: z.string(),
  role: z.string().nullable(),
  content: z.string(),
  occurred_at: z.string(),
  message_ids: z.array(z.string()).optional(),
  scores: z.looseObject({ relevance: z.number().optional() }).optional(),
  heads: z.record(z.string(), z.number()).optional(),
})
export type HitAnswer = z.infer<typeof hitAnswer>

export const recallAnswer = z.looseObject({
  hits: z.array(hitAnswer),
  degraded: z.array(z.string()),
  took_ms: z.number(),
})
export type RecallAnswer = z.infer<typeof recallAnswer>

export const contextAnswer = z.looseObject({
  context: z.string(),
  citations: z.array(z.looseObject({ n: z.number(), id: z.string() })),
  tokens: z.number(),
  degraded: z.array(z.string()),
})

export const importedAnswer = z.looseObject({
  conversations: z.number(),
  messages: z.number(),
  records: z.number().default(0),
  left_out: z.number().default(0),
  rejected: z.array(z.looseObject({ index: z.number(), field: z.string(), message: z.string() })),
})

export const tombstoneAnswer = z.looseObject({
  tombstone: z.looseObject({
    ids: z.array(z.string()),
    forgotten_at: z.string().nullable(),
    counts: z.looseObject({ traces: count, vectors: count, edges: count, nodes: count }),
  }),
})
export type TombstoneAnswer = z.infer<typeof tombstoneAnswer>

export const receiptAnswer = z.looseObject({
  id: z.string(),
  user: z.string(),
  deleted: z.record(z.string(), z.number()),
  found_again: z.record(z.string(), z.number()),
  requested_at: z.string(),
  finished_at: z.string().nullable(),
})
export type ReceiptAnswer = z.infer<typeof receiptAnswer>

const postStatus = z.enum(['queued', 'processing', 'processed', 'error'])

export const sessionInfoAnswer = z.looseObject({
  session_id: z.string(),
  user_id: z.string(),
  collection: z.string(),
  status: postStatus,
  post_count: z.number(),
  open_count: z.number(),
  updated_at: z.string(),
})
export type SessionInfoAnswer = z.infer<typeof sessionInfoAnswer>

export const sessionAnswer = sessionInfoAnswer.extend({
  posts: z.array(
    z.looseObject({
      id: z.string(),
      job: z.string(),
      number: z.number(),
      status: postStatus,
      turns: z.number(),
      facts: z.number(),
      queued_at: z.string(),
      error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
  summary: z.string().nullable(),
  memories: z.array(z.looseObject({ content: z.string(), occurred_at: z.string() })),
})
export type SessionAnswer = z.infer<typeof sessionAnswer>

export const postAcceptedAnswer = acceptedAnswer.extend({
  id: z.string(),
  session_id: z.string(),
  queue_position: z.number(),
  estimated_seconds: z.number().nullable(),
})

export const budgetAnswer = z.looseObject({
  per_day: z.number().nullable(),
  default: z.number().nullable(),
  spent_today: z.number(),
  resets_at: z.string(),
})
export type BudgetAnswer = z.infer<typeof budgetAnswer>

export const keyAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  namespace: z.string().nullish(),
  user_id: z.string().nullish(),
  readable_users: z.array(z.string()).default([]),
  scopes: z.array(z.string()).nullish(),
  expires_at: z.string().nullish(),
})
export type KeyAnswer = z.infer<typeof keyAnswer>

export const newKeyAnswer = keyAnswer.extend({ key: z.string() })
export type NewKeyAnswer = z.infer<typeof newKeyAnswer>

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })

export const currentKeyAnswer = z.looseObject({
  role: z.enum(ROLES),
  namespace: z.string(),
  user_id: z.string().nullish(),
})
export type CurrentKeyAnswer = z.infer<typeof currentKeyAnswer>

export const toolAnswer = z.object({
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()),
  isError: z.boolean(),
})

const resource = { title: z.string(), description: z.string(), mimeType: z.string() }
export const resourcesAnswer = z.object({
  resources: z.array(z.object({ uri: z.string(), name: z.string(), ...resource })),
})
export const resourceAnswer = z.object({ uri: z.string(), mimeType: z.string(), text: z.string() })

const consolidated = z.object({
  summary: count,
  edges: count,
  merges: count,
  salience: count,
  downshift: count,
  drop_heads: count,
})

/** Of a request for several days. */
export const consolidationCounts = z.object({ failed: count })

export const consolidationAnswer = z.looseObject({
  id: z.string(),
  user_id: z.string().nullable(),
  day: z.string().nullable(),
  state: z.string(),
  plan: z
    .looseObject({
      summary: z.looseObject({ content: z.string() }).nullable(),
      edges: z.array(z.unknown()),
      merges: z.array(z.unknown()),
      salience: z.array(z.unknown()),
      downshift: z.array(z.unknown()),
      drop_heads: z.array(z.unknown()),
    })
    .nullable(),
  guard: z.looseObject({ retired: z.number(), allowed: z.number() }).nullable(),
  applied: consolidated.nullable(),
  runs: z
    .array(
      z.looseObject({
        id: z.string(),
        user_id: z.string(),
        day: z.string(),
        state: z.string(),
        summary: z.string().nullish(),
        error: z.looseObject({ code: z.string(), message: z.string() }).nullish(),
      }),
    )
    .optional(),
})
export type ConsolidationAnswer = z.infer<typeof consolidationAnswer>

/** What a comparison of graph and record has found so far. */
export const syncCounts = z.object({
  checked: count,
  missing: count,
  extra: count,
  stale: count,
  ahead: count,
  repaired: count,
  failed: count,
})
