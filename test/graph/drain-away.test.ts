import getPort from 'get-port'
import { createServer } from 'node:net'
import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { DRAIN_DEFAULTS, startDrain } from '../../src/graph/drain.ts'
import type { GraphStore } from '../../src/stores/graph/graph-store.ts'
import { createNeo4jGraph } from '../../src/stores/graph/neo4j-graph.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { seedUsers } from '../support/graph-seed.ts'
import { defaultNamespace } from '../support/ingest.ts'

describe.skipIf(!hasPostgres)('a graph that is away from whoever drains', () => {
  test('is tried every ten seconds at the latest', () => {
    expect(DRAIN_DEFAULTS.atMostMs).toBeLessThanOrEqual(10_000)
  })

  test('is spoken of when it goes and when it is back, however often it was tried', async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const { graph, away, tries } = unsteady(db)
    const lines: Line[] = []
    const drain = startDrain({ db, graph, log: logTo(lines) }, { everyMs: 5, atMostMs: 10 })
    try {
      await drain.round()
      away('graph_unavailable')
      await seed(db)
      await vi.waitUntil(() => tries() > 5, 10_000)
      away('graph_store_failed')
      const before = tries()
      await vi.waitUntil(() => tries() > before + 3, 10_000)
      away(undefined)
      await vi.waitUntil(() => lines.some(({ awayMs }) => awayMs !== undefined), 10_000)
    } finally {
      await drain.stop()
    }
    expect(lines.map(({ level, code, msg }) => [level, code, msg])).toEqual([
      ['warn', 'graph_unavailable', 'the graph could not be told'],
      ['warn', 'graph_store_failed', 'the graph could not be told'],
      ['info', undefined, 'the graph is told again'],
      ['info', undefined, 'the graph was told'],
    ])
    expect(lines[2]?.awayMs).toBeGreaterThan(0)
  })

  test('that accepts and says nothing, as one that boots, is given up long before a batch would be', async () => {
    await using store = await createTestDatabase()
    await using silent = await listenSilently()
    const { db } = store
    const graph = createNeo4jGraph({ uri: silent.url, user: 'neo4j', database: 'neo4j' })
    const drain = startDrain({ db, graph, log: pino({ level: 'silent' }) }, { everyMs: 3_600_000 })
    try {
      await expect(drain.round()).rejects.toMatchObject({ code: 'graph_unavailable' })
    } finally {
      await drain.stop()
      await graph.close()
    }
  }, 15_000)

  test('is asked whether it answers before it is told, so that no turn is kept for one that does not', async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const { graph, away } = unsteady(db)
    const drain = startDrain({ db, graph, log: pino({ level: 'silent' }) }, { everyMs: 3_600_000 })
    try {
      await drain.round()
      await seed(db)
      away('graph_unavailable')
      await expect(drain.round()).rejects.toMatchObject({ code: 'graph_unavailable' })
      const { rows } = await db.query('select holder from memoir.graph_turn')
      expect(rows).toEqual([{ holder: null }])
    } finally {
      await drain.stop()
    }
  })
})

interface Line {
  readonly level: string
  readonly msg: string
  readonly code?: string
  readonly awayMs?: number
}

function logTo(lines: Line[]) {
  const stream = new Writable({
    write(line, _encoding, done) {
      lines.push(JSON.parse(String(line)))
      done()
    },
  })
  return pino({ formatters: { level: (level) => ({ level }) } }, stream)
}

/** Takes everything, unless it is away. */
function unsteady(db: Database) {
  let code: 'graph_unavailable' | 'graph_store_failed' | undefined
  let tries = 0
  const graph: GraphStore = {
    ...createPostgresGraph(db),
    backend: 'neo4j',
    writeMemories: async (batch) => await Promise.resolve(batch),
    async check() {
      tries += 1
      if (code !== undefined) throw new MemoirError(code, 'away')
      await Promise.resolve()
    },
  }
  return { graph, away: (as: typeof code) => void (code = as), tries: () => tries }
}

async function seed(db: Database): Promise<void> {
  const namespaceId = await defaultNamespace(db)
  await seedUsers(db, { namespaceId, ids: [randomUUID()], memories: 3 })
}

/** Takes connections and never answers. */
async function listenSilently(): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets: { destroy(): unknown }[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
  })
  const port = await getPort()
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `bolt://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
