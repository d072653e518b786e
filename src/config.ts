import { resolve } from 'node:path'
import { z } from 'zod'
import { roleMap, seconds, timeZone } from './config-fields.ts'
import { isCron } from './domain/cron.ts'
import { GRAPH_BACKENDS } from './domain/graph.ts'
import { HEADS } from './domain/recall.ts'
import { signInFields, signInProblems } from './config-sign-in.ts'
import { MemoirError } from './errors.ts'
import { configuredUrlProblem } from './providers/address-rules.ts'
import { unpricedModels } from './providers/configured-prices.ts'
import { localFolderOf, localModelProblems } from './providers/local-model.ts'

/** The one reader of the environment: every variable Memoir knows, its default and what it may be. */

const text = z.string().trim().min(1)
const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', 'on', 'off', '1', '0'])
    .default(fallback ? 'true' : 'false')
    .transform((value) => ['true', 'on', '1'].includes(value))
/** Every memory has the vector of what it says, named or not. */
const heads = z
  .string()
  .default('semantic')
  .transform((value) => value.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(HEADS)))
  .transform((names) => HEADS.filter((head) => head === 'semantic' || names.includes(head)))
/** The built-in embedder by a name, for whoever wants no other. */
export const HASHING = 'hashing'
/** A table or column name, quoted by us; `schema.table` is allowed for tables. */
const SQL_NAME = /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)?$/
const identifier = (fallback: string) =>
  z.string().regex(SQL_NAME, 'must be a plain SQL name').default(fallback)
/** A column that a source may lack: not read unless it is named. */
const optionalColumn = z.string().regex(SQL_NAME, 'must be a plain SQL name').optional()
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
const httpUrl = z.url({ protocol: /^https?$/ })
const key32 = text.min(16, 'must hold at least 16 characters')
/** As OpenTelemetry writes headers. */
const pairs = text.regex(
  /^[^=,\s]+=([^,%]|%[\dA-Fa-f]{2})*(,\s*[^=,\s]+=([^,%]|%[\dA-Fa-f]{2})*)*$/,
  'must be like name=value,name=value',
)
const namespaceName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/)

