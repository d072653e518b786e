import { createKeys, createSchedules, createUsers } from './administration.ts'
import type {
  AcceptedMemories,
  Context,
  Operations,
  Recall,
  Stats,
  Status,
  Tombstone,
} from './api-types.ts'
import { createEvents } from './event-feed.ts'
import { createForget, type ForgetRequest } from './forget.ts'
import { createConsolidations } from './consolidations.ts'
import { createGraph, type GraphOptions, type MemoryGraph } from './graph.ts'
import { createJobs } from './jobs.ts'
import { createMemories, type MemoryWrite } from './memories.ts'
import { createNarratives } from './narratives.ts'
import type { Page, PageQuery } from './pages.ts'
import { createSessions } from './sessions.ts'
import { createSettings } from './settings.ts'
import { createStatus, createSync } from './stores.ts'
import { createTools } from './tools.ts'
import {
  createTransport,
  on,
  type RequestOptions,
  type TransportOptions,
  type WriteOptions,
} from './transport.ts'
import { createWebhooks } from './webhooks.ts'
import { createBackfills, createImports } from './work.ts'

/**
 * The client of Memoir's API, for Node, Bun and browsers.
 *
 *     import { Memoir } from '@memoir/client'
 *
 *     const memoir = new Memoir({ baseUrl: 'http://127.0.0.1:8080', apiKey })
 *     const { hits } = await memoir.recall({ q: 'What is Maya allergic to?', user_id: 'maya' })
 */

export type MemoirOptions = TransportOptions
export type RecallQuestion = Operations['recallByBody']['body']
export type ContextQuestion = Operations['context']['body']

export interface StatsQuery extends PageQuery {
  readonly days?: number
  /** Tells of each day what came, how soon it was searchable and what failed. */
  readonly activity?: boolean
}

export class Memoir {
  /** Single memories: write, list, change, remove. */
  readonly memories: ReturnType<typeof createMemories>
  /** Transcripts, out of which memories are made. */
  readonly sessions: ReturnType<typeof createSessions>
  /** Accepted work: look, wait, steer. */
  readonly jobs: ReturnType<typeof createJobs>
  readonly backfills: ReturnType<typeof createBackfills>
  readonly imports: ReturnType<typeof createImports>
  readonly users: ReturnType<typeof createUsers>
  /** Who a user is, in one text. */
  readonly narratives: ReturnType<typeof createNarratives>
  readonly schedules: ReturnType<typeof createSchedules>
  /** What happened, from a cursor on. */
  readonly events: ReturnType<typeof createEvents>
  /** Addresses that events are sent to. */
  readonly webhooks: ReturnType<typeof createWebhooks>
  readonly keys: ReturnType<typeof createKeys>
  /** Days looked through again. */
  readonly consolidations: ReturnType<typeof createConsolidations>
  /** Whether the graph says what the record says. */
  readonly sync: ReturnType<typeof createSync>
  /** Which models the installation uses, and what is to be remembered. */
  readonly settings: ReturnType<typeof createSettings>
  /** Remembers something, or looks messages through for what to remember; found by words at once. */
  readonly add: (memory: MemoryWrite, options?: WriteOptions) => Promise<AcceptedMemories>
  /** For good, with all that came of them alone; with `dry_run` it only counts. */
  readonly forget: (request: ForgetRequest, options?: WriteOptions) => Promise<Tombstone>
  /** What a user's memories are about and how that hangs together, for drawing. */
  readonly graph: (userId: string, options?: GraphOptions) => Promise<MemoryGraph>
  /** Whether the stores and the other parts answer. */
  readonly status: (options?: RequestOptions) => Promise<Status>
  /** What there is in the key’s namespace, and what model vendors were asked in the last `days`. */
  readonly stats: (query?: StatsQuery) => Promise<Page<Stats>>
  /** The memory tools, for models that call functions. */
  readonly tools: ReturnType<typeof createTools>
  /** Finds what is remembered of a user, best first. @throws MemoirApiError, MemoirConnectionError */
  readonly recall: (question: RecallQuestion, options?: RequestOptions) => Promise<Recall>
  /** The same as one text for a model's prompt, which cites the memories by number. @throws MemoirApiError, MemoirConnectionError */
  readonly context: (question: ContextQuestion, options?: RequestOptions) => Promise<Context>

  constructor(options: MemoirOptions) {
    const transport = createTransport(options)
    this.jobs = createJobs(transport)
    this.backfills = createBackfills(transport)
    this.imports = createImports(transport)
    this.users = createUsers(transport)
    this.narratives = createNarratives(transport)
    this.consolidations = createConsolidations(transport)
    this.sync = createSync(transport)
    this.status = createStatus(transport)
    this.forget = createForget(transport)
    this.graph = createGraph(transport)
    this.schedules = createSchedules(transport)
    this.events = createEvents(transport)
    this.webhooks = createWebhooks(transport)
    this.keys = createKeys(transport)
    this.tools = createTools(transport)
    this.memories = createMemories(transport)
    this.sessions = createSessions(transport)
    this.settings = createSettings(transport)
    this.add = this.memories.add
    this.stats = async ({ signal, ...query } = {}) =>
      await transport.ask<Page<Stats>>({ method: 'GET', path: '/v1/stats', query, ...on(signal) })
    const read = async <Answer>(path: string, body: unknown, signal: AbortSignal | undefined) =>
      await transport.ask<Answer>({ method: 'POST', path, body, repeatable: true, ...on(signal) })
    this.recall = async (body, { signal } = {}) => await read<Recall>('/v1/recall', body, signal)
    this.context = async (body, { signal } = {}) => await read<Context>('/v1/context', body, signal)
  }
}

export type * from './api-types.ts'
export {
  MemoirApiError,
  MemoirConnectionError,
  MemoirJobError,
  type ApiErrorCode,
} from './error.ts'
export type { GraphEdge, GraphNode, GraphOptions, MemoryGraph } from './graph.ts'
export type { JobFilter, ResumeOptions, StepFailures, WaitOptions } from './jobs.ts'
export type { MemoryChange, MemoryFilter, MemoryWrite } from './memories.ts'
export type { ForgetRequest } from './forget.ts'
export type { ConsolidationRequest } from './consolidations.ts'
export type { SyncRequest } from './stores.ts'
export type { SessionPost } from './sessions.ts'
export type {
  AiSettingsChange,
  ExtractionOptions,
  ExtractionSettingsBody,
  ExtractionTrialBody,
} from './settings.ts'
export type { EventQuery, EventType, FollowOptions } from './event-feed.ts'
export type { DeliveryQuery } from './webhooks.ts'
export type { Page, PageQuery } from './pages.ts'
export {
  openAiTools,
  type DefinitionOptions,
  type FunctionCall,
  type FunctionTool,
  type ToolMessage,
  type ToolName,
  type ToolOptions,
} from './tools.ts'
export type { Fetch, RequestOptions, WriteOptions } from './transport.ts'
export type {
  BackfillRequest,
  EstimateOptions,
  Conversation,
  ConversationImport,
  ConversationMessage,
} from './work.ts'
