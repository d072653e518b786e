import { z } from 'zod'
import type { Extraction, JobControl } from '../domain/job.ts'
import { MemoirApiError, MemoirConnectionError } from '../client/error.ts'
import {
  createTransport,
  type Ask,
  type Fetch,
  type Query,
  type TransportOptions,
} from '../client/transport.ts'
import type { ConversationImport, RecordImport } from '../client/work.ts'
import { isErrorCode, MemoirError } from '../errors.ts'
import type {
  RecallQuery,
  ConsolidationBody,
  NewMemory,
  PostBody,
  ForgetBody,
  NewKey,
  ScheduleChange,
  SyncBody,
} from './bodies.ts'
import {
  acceptedAnswer,
  budgetAnswer,
  consolidationAnswer,
  currentKeyAnswer,
  estimateAnswer,
  failureAnswer,
  importedAnswer,
  jobAnswer,
  keyAnswer,
  newKeyAnswer,
  pageOf,
  postAcceptedAnswer,
  recallAnswer,
  stepFailuresAnswer,
  contextAnswer,
  episodesPreviewAnswer,
  reembedAnswer,
  rememberedAnswer,
  scheduleAnswer,
  sessionAnswer,
  sessionInfoAnswer,
  receiptAnswer,
  tombstoneAnswer,
  toolAnswer,
} from './answers.ts'
import { narrativeCalls } from './narrative-calls.ts'

export type * from './bodies.ts'

export interface ClientOptions {
  /** Where the API is; in-process it only names the host of requests. */
  readonly url: string
  readonly key: string | undefined
  readonly namespace: string | undefined
  readonly fetch?: Fetch
}

export type ApiClient = ReturnType<typeof createClient>

interface AskOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly prefer?: string
}

export type AskFor = ReturnType<typeof createAsk>

/** The HTTP API as the command line uses it; every method throws the MemoirError that the API's answer names. */
export function createClient(options: ClientOptions) {
  const ask = createAsk(options)
  const transport = createTransport(transportOf(options))
  return {
    /** The export as it comes in. */
    async exportUser(id: string, signal: AbortSignal): Promise<Response> {
      const path = `/v1/users/${encodeURIComponent(id)}/export`
      try {
        return await transport.open({ method: 'GET', path, signal })
      } catch (error) {
        throw told(error)
      }
    },
    ...ingestCalls(ask),
    ...memoryCalls(ask),
    ...sessionCalls(ask),
    ...narrativeCalls(ask),
    ...scheduleCalls(ask),
    ...operatorCalls(ask),
  }
}

function ingestCalls(ask: AskFor) {
  const job = (id: string, rest = '') => `/v1/jobs/${encodeURIComponent(id)}${rest}`
  return {
    startBackfill: async (body: {
      page_size?: number
      retry_failed?: boolean
      force?: boolean
      budget?: number
      extract?: Extraction
    }) => await ask(acceptedAnswer, 'POST', '/v1/backfills', { body }),
    estimate: async (how: { readonly extract?: string } = {}) =>
      await ask(estimateAnswer, 'POST', '/v1/backfills', {
        body: { ...how, estimate_only: true },
      }),
    importConversations: async (body: ConversationImport | RecordImport, idempotencyKey: string) =>
      await ask(importedAnswer, 'POST', '/v1/imports', { body, idempotencyKey }),
    job: async (id: string) => await ask(jobAnswer, 'GET', job(id)),
    stepFailures: async (id: string) => await ask(stepFailuresAnswer, 'GET', job(id, '/failures')),
    jobs: async (query: Query) => await ask(pageOf(jobAnswer), 'GET', '/v1/jobs', { query }),
    control: async (id: string, action: JobControl | 'retry', query: Query = {}) =>
      await ask(z.unknown(), 'POST', job(id, `/${action}`), { query }),
    failures: async (id: string, query: Query) =>
      await ask(pageOf(failureAnswer), 'GET', `/v1/backfills/${encodeURIComponent(id)}/failures`, {
        query,
      }),
  }
}