export const environmentSchema = z.object({
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: whole(10, 1, 200),

  SOURCE_DATABASE_URL: postgresUrl.optional(),
  SOURCE_NAME: text.max(200).default('main'),
  SOURCE_NAMESPACE: namespaceName.default('default'),
  SOURCE_CONVERSATIONS_TABLE: identifier('conversations'),
  SOURCE_CONVERSATION_ID: identifier('id'),
  SOURCE_CONVERSATION_USER: identifier('user_id'),
  SOURCE_CONVERSATION_TITLE: optionalColumn,
  SOURCE_CONVERSATION_CREATED_AT: identifier('created_at'),
  SOURCE_CONVERSATION_UPDATED_AT: identifier('updated_at'),
  SOURCE_MESSAGES_TABLE: identifier('messages'),
  SOURCE_MESSAGE_ID: identifier('id'),
  SOURCE_MESSAGE_CONVERSATION: identifier('conversation_id'),
  SOURCE_MESSAGE_ROLE: identifier('role'),
  SOURCE_MESSAGE_NAME: optionalColumn,
  SOURCE_MESSAGE_CONTENT: identifier('content'),
  SOURCE_MESSAGE_CREATED_AT: identifier('created_at'),
  SOURCE_MESSAGES_JSON: optionalColumn,
  SOURCE_TIMEZONE: timeZone,
  SOURCE_ROLE_MAP: roleMap,
  SOURCE_EPISODES_TABLE: identifier('episodes'),
  SOURCE_EPISODE_ID: identifier('id'),
  SOURCE_EPISODE_USER: identifier('user_id'),
  SOURCE_EPISODE_CONTENT: identifier('content'),
  SOURCE_EPISODE_CREATED_AT: identifier('created_at'),
  SOURCE_EPISODE_SUMMARY: optionalColumn,
  SOURCE_EPISODE_SESSION: optionalColumn,

  ETL_MIN_TURNS: whole(3, 1, 1000),
  BACKFILL_PAGE_SIZE: whole(200, 1, 1000),
  BACKFILL_HEARTBEAT_SECONDS: whole(10, 1, 300),
  NIGHTLY_PAGE_SIZE: whole(100, 1, 1000),
  NIGHTLY_LOOKBACK_HOURS: whole(24, 1, 8760),
  NIGHTLY_CRON: text
    .refine(isCron, 'must be a cron expression of five fields')
    .default('0 2 * * *'),
  EMBEDDING_CHUNK_CHARS: whole(7000, 200, 100_000),

  TEMPORAL_ADDRESS: text.optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_TLS: flag(false),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional(),
  TEMPORAL_TLS_SERVER_NAME: text.optional(),
  TEMPORAL_TASK_QUEUE: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .default('memoir'),

  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must start with redis:// or rediss://')
    .optional(),
  REDIS_FOCUS_TTL_SECONDS: whole(172_800, 1, 31_536_000),

  GRAPH_BACKEND: z.enum(GRAPH_BACKENDS).default('postgres'),
  NEO4J_URI: z
    .string()
    .regex(/^(bolt|neo4j)(\+s|\+ssc)?:\/\//, 'must start with bolt:// or neo4j://')
    .optional(),
  NEO4J_USER: text.default('neo4j'),
  NEO4J_PASSWORD: text.optional(),
  NEO4J_DATABASE: text.default('neo4j'),
  PERSISTENCE_AUTO_SYNC: flag(false),
  PERSISTENCE_SYNC_INTERVAL_MS: whole(86_400_000, 1000, 2_147_483_647),

  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  EMBEDDING_MODEL: text.transform((name) => (name === HASHING ? undefined : name)).optional(),
  EMBEDDING_DIM: whole(768, 8, 4000),
  EMBEDDING_PRECISION: z.enum(['fp16', 'fp32']).default('fp16'),
  EMBEDDING_BASE_URL: httpUrl.optional(),
  EMBEDDING_FIT: z.enum(['none', 'truncate', 'pad']).default('none'),
  EMBEDDING_PRICE: z.coerce.number().min(0).max(1000).optional(),
  BUDGET_PER_DAY: z.coerce.number().min(0).max(1_000_000).optional(),
  EMBEDDING_TIMEOUT_MS: whole(30_000, 100, 600_000),
  EMBEDDING_REQUESTS_PER_MINUTE: whole(3000, 1, 1_000_000),
  EMBEDDING_TOKENS_PER_MINUTE: whole(5_000_000, 1000, 1_000_000_000),
  LLM_MODEL: text.optional(),
  LLM_PRICE_INPUT: z.coerce.number().min(0).max(10_000).optional(),
  LLM_PRICE_OUTPUT: z.coerce.number().min(0).max(10_000).optional(),
  LLM_TIMEOUT_MS: whole(120_000, 100, 600_000),
  LLM_REQUESTS_PER_MINUTE: whole(1000, 1, 1_000_000),
  LLM_TOKENS_PER_MINUTE: whole(2_000_000, 1000, 1_000_000_000),
  MEMOIR_ALLOW_PRIVATE_PROVIDERS: flag(false),

  MEMORY_K: whole(10, 1, 200),
  MEMORY_LANGUAGE: z
    .string()
    .regex(/^(auto|[a-z]{2})$/)
    .default('auto'),
  MEMORY_HEADS: heads,
  MEMORY_SALIENCE_WRITE_THRESHOLD: z.coerce.number().min(0).max(1).default(0.35),
  RECALL_EMBED_TIMEOUT_MS: whole(300, 1, 60_000),
  RERANK_BASE_URL: httpUrl.optional(),
  RERANK_MODEL: text.optional(),
  RERANK_API_KEY: text.optional(),
  RERANK_TIMEOUT_MS: whole(500, 1, 60_000),

  MEMORY_HOT_DAYS: whole(30, 1, 36_500),
  MEMORY_TIMEZONE: timeZone,
  CONSOLIDATION_CRON: text
    .refine(isCron, 'must be a cron expression of five fields')
    .default('0 4 * * *'),
  CONSOLIDATION_MAX_RETIRE_SHARE: z.coerce.number().min(0).max(1).default(0.05),

  DEEP_ANALYSIS_DEADLINE_MS: whole(5000, 100, 60_000),
  NARRATIVE_TTL_DAYS: whole(7, 1, 365),
  NARRATIVE_MIN_MEMORIES: whole(5, 1, 10_000),

  RAW_RETENTION_DAYS: whole(30, 1, 36_500),
  RAW_ERROR_RETENTION_DAYS: whole(90, 1, 36_500),
  SESSION_RETENTION_DAYS: whole(365, 1, 36_500),
  JOB_RETENTION_DAYS: whole(90, 1, 36_500),
  AUDIT_RETENTION_DAYS: whole(400, 1, 36_500),
  USAGE_RETENTION_DAYS: whole(400, 1, 36_500),
  EVENT_RETENTION_DAYS: whole(30, 1, 36_500),
  WEBHOOK_TIMEOUT_SECONDS: whole(15, 1, 300),
  WEBHOOK_RETRY_SECONDS: seconds('5,30,120,600,1800,3600,7200,10800,14400,21600,25200'),

  REEMBED_UNDO_DAYS: whole(7, 1, 365),
  ERASE_WAIT_SECONDS: whole(1800, 0, 86_400),
  ERASURE_LEDGER: text.optional(),

  PERSISTENCE_ENABLE_VECTOR_STORE: flag(true),
  PERSISTENCE_ENABLE_GRAPH_STORE: flag(true),
  PERSISTENCE_ROLLBACK_ON_PARTIAL_FAILURE: flag(false),
  PERSISTENCE_RETRY_ATTEMPTS: whole(3, 1, 100),
  PERSISTENCE_RETRY_DELAY_MS: whole(1000, 1, 600_000),

  MEMOIR_ENCRYPTION_KEY: key32.optional(),
  MEMOIR_ADMIN_KEY: key32.optional(),
  MEMOIR_AUTH: z.enum(['on', 'off']).default('on'),
  ...signInFields,
  RATE_LIMIT_READS: whole(5_000, 1, 1_000_000),
  RATE_LIMIT_WRITES: whole(2_000, 1, 1_000_000),
  RATE_LIMIT_WORK: whole(200, 1, 1_000_000),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),

  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional(),
  OTEL_SERVICE_NAME: text.default('memoir'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),

  PORT: whole(8080, 0, 65_535),
  HOST: text.default('127.0.0.1'),
  WORKER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[\w-]{1,100}$/)
    .optional(),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.+-]{1,100}$/)
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  MEMOIR_DATA_DIR: text.default('.memoir'),
  MEMOIR_URL: httpUrl.optional(),
  MEMOIR_KEY: text.optional(),
})

