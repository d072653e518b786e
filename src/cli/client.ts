import { z } from 'zod'
import type { JobControl } from '../domain/job.ts'
import { isErrorCode, MemoirError } from '../errors.ts'
import {
  acceptedAnswer,
  budgetAnswer,
  errorAnswer,
  estimateAnswer,
  failureAnswer,
  importedAnswer,
  jobAnswer,
  keyAnswer,
  newKeyAnswer,
  pageOf,
  recallAnswer,
  rememberedAnswer,
  scheduleAnswer,
} from './answers.ts'

/** A request that takes longer than this has met a server that is stuck; nothing the API answers takes half as long. */
const REQUEST_TIMEOUT_MS = 30_000

export type Fetch = (request: Request) => Response | Promise<Response>

export interface ClientOptions {
  /** Where the API is; in-process it only names the host of requests. */
  readonly url: string
  readonly key: string | undefined
  readonly namespace: string | undefined
  readonly fetch?: Fetch
}

export type ApiClient = ReturnType<typeof createClient>

export interface RecallQuery {
  readonly q: string
  readonly user_id: string
  readonly k?: number
  readonly kinds?: readonly string[]
  readonly scope?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly threshold?: number
  readonly hops?: number
  readonly without?: readonly string[]
}

export interface NewMemory {
  readonly user_id: string
  readonly content: string
  readonly scope?: string
  readonly tags?: readonly string[]
  readonly importance?: number
  readonly occurred_at?: string
  readonly external_id?: string
}

/** A conversation as the API takes it. */
export interface ImportedConversation {
  readonly id: string
  readonly user_id?: string
  readonly title: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly messages: readonly ImportedMessage[]
}

export interface ImportedMessage {
  readonly id: string
  readonly role: string
  readonly name: string | null
  readonly content: string
  readonly created_at: string
  readonly position: number
}

export interface ImportBody {
  readonly source?: string
  readonly conversations: readonly ImportedConversation[]
}

export interface NewKey {
  readonly name: string
  readonly role: string
  /** Comes into being when there is none of that name. */
  readonly namespace?: string
  readonly user_id?: string
  readonly scopes?: readonly string[]
  readonly expires_at?: string
}

export interface ScheduleChange {
  readonly cron?: string
  readonly paused?: boolean
  readonly note?: string
}

interface AskOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly prefer?: string
}

type Query = Readonly<Record<string, string | number | undefined>>

