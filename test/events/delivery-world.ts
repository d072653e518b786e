import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { createApp } from '../../src/api/app.ts'
import type { Database } from '../../src/stores/database.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { ADMIN_KEY } from '../api/api-fixture.ts'
import { answeredBy, type Ask } from '../support/ask.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import type { Endpoint, Heard } from './endpoint.ts'

/** All of Memoir with short retries. */

export const DELIVERY_ENV = {
  MEMOIR_ADMIN_KEY: ADMIN_KEY,
  MEMOIR_ENCRYPTION_KEY: 'a key of a test, long enough',
  WEBHOOK_RETRY_SECONDS: '1,1,1,1,1,1',
  WEBHOOK_TIMEOUT_SECONDS: '1',
  ERASE_WAIT_SECONDS: '0',
}

export interface DeliveryWorld extends AsyncDisposable {
  readonly memoir: TestMemoir
  ask: Ask
  /** A webhook of that endpoint, with its secret. */
  hook(endpoint: Pick<Endpoint, 'url'>, more?: object): Promise<{ id: string; secret: string }>
  deliveries(id: string, query?: string): Promise<Shown[]>
}

export interface Shown {
  readonly event_id: string
  readonly type: string
  readonly user_id: string | null
  readonly state: string
  readonly attempts: number
  readonly response_status: number | null
  readonly error: string | null
  readonly cursor: string
}

export async function createDeliveryWorld(
  env: Readonly<Record<string, string>> = {},
): Promise<DeliveryWorld> {
  const memoir = await createTestMemoir({ ...DELIVERY_ENV, ...env })
  const ask: Ask = async (path, send) => await answeredBy(createApp(memoir.services))(path, send)
  return {
    memoir,
    ask,
    async hook({ url }, more = {}) {
      const { status, json } = await ask('/v1/webhooks', { body: { url, ...more } })
      expect([status, json]).toEqual([201, expect.objectContaining({ state: 'active' })])
      return json
    },
    async deliveries(id, query = '') {
      const { status, json } = await ask(`/v1/webhooks/${id}/deliveries?limit=200${query}`)
      expect(status).toBe(200)
      return json.items
    },
    [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose](),
  }
}

/** Memories of a user as ingest writes them, in the shortest form. @returns their ids, in the order of their events */
export async function happen(
  db: Database,
  { namespaceId, user, count }: { namespaceId: string; user: string; count: number },
): Promise<string[]> {
  const userId = (await ensureUsers(db, namespaceId, [user])).get(user)
  const ids = Array.from({ length: count }, () => randomUUID())
  // A transaction each.
  for (const id of ids) {
    await db.query(
      `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
       values ($1::uuid, $2::uuid, 'message', 'x', 'x', now())`,
      [id, userId],
    )
  }
  return ids
}

/** The memories that were told of a user, in the order in which they were accepted. */
export const memoriesOf = (heard: readonly Heard[], user: string) =>
  heard.flatMap(({ event }) => (event.user_id === user ? (event.data.memory_id ?? []) : []))

/** As whoever receives it verifies it. @throws when it is not signed with that secret */
export function verify(secret: string, { body, headers }: Heard): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>)
}
