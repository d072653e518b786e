import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Driver } from 'neo4j-driver'
import { BUCKET_NODES } from '../src/graph/compare.ts'
import { startDrain } from '../src/graph/drain.ts'
import { beginSync, endSync, syncStep } from '../src/graph/sync.ts'
import { startNeo4j } from '../test/support/parts.ts'
import { everything } from '../test/support/graph-contents.ts'
import { seedUsers } from '../test/support/graph-seed.ts'
import { startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { openBare, readBareGraph, writeBareGraph } from './graph-floor.ts'
import { ms, percentile, timed, times, type Finding } from './measure.ts'

const MEMORIES = 10_000
/** As the seed makes them. */
const ENTITIES = 5
const ROUNDS = 3
const BAR = 0.7

/** Ten thousand memories into Neo4j by `sync rebuild`, against bare merges of the same nodes and links. */
export async function benchGraph(servers: BenchServers): Promise<Finding[]> {
  const root = mkdtempSync(join(tmpdir(), 'memoir-bench-graph-'))
  const neo4j = await startNeo4j({ root })
  if (!neo4j) throw new Error('this bench needs Neo4j: scripts/install-neo4j.sh')
  const driver = openBare(neo4j.url)
  try {
    await using memoir = await startMemoir(servers, {
      name: 'graph',
      worker: false,
      more: { GRAPH_BACKEND: 'neo4j', NEO4J_URI: neo4j.url },
    })
    const userId = randomUUID()
    const { db } = memoir.services
    await seedUsers(db, { namespaceId: memoir.namespaceId, ids: [userId], memories: MEMORIES })
    // Told one batch after the other, as it grows; both sides of the race need its indexes, too.
    await drainOnce(memoir)
    const grown = await everything(driver)
    const { bare, own } = await race({ memoir, driver, userId })
    const equal = isDeepStrictEqual(await everything(driver), grown)
    const [rebuilt, floor] = [percentile(own, 0.5), percentile(bare, 0.5)]
    const rate = floor / rebuilt
    return [
      {
        what: `${MEMORIES.toLocaleString('en-US')} memories into Neo4j by sync rebuild, against bare unwind merges`,
        measured: `${ms(rebuilt)}, ${times(rate)} as fast as the floor of ${ms(floor)}`,
        bar: `≥ ${BAR} ×`,
        holds: rate >= BAR,
      },
      {
        what: 'The rebuilt graph against the one that was told as it grew, node by node and link by link',
        measured: `${equal ? 'equal' : 'different'}: ${grown.nodes.length} nodes, ${grown.links.length} links`,
        bar: 'equal',
        holds: equal && grown.nodes.length === MEMORIES + ENTITIES,
      },
    ]
  } finally {
    await driver.close()
    await neo4j.kill()
    rmSync(root, { recursive: true, force: true })
  }
}

/** Both sides in turn, so that whatever the machine does meanwhile hits both. */
async function race({
  memoir,
  driver,
  userId,
}: {
  memoir: BenchMemoir
  driver: Driver
  userId: string
}): Promise<{ bare: number[]; own: number[] }> {
  const { db, graph } = memoir.services
  const samples = { bare: [] as number[], own: [] as number[] }
  // The first round warms both up: a Java server compiles what it runs.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const other = randomUUID()
    const rows = await readBareGraph(db, userId, other)
    const bareMs = await timed(async () => await writeBareGraph(driver, rows, BUCKET_NODES))
    await graph.removeUser(other)
    await graph.removeUser(userId)
    const ownMs = await timed(async () => await rebuild(memoir, userId))
    if (round === 0) continue
    samples.bare.push(bareMs)
    samples.own.push(ownMs)
  }
  return samples
}

async function drainOnce({ services }: BenchMemoir): Promise<void> {
  const drain = startDrain(services)
  await drain.round()
  await drain.stop()
}

/** What a job of that kind does, step by step, without the wait for its start. */
async function rebuild({ services, namespaceId }: BenchMemoir, userId: string): Promise<void> {
  const request = { operation: 'rebuild', dryRun: false, clearExisting: true, limit: null } as const
  const job = { jobId: randomUUID(), namespaceId, userId, request }
  await beginSync(services, job)
  while (await syncStep(services, job));
  const { repaired } = await endSync(services, job)
  if (repaired !== MEMORIES + ENTITIES) throw new Error(`${repaired} nodes were written`)
}