/** The HTTP API as the command line uses it; every method throws the MemoirError that the API's answer names. */
export function createClient(options: ClientOptions) {
  const ask = createAsk(options)
  const job = (id: string, rest = '') => `/v1/jobs/${encodeURIComponent(id)}${rest}`
  const schedule = (id: string, rest = '') => `/v1/schedules/${encodeURIComponent(id)}${rest}`
  return {
    startBackfill: async (body: { page_size?: number; retry_failed?: boolean; budget?: number }) =>
      await ask(acceptedAnswer, 'POST', '/v1/backfills', { body }),
    estimate: async () =>
      await ask(estimateAnswer, 'POST', '/v1/backfills', { body: { estimate_only: true } }),
    importConversations: async (body: ImportBody, idempotencyKey: string) =>
      await ask(importedAnswer, 'POST', '/v1/imports', { body, idempotencyKey }),
    job: async (id: string) => await ask(jobAnswer, 'GET', job(id)),
    jobs: async (query: Query) => await ask(pageOf(jobAnswer), 'GET', '/v1/jobs', { query }),
    control: async (id: string, action: JobControl | 'retry', query: Query = {}) =>
      await ask(z.unknown(), 'POST', job(id, `/${action}`), { query }),
    failures: async (id: string, query: Query) =>
      await ask(pageOf(failureAnswer), 'GET', `/v1/backfills/${encodeURIComponent(id)}/failures`, {
        query,
      }),
    /** @param waitSeconds how long the answer may wait for the memory to be done */
    remember: async (body: NewMemory, waitSeconds: number) =>
      await ask(rememberedAnswer, 'POST', '/v1/memories', {
        body,
        ...(waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` }),
      }),
    recall: async (body: RecallQuery) => await ask(recallAnswer, 'POST', '/v1/recall', { body }),
    eraseUser: async (id: string) => {
      await ask(z.unknown(), 'DELETE', `/v1/users/${encodeURIComponent(id)}`)
    },
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
    budget: async () => await ask(budgetAnswer, 'GET', '/v1/settings/budget'),
    setBudget: async (perDay: number | null) =>
      await ask(budgetAnswer, 'PUT', '/v1/settings/budget', { body: { per_day: perDay } }),
    keys: async (query: Query) => await ask(pageOf(keyAnswer), 'GET', '/v1/keys', { query }),
    createKey: async (body: NewKey) => await ask(newKeyAnswer, 'POST', '/v1/keys', { body }),
    revokeKey: async (id: string) => {
      await ask(z.unknown(), 'DELETE', `/v1/keys/${encodeURIComponent(id)}`)
    },
  }
}

function createAsk({ url, key, namespace, fetch = globalThis.fetch }: ClientOptions) {
  return async <Answer extends z.ZodType>(
    answer: Answer,
    method: string,
    path: string,
    { query = {}, body, idempotencyKey, prefer }: AskOptions = {},
  ): Promise<z.infer<Answer>> => {
    const target = new URL(url.replace(/\/$/, '') + path)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, String(value))
    }
    const timeout = startTimeout()
    const request = new Request(target, {
      method,
      redirect: 'error',
      signal: timeout.signal,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(prefer === undefined ? {} : { prefer }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(namespace === undefined ? {} : { 'memoir-namespace': namespace }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    try {
      const response = await send(fetch, request)
      return read(answer, response, await bodyOf(response, request))
    } finally {
      timeout.clear()
    }
  }
}

/** Unlike `AbortSignal.timeout` it lets go of the request as soon as that is answered: bodies of imports would pile up. */
function startTimeout() {
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException('It took too long.', 'TimeoutError'))
  const timer = setTimeout(late, REQUEST_TIMEOUT_MS)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

async function send(fetch: Fetch, request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    throw unreachable(error, request)
  }
}

async function bodyOf(response: Response, request: Request): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw unreachable(error, request)
  })
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(error: unknown, request: Request): MemoirError {
  const { origin } = new URL(request.url)
  const late = error instanceof Error && error.name === 'TimeoutError'
  return new MemoirError(
    'store_unavailable',
    late
      ? `${origin} did not answer within ${REQUEST_TIMEOUT_MS / 1000} seconds.`
      : `Nothing answers at ${origin}.`,
    { cause: error, details: { next: 'Check MEMOIR_URL, or start Memoir with: memoir up' } },
  )
}

function read<Answer extends z.ZodType>(
  answer: Answer,
  response: Response,
  body: unknown,
): z.infer<Answer> {
  if (!response.ok) throw refusal(response, body)
  const parsed = answer.safeParse(body)
  if (parsed.success) return parsed.data
  throw new MemoirError('internal', 'The answer is not one of this version of Memoir.', {
    cause: parsed.error,
    details: { next: 'Check that MEMOIR_URL is a Memoir of the same version.' },
  })
}

function refusal(response: Response, body: unknown): MemoirError {
  const parsed = errorAnswer.safeParse(body)
  if (!parsed.success) {
    return new MemoirError(
      'internal',
      `The server answered HTTP ${response.status} without saying why.`,
      {
        details: { next: 'Check that MEMOIR_URL is the address of Memoir itself.' },
      },
    )
  }
  const { code, message, details } = parsed.data.error
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new MemoirError(isErrorCode(code) ? code : 'internal', message, {
    ...(details === undefined ? {} : { details }),
    ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}),
  })
}
