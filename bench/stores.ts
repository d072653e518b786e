import { v7 as uuidv7 } from 'uuid'
import { contentHash } from '../src/ingest/conversation.ts'
import { indexAlone, writeWhole } from '../src/memories/derive.ts'
import { insertMemories } from '../src/stores/memories/memory-writes.ts'
import { ensureUsers } from '../src/stores/memory-users.ts'
import { ensureActiveSpace } from '../src/stores/spaces/spaces.ts'
import { ADMIN_KEY, startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { percentile, timed, times, type Finding } from './measure.ts'

const STORES = 10_000
const CONNECTIONS = 8
const USERS = 20
const SPEED_BAR = 0.5
/** Offered a second, for a while, to see how long one takes until it is found by meaning. */
const STEADY_RATE = 100
const STEADY_SECONDS = 10
const SEARCHABLE_BAR_MS = 1_000
const HISTORY_BAR_KB = 2

const EMBEDDER = { EMBEDDING_MODEL: 'hashing', RATE_LIMIT_WRITES: '100000' }
const userOf = (n: number) => `user-${n % USERS}`
const contentOf = (n: number) =>
  `Note ${n}: the box ${(n * 7919) % 10_007} stands in room ${n % 97}.`

/** Single stores over HTTP until all are found by meaning, against a loop that embeds and inserts the same rows. */
export async function benchStores(servers: BenchServers): Promise<Finding[]> {
  await using floor = await startMemoir(servers, {
    name: 'stores_floor',
    worker: false,
    more: EMBEDDER,
  })
  await using memoir = await startMemoir(servers, { name: 'stores', more: EMBEDDER })
  const plain = await timed(async () => await insertPlainly(floor))
  const durable = await timed(async () => {
    await fromConnections(async (n) => await store(memoir, n))
    await untilDone(memoir)
  })
  const speed = plain / durable
  const kilobytes = await historyKilobytes(memoir)
  const searchable = percentile(await steadily(memoir), 0.95)
  const perSecond = (tookMs: number) => `${((STORES / tookMs) * 1_000).toFixed(0)}/s`
  return [
    {
      what: `${STORES} single stores from ${CONNECTIONS} connections until finished, against a plain loop`,
      measured: `${times(speed)} its speed, ${perSecond(durable)} against ${perSecond(plain)}`,
      bar: `≥ ${SPEED_BAR} ×`,
      holds: speed >= SPEED_BAR,
    },
    {
      what: `accepted until found by meaning at ${STEADY_RATE}/s, p95`,
      measured: `${searchable.toFixed(0)} ms`,
      bar: `< ${SEARCHABLE_BAR_MS} ms`,
      holds: searchable < SEARCHABLE_BAR_MS,
    },
    {
      what: "Temporal's history of a store",
      measured: `${kilobytes.toFixed(2)} KB`,
      bar: `≤ ${HISTORY_BAR_KB} KB`,
      holds: kilobytes <= HISTORY_BAR_KB,
    },
  ]
}

/** Runs all stores, as many at a time as there are connections. */
async function fromConnections(run: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const connection = async () => {
    while (next < STORES) {
      next += 1
      await run(next)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
}

/** The same rows, one commit each, without HTTP, jobs, links or counters that others read. */
async function insertPlainly({ services, namespaceId }: BenchMemoir): Promise<void> {
  const { db, embedder } = services
  const space = await ensureActiveSpace(db, embedder.identity)
  const names = Array.from({ length: USERS }, (_, n) => userOf(n))
  const users = await ensureUsers(db, namespaceId, names)
  await fromConnections(async (n) => {
    const content = contentOf(n)
    const userId = users.get(userOf(n)) ?? ''
    const [vec] = await embedder.embed([content], { priority: 'live' })
    if (vec === undefined) throw new Error('there is no vector')
    const text = indexAlone(content, 'auto')
    const occurredAt = new Date()
    await db.transaction(async (tx) => {
      const written = await insertMemories(tx, [
        {
          id: uuidv7(),
          userId,
          kind: 'note',
          role: null,
          scope: 'personal',
          content,
          summary: null,
          tags: [],
          importance: null,
          salience: 0.5,
          externalId: null,
          sessionId: null,
          conversationId: null,
          meta: {},
          occurredAt,
          expiresAt: null,
          contentHash: contentHash([content]),
          vectorState: 'written',
        },
      ])
      await writeWhole(
        tx,
        space,
        written.map((row) => ({
          trace: { ...row, userId, kind: 'note' as const },
          text,
          counted: null,
          occurredAt,
          vec,
          vectorCounted: false,
        })),
      )
    })
  })
}

async function store({ url }: BenchMemoir, n: number): Promise<void> {
  const response = await fetch(`${url}/v1/memories`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userOf(n), content: contentOf(n), extract_entities: false }),
  })
  await response.arrayBuffer()
  if (response.status !== 202) throw new Error(`storing answered ${response.status}`)
}

async function untilDone({ services }: BenchMemoir): Promise<void> {
  for (;;) {
    const { rows } = await services.db.query<{ open: number; failed: number }>(
      `select count(*) filter (where state in ('queued', 'running'))::int as open,
              count(*) filter (where state = 'failed')::int as failed
         from memoir.job where kind = 'memory'`,
    )
    const [{ open, failed } = { open: 0, failed: 0 }] = rows
    if (failed > 0) throw new Error(`${failed} stores failed`)
    if (open === 0) return
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

/** Offers stores at an even pace. @returns milliseconds from accepted to done, one a store */
async function steadily(memoir: BenchMemoir): Promise<number[]> {
  const began = performance.now()
  const { db } = memoir.services
  const { rows: now } = await db.query<{ at: Date }>('select now() as at')
  const sent: Promise<void>[] = []
  for (let n = 0; n < STEADY_RATE * STEADY_SECONDS; n += 1) {
    const waitMs = began + (n * 1_000) / STEADY_RATE - performance.now()
    if (waitMs > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, waitMs)
      })
    }
    sent.push(store(memoir, n))
  }
  await Promise.all(sent)
  await untilDone(memoir)
  const { rows } = await db.query<{ ms: number }>(
    `select extract(epoch from finished_at - created_at)::float * 1000 as ms from memoir.job
      where kind = 'memory' and created_at > $1`,
    [now[0]?.at],
  )
  return rows.map(({ ms }) => ms)
}

/** Of all runs that finished stores, for each store. */
async function historyKilobytes({ services }: BenchMemoir): Promise<number> {
  const { client } = services.temporal
  const { rows } = await services.db.query<{ workflowId: string; jobs: number }>(
    `select workflow_id as "workflowId", count(*)::int as jobs from memoir.job where kind = 'memory'
      group by workflow_id order by workflow_id limit 100`,
  )
  let bytes = 0
  let jobs = 0
  for (const row of rows) {
    const { historySize } = await client.workflow.getHandle(row.workflowId).describe()
    bytes += historySize ?? 0
    jobs += row.jobs
  }
  return bytes / jobs / 1_000
}
