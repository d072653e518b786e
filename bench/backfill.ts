import { randomUUID } from 'node:crypto'
import { isTerminal } from '../src/domain/job.ts'
import { ensureActiveSpace } from '../src/stores/spaces/spaces.ts'
import { createInstantEmbedder } from './embedder.ts'
import { startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { plainBackfill } from './floor.ts'
import { timed, times, type Finding } from './measure.ts'
import { seedSource } from './seed.ts'

const CONVERSATIONS = 2_000
const USERS = 50
const SPEED_BAR = 0.8
const AGAIN_BAR = 10
const LOOK_EVERY_MS = 20

/** A whole backfill through the API's job, Temporal and the worker. */
export async function runBackfill({ services, namespaceId }: BenchMemoir): Promise<void> {
  const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
  for (;;) {
    const now = await services.jobs.get({ namespaceId, id: job.id })
    if (now && isTerminal(now.state)) {
      if (now.state !== 'succeeded') throw new Error(`the backfill ended ${now.state}`)
      return
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS)
    })
  }
}

async function runPlain({ services, namespaceId }: BenchMemoir): Promise<void> {
  const { db, embedder, source, config } = services
  const count = await plainBackfill(source, {
    db,
    embedder,
    namespaceId,
    space: await ensureActiveSpace(db, embedder.identity),
    jobId: randomUUID(),
    source: source.name,
    minTurns: config.ETL_MIN_TURNS,
    extractionVersion: 0,
    chunkChars: config.EMBEDDING_CHUNK_CHARS,
    language: config.MEMORY_LANGUAGE,
    heads: config.MEMORY_HEADS,
    minSalience: config.MEMORY_SALIENCE_WRITE_THRESHOLD,
    extraction: { wanted: 'none', models: {} },
    signal: new AbortController().signal,
  })
  if (count !== CONVERSATIONS) throw new Error(`the loop saw ${count} conversations`)
}

export async function benchBackfill(servers: BenchServers): Promise<Finding[]> {
  const embedder = createInstantEmbedder()
  const plain: number[] = []
  const durable: number[] = []
  const again: number[] = []
  // In turn and twice: the first of anything warms the machine for the next.
  for (const round of [1, 2]) {
    await using floor = await startMemoir(servers, {
      name: `floor_${round}`,
      models: { embedder },
      worker: false,
    })
    await using memoir = await startMemoir(servers, {
      name: `backfill_${round}`,
      models: { embedder },
    })
    for (const each of [floor, memoir]) {
      await seedSource(each.services.db, { from: 0, to: CONVERSATIONS, users: USERS })
    }
    plain.push(await timed(async () => await runPlain(floor)))
    durable.push(await timed(async () => await runBackfill(memoir)))
    again.push(await timed(async () => await runBackfill(memoir)))
  }
  const best = (samples: readonly number[]) => Math.min(...samples)
  const speed = best(plain) / best(durable)
  const faster = best(durable) / best(again)
  const rate = (CONVERSATIONS / best(durable)) * 1000
  return [
    {
      what: `backfill of ${CONVERSATIONS} conversations against a plain loop`,
      measured: `${times(speed)} its speed, ${rate.toFixed(0)} conversations a second`,
      bar: `≥ ${SPEED_BAR} ×`,
      holds: speed >= SPEED_BAR,
    },
    {
      what: 'the same again, nothing changed, against the first',
      measured: `${times(faster)} faster`,
      bar: `≥ ${AGAIN_BAR} ×`,
      holds: faster >= AGAIN_BAR,
    },
  ]
}