function memoryCalls(ask: AskFor) {
  return {
    /** @param waitSeconds how long the answer may wait for the memory to be done */
    remember: async (body: NewMemory, waitSeconds: number) =>
      await ask(rememberedAnswer, 'POST', '/v1/memories', {
        body,
        ...(waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` }),
      }),
    context: async (body: RecallQuery & { readonly max_tokens?: number }) =>
      await ask(contextAnswer, 'POST', '/v1/context', { body }),
    recall: async (body: RecallQuery) => await ask(recallAnswer, 'POST', '/v1/recall', { body }),
    forget: async (body: ForgetBody) => await ask(tombstoneAnswer, 'POST', '/v1/forget', { body }),
    eraseUser: async (id: string) =>
      await ask(acceptedAnswer, 'DELETE', `/v1/users/${encodeURIComponent(id)}`),
    receipt: async (id: string) =>
      await ask(receiptAnswer, 'GET', `/v1/erasures/${encodeURIComponent(id)}`),
  }
}

function scheduleCalls(ask: AskFor) {
  const schedule = (id: string, rest = '') => `/v1/schedules/${encodeURIComponent(id)}${rest}`
  return {
    schedules: async () => await ask(pageOf(scheduleAnswer), 'GET', '/v1/schedules'),
    changeSchedule: async (id: string, body: ScheduleChange) =>
      await ask(scheduleAnswer, 'PATCH', schedule(id), { body }),
    removeSchedule: async (id: string) => {
      await ask(z.unknown(), 'DELETE', schedule(id))
    },
    triggerSchedule: async (id: string) =>
      await ask(acceptedAnswer, 'POST', schedule(id, '/trigger')),
    backfillSchedule: async (id: string, body: { from: string; to: string }) =>
      await ask(z.looseObject({ id: z.string() }), 'POST', schedule(id, '/backfill'), { body }),
  }
}

function operatorCalls(ask: AskFor) {
  return {
    consolidate: async (body: ConsolidationBody) =>
      await ask(acceptedAnswer, 'POST', '/v1/consolidations', { body }),
    consolidation: async (id: string) =>
      await ask(consolidationAnswer, 'GET', `/v1/consolidations/${encodeURIComponent(id)}`),
    undoConsolidation: async (id: string) =>
      await ask(consolidationAnswer, 'POST', `/v1/consolidations/${encodeURIComponent(id)}/undo`),
    startSync: async (body: SyncBody) => await ask(acceptedAnswer, 'POST', '/v1/sync', { body }),
    budget: async () => await ask(budgetAnswer, 'GET', '/v1/settings/budget'),
    setBudget: async (perDay: number | null) =>
      await ask(budgetAnswer, 'PUT', '/v1/settings/budget', { body: { per_day: perDay } }),
    previewEpisodes: async (sample: number) =>
      await ask(episodesPreviewAnswer, 'POST', '/v1/migrations/episodes', {
        body: { dry_run: true, sample },
      }),
    migrateEpisodes: async (body: { readonly heads: readonly string[]; readonly limit?: number }) =>
      await ask(acceptedAnswer, 'POST', '/v1/migrations/episodes', { body }),
    reembed: async () => await ask(reembedAnswer, 'GET', '/v1/reembed'),
    startReembed: async (body: { readonly undo: boolean }) =>
      await ask(acceptedAnswer, 'POST', '/v1/reembed', { body }),
    currentKey: async () => await ask(currentKeyAnswer, 'GET', '/v1/keys/current'),
    callTool: async (name: string, given: unknown) =>
      await ask(toolAnswer, 'POST', '/mcp/tool/call', { body: { name, arguments: given } }),
    keys: async (query: Query) => await ask(pageOf(keyAnswer), 'GET', '/v1/keys', { query }),
    createKey: async (body: NewKey) => await ask(newKeyAnswer, 'POST', '/v1/keys', { body }),
    revokeKey: async (id: string) => {
      await ask(z.unknown(), 'DELETE', `/v1/keys/${encodeURIComponent(id)}`)
    },
  }
}

/** Transcripts and what became of them. */
function sessionCalls(ask: AskFor) {
  return {
    postSession: async (body: PostBody) =>
      await ask(postAcceptedAnswer, 'POST', '/v1/sessions', { body }),
    sessions: async (query: Query) =>
      await ask(pageOf(sessionInfoAnswer), 'GET', '/v1/sessions', { query }),
    session: async (id: string, query: Query) =>
      await ask(sessionAnswer, 'GET', `/v1/sessions/${encodeURIComponent(id)}`, { query }),
  }
}

const transportOf = ({ url, key, namespace, fetch }: ClientOptions): TransportOptions => ({
  baseUrl: url,
  ...(key === undefined ? {} : { apiKey: key }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(fetch === undefined ? {} : { fetch }),
  // A person who waits wants to hear at once that nothing answers.
  retries: 0,
})

/** The same requests that any application makes; what is answered is checked before it is shown. */
function createAsk(options: ClientOptions) {
  const transport = createTransport(transportOf(options))
  return async <Answer extends z.ZodType>(
    answer: Answer,
    method: Ask['method'],
    path: string,
    { query = {}, body, idempotencyKey, prefer }: AskOptions = {},
  ): Promise<z.infer<Answer>> => {
    const headers = { 'idempotency-key': idempotencyKey, prefer }
    try {
      return read(answer, await transport.ask({ method, path, query, body, headers }))
    } catch (error) {
      throw told(error)
    }
  }
}

function read<Answer extends z.ZodType>(answer: Answer, body: unknown): z.infer<Answer> {
  const parsed = answer.safeParse(body)
  if (parsed.success) return parsed.data
  throw new MemoirError('internal', 'The answer is not one of this version of Memoir.', {
    cause: parsed.error,
    details: { next: 'Check that MEMOIR_URL is a Memoir of the same version.' },
  })
}

/** An error of the client as one of Memoir's own, with what to do about it. */
function told(error: unknown): unknown {
  if (error instanceof MemoirConnectionError) {
    return new MemoirError('store_unavailable', error.message, {
      cause: error,
      details: { next: 'Check MEMOIR_URL, or start Memoir with: memoir up' },
    })
  }
  if (!(error instanceof MemoirApiError)) return error
  const { code, message, details, retryAfterMs } = error
  if (code === 'unknown') {
    return new MemoirError('internal', message, {
      details: { next: 'Check that MEMOIR_URL is the address of Memoir itself.' },
    })
  }
  const known = isErrorCode(code) ? code : 'internal'
  return new MemoirError(known, message, {
    ...(details === undefined ? {} : { details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
