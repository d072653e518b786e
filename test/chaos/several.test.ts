import getPort from 'get-port'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, inject, test, vi } from 'vitest'
import { environment } from '../support/chaos.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { startProcess } from '../support/processes.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const CLIENTS = 8
const STORES = 400
const USERS = 20
const DONE_WITHIN_MS = 120_000

interface Stored {
  readonly id: string
  readonly job: string
}

suite(
  'two APIs and three workers on one Temporal and one Postgres: one of each is killed, nothing stops and nothing is doubled',
  { timeout: 400_000 },
  async () => {
    await using store = await createTestDatabase()
    const key = `mk_${randomBytes(32).toString('base64url')}`
    const env = {
      ...environment(store.url, inject('temporalAddress')),
      MEMOIR_ADMIN_KEY: key,
      RATE_LIMIT_WRITES: '100000',
    }
    const ports = [await getPort(), await getPort()]
    const apis = ports.map((port) => startProcess('server', { ...env, PORT: String(port) }))
    const workers = [1, 2, 3].map(() => startProcess('worker', env))
    try {
      for (const port of ports) await untilReady(port)

      const send = async (n: number): Promise<Stored> => {
        // The same request goes on at the other API when the one it was sent to is gone.
        for (let attempt = 0; ; attempt += 1) {
          const port = ports[(n + attempt) % ports.length]
          try {
            const response = await fetch(`http://127.0.0.1:${port}/v1/memories`, {
              method: 'POST',
              headers: {
                authorization: `Bearer ${key}`,
                'content-type': 'application/json',
              },
              body: JSON.stringify({
                user_id: `user-${n % USERS}`,
                external_id: `box-${n}`,
                content: `Box ${n} holds tea.`,
              }),
            })
            const body: unknown = await response.json()
            if (response.status === 202) return storedIn(body)
          } catch (error) {
            if (attempt > 200) throw error
          }
          await pause(25)
        }
      }

      let next = 0
      const stored: Stored[] = []
      const client = async () => {
        for (let n = next++; n < STORES; n = next++) stored.push(await send(n))
      }
      const clients = Promise.all(Array.from({ length: CLIENTS }, client))
      await vi.waitUntil(() => stored.length > STORES / 4, { timeout: DONE_WITHIN_MS })
      await Promise.all([apis[0]?.kill(), workers[0]?.kill()])
      await clients

      await vi.waitFor(
        async () => {
          const { rows } = await store.db.query(
            `select distinct state from memoir.job where kind = 'memory'`,
          )
          expect(rows).toEqual([{ state: 'succeeded' }])
        },
        { timeout: DONE_WITHIN_MS, interval: 200 },
      )
      const { rows } = await store.db.query(
        `select count(*)::int as memories, count(distinct t.content)::int as contents, count(e.trace_id)::int as vectors
           from memoir.memory_trace t left join memoir.memory_embedding e on e.trace_id = t.id`,
      )
      expect(rows).toEqual([{ memories: STORES, contents: STORES, vectors: STORES }])
      expect(new Set(stored.map(({ id }) => id)).size).toBe(STORES)
      expect(await findDisagreements(store.db)).toEqual([])
    } finally {
      await Promise.all([...apis, ...workers].map(async (process) => await process.stop()))
    }
  },
)

function storedIn(body: unknown): Stored {
  const isStored = typeof body === 'object' && body !== null && 'id' in body && 'job' in body
  if (!isStored || typeof body.id !== 'string' || typeof body.job !== 'string') {
    throw new Error('an answer names no memory and job')
  }
  return { id: body.id, job: body.job }
}

async function untilReady(port: number): Promise<void> {
  await vi.waitFor(
    async () => expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200),
    { timeout: 120_000, interval: 100 },
  )
}
