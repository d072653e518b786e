import type { Accepted, Estimate, IngestFailure, Operations } from './api-types.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { on, type RequestOptions, type Transport, type WriteOptions } from './transport.ts'

/** Handing conversations in, and having them taken in. */

/** A conversation as it is handed in. */
export interface Conversation {
  readonly id: string
  /** May be left out with a key that is bound to a user. */
  readonly user_id?: string
  readonly title?: string | null
  /** Kept as it is; nothing is made of it. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly created_at: string
  readonly updated_at?: string
  readonly messages: readonly ConversationMessage[]
}

export interface ConversationMessage {
  readonly id: string
  readonly role: string
  readonly name?: string | null
  readonly content: string
  readonly created_at: string
  readonly position?: number
}

export interface ConversationImport {
  readonly source?: string
  readonly conversations: readonly Conversation[]
  /** Takes in what was erased or forgotten as well; an administrator's to ask. */
  readonly lift?: boolean
}

/** Lines of an export that are no conversations, in the order of the file. */
export interface RecordImport {
  readonly records: readonly unknown[]
  readonly lift?: boolean
}

export type BackfillRequest = Omit<Operations['startBackfill']['body'], 'estimate_only'>

export interface EstimateOptions extends RequestOptions, Pick<BackfillRequest, 'extract'> {}

/** A write that the API does once per key, however often it is sent. */
export const keyed = ({ idempotencyKey = randomKey(), signal }: WriteOptions) => ({
  method: 'POST' as const,
  headers: { 'idempotency-key': idempotencyKey },
  repeatable: true,
  ...on(signal),
})

/** 128 random bits. `crypto.randomUUID` is missing in pages that are not served over https. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')

export function createImports(transport: Transport) {
  return {
    /** Hands in conversations for the next backfill; what is refused is listed, the rest is written. */
    create: async (body: ConversationImport | RecordImport, options: WriteOptions = {}) =>
      await transport.ask<Operations['importConversations']['answer']>({
        ...keyed(options),
        path: '/v1/imports',
        body,
      }),
  }
}

export function createBackfills(transport: Transport) {
  const path = '/v1/backfills'

  async function failures(
    job: string,
    { signal, ...query }: PageQuery = {},
  ): Promise<Page<IngestFailure>> {
    return await transport.ask<Operations['listBackfillFailures']['answer']>({
      method: 'GET',
      path: `${path}/${encodeURIComponent(job)}/failures`,
      query,
      ...on(signal),
    })
  }

  return {
    /** Takes in every conversation of the source; the same request while one is unfinished joins it. */
    start: async (body: BackfillRequest = {}, options: WriteOptions = {}): Promise<Accepted> =>
      await transport.ask<Accepted>({ ...keyed(options), path, body }),
    /** What a backfill would take at most; nothing is done. */
    estimate: async ({ signal, extract }: EstimateOptions = {}): Promise<Estimate> =>
      await transport.ask<Estimate>({
        method: 'POST',
        path,
        body: { estimate_only: true, ...(extract === undefined ? {} : { extract }) },
        repeatable: true,
        ...on(signal),
      }),
    /** Conversations that could not be taken in, and why. */
    failures,
    allFailures: (job: string, options: RequestOptions = {}) =>
      everyItem(
        async (cursor) =>
          await failures(job, { ...options, ...(cursor === undefined ? {} : { cursor }) }),
      ),
  }
}