export type Environment = z.infer<typeof environmentSchema>

/** The configuration, frozen, by the names of the environment; `dataDir` is absolute. */
export interface Config extends Readonly<Environment> {
  readonly dataDir: string
  /** The TEMPORAL_* variables as given, for Temporal's own reader of them. */
  readonly temporalEnv: Readonly<Record<string, string>>
  /** Variables that were set by hand, as opposed to defaults. */
  readonly given: ReadonlySet<string>
}

/** Addresses that only this machine can reach. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** What holds where everything is on one machine: `up` and whoever talks to it. */
export const ON_THIS_MACHINE = { MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true' }

/**
 * Reads and checks the environment. An empty variable counts as not set.
 * @param defaults what holds instead of the usual default where nothing is set
 * @throws MemoirError `configuration_invalid` that names every problem at once, by variable.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  defaults: Readonly<Record<string, string>> = {},
): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = environmentSchema.safeParse({ ...defaults, ...given })
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (!parsed.success || problems.length > 0) {
    throw new MemoirError(
      'configuration_invalid',
      `The configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
      { details: { problems } },
    )
  }
  return Object.freeze({
    ...parsed.data,
    dataDir: resolve(parsed.data.MEMOIR_DATA_DIR),
    temporalEnv: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        name.startsWith('TEMPORAL_') && value !== undefined ? [[name, value]] : [],
      ),
    ),
    given: new Set(Object.keys(given)),
  })
}

function contradictions(env: Environment): string[] {
  const problems: string[] = []
  if (env.MEMOIR_AUTH === 'off' && !LOOPBACK.has(env.HOST)) {
    problems.push(`MEMOIR_AUTH: off is allowed on a loopback HOST only, not on ${env.HOST}`)
  }
  problems.push(...embeddingProblems(env), ...signInProblems(env))
  if ((env.RERANK_BASE_URL === undefined) !== (env.RERANK_MODEL === undefined)) {
    problems.push('RERANK_BASE_URL, RERANK_MODEL: only together')
  }
  if (env.GRAPH_BACKEND === 'neo4j' && env.NEO4J_URI === undefined) {
    problems.push('NEO4J_URI: needed together with GRAPH_BACKEND=neo4j')
  }
  if (env.LLM_MODEL && !env.OPENAI_BASE_URL && !env.OPENAI_API_KEY) {
    problems.push('OPENAI_API_KEY: needed for LLM_MODEL unless OPENAI_BASE_URL is set')
  }
  if ((env.LLM_PRICE_INPUT === undefined) !== (env.LLM_PRICE_OUTPUT === undefined)) {
    problems.push('LLM_PRICE_INPUT: only together with LLM_PRICE_OUTPUT')
  }
  for (const { model, variable } of env.BUDGET_PER_DAY === undefined ? [] : unpricedModels(env)) {
    problems.push(`${variable}: needed for BUDGET_PER_DAY, the price of ${model} is not known`)
  }
  if (env.TEMPORAL_ADDRESS === undefined && (env.TEMPORAL_TLS || env.TEMPORAL_API_KEY)) {
    problems.push('TEMPORAL_ADDRESS: needed together with TEMPORAL_TLS or TEMPORAL_API_KEY')
  }
  for (const name of ['OPENAI_BASE_URL', 'EMBEDDING_BASE_URL', 'RERANK_BASE_URL'] as const) {
    const url = env[name]
    if (url !== undefined) problems.push(...providerUrlProblems(name, url, env))
  }
  return problems
}

function embeddingProblems(env: Environment): string[] {
  const { EMBEDDING_MODEL: model, EMBEDDING_BASE_URL: baseUrl } = env
  const problems: string[] = []
  if (env.EMBEDDING_PRECISION === 'fp32' && env.EMBEDDING_DIM > 2000) {
    problems.push('EMBEDDING_DIM: at most 2000 with EMBEDDING_PRECISION=fp32')
  }
  const folder = localFolderOf(model)
  if (folder !== undefined) {
    problems.push(...localModelProblems(folder).map((problem) => `EMBEDDING_MODEL: ${problem}`))
    if (baseUrl) problems.push('EMBEDDING_BASE_URL: not together with a model of this machine')
    return problems
  }
  if (baseUrl && !model) {
    problems.push('EMBEDDING_MODEL: needed together with EMBEDDING_BASE_URL')
  }
  if (model && !baseUrl && !env.OPENAI_BASE_URL && !env.OPENAI_API_KEY) {
    problems.push('OPENAI_API_KEY: needed for EMBEDDING_MODEL unless EMBEDDING_BASE_URL is set')
  }
  return problems
}

/** A provider's address gets memory text and a key. */
function providerUrlProblems(name: string, url: string, env: Environment): string[] {
  const allowPrivate = env.MEMOIR_ALLOW_PRIVATE_PROVIDERS
  const problem = configuredUrlProblem(new URL(url), { allowPrivate })
  return problem === undefined ? [] : [`${name}: ${problem}`]
}
