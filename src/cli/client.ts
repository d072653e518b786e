import { z } from 'zod'
import type { Extraction, JobControl } from '../domain/job.ts'
import { createTransport, type Query } from '../client/transport.ts'
import type { ConversationImport, RecordImport } from '../client/work.ts'
import { createAsk, told, transportOf, type AskFor, type ClientOptions } from './ask.ts'
import type {
  RecallQuery,
  ConsolidationBody,
  NewMemory,
  PostBody,
  ForgetBody,
  NewKey,
  ScheduleChange,
  SyncBody,
  ModelsBody,
} from './bodies.ts'
import {
  acceptedAnswer,
  aiSettingsAnswer,
  budgetAnswer,
  consolidationAnswer,
  currentKeyAnswer,
  estimateAnswer,
  failureAnswer,
  importedAnswer,
  jobAnswer,
  keyAnswer,
  modelTestAnswer,
  newKeyAnswer,
  pageOf,
  postAcceptedAnswer,
  recallAnswer,
  stepFailuresAnswer,
  contextAnswer,
  episodesPreviewAnswer,
  reembedAnswer,
  scheduleAnswer,
  sessionAnswer,
  sessionInfoAnswer,
  receiptAnswer,
  tombstoneAnswer,
  resourceAnswer,
  resourcesAnswer,
  toolAnswer,
} from './answers.ts'
import {
  idsAnswer,
  memoryAnswer,
  rememberedAnswer,
  revisionAnswer,
  userAnswer,
} from './memory-answers.ts'
import { narrativeCalls } from './narrative-calls.ts'

export type * from './bodies.ts'
export type { ClientOptions } from './ask.ts'

export type ApiClient = ReturnType<typeof createClient>

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

const preferring = (waitSeconds: number) =>
  waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` }

function memoryCalls(ask: AskFor) {
  const memory = (id: string, rest = '') => `/v1/memories/${encodeURIComponent(id)}${rest}`
  return {
    /** @param waitSeconds how long the answer may wait for the memory to be done */
    remember: async (body: NewMemory, waitSeconds: number) =>
      await ask(rememberedAnswer, 'POST', '/v1/memories', {
        body,
        ...preferring(waitSeconds),
      }),
    memories: async (query: Query) =>
      await ask(pageOf(memoryAnswer), 'GET', '/v1/memories', { query }),
    memory: async (id: string) => await ask(memoryAnswer, 'GET', memory(id)),
    memoryHistory: async (id: string, query: Query) =>
      await ask(pageOf(revisionAnswer), 'GET', memory(id, '/history'), { query }),
    /** @param waitSeconds as of `remember` */
    restoreMemory: async (id: string, waitSeconds: number) =>
      await ask(rememberedAnswer, 'POST', memory(id, '/restore'), preferring(waitSeconds)),
    users: async (query: Query) => await ask(pageOf(userAnswer), 'GET', '/v1/users', { query }),
    user: async (id: string) => await ask(userAnswer, 'GET', `/v1/users/${encodeURIComponent(id)}`),
    /** Ids that begin with these characters. */
    ids: async (query: { readonly of: string; readonly prefix: string }) =>
      await ask(idsAnswer, 'GET', '/v1/ids', { query }),
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
    models: async () => await ask(aiSettingsAnswer, 'GET', '/v1/settings/ai'),
    setModels: async (body: ModelsBody) =>
      await ask(aiSettingsAnswer, 'PUT', '/v1/settings/ai', { body }),
    testModels: async (body: ModelsBody) =>
      await ask(modelTestAnswer, 'POST', '/v1/settings/ai/test', { body }),
    reembed: async () => await ask(reembedAnswer, 'GET', '/v1/reembed'),
    startReembed: async (body: { readonly undo: boolean }) =>
      await ask(acceptedAnswer, 'POST', '/v1/reembed', { body }),
    currentKey: async () => await ask(currentKeyAnswer, 'GET', '/v1/keys/current'),
    callTool: async (name: string, given: unknown) =>
      await ask(toolAnswer, 'POST', '/mcp/tool/call', { body: { name, arguments: given } }),
    resources: async () => (await ask(resourcesAnswer, 'GET', '/mcp/resources')).resources,
    resource: async (uri: string) =>
      await ask(resourceAnswer, 'GET', '/mcp/resources/read', { query: { uri } }),
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
