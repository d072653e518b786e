import { readFileSync } from 'node:fs'
import { startProcess } from '../test/support/processes.ts'
import { runBackfill } from './backfill.ts'
import { startMemoir, type BenchServers } from './environment.ts'
import { times, type Finding } from './measure.ts'
import { seedSource } from './seed.ts'

const FIRST = 1_000
const LAST = 50_000
const USERS = 500
const BAR = 1.25
const SAMPLE_EVERY_MS = 250

/** Resident memory of a worker process after the first thousand conversations and after fifty thousand. */
export async function benchMemory(servers: BenchServers): Promise<Finding[]> {
  await using memoir = await startMemoir(servers, { name: 'memory', worker: false })
  const worker = startProcess('worker', { ...memoir.env, EMBEDDING_DIM: '768' })
  try {
    const pid = worker.child.pid ?? 0
    await seedSource(memoir.services.db, { from: 0, to: FIRST, users: USERS })
    await runBackfill(memoir)
    const first = await settled(pid)
    await seedSource(memoir.services.db, { from: FIRST, to: LAST, users: USERS })
    await runBackfill(memoir)
    const last = await settled(pid)
    return [
      {
        what: `resident memory of the worker after ${LAST} conversations against after ${FIRST}`,
        measured: `${megabytes(last)} against ${megabytes(first)}, ${times(last / first)}`,
        bar: `≤ ${BAR} ×`,
        holds: last / first <= BAR,
      },
    ]
  } finally {
    await worker.stop()
  }
}

const megabytes = (kib: number) => `${(kib / 1024).toFixed(0)} MiB`

/** The least of a few seconds: what is kept, not what a collection has yet to free. */
async function settled(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let sample = 0; sample < 20; sample += 1) {
    const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    least = Math.min(least, Number(kib))
    await new Promise((resolve) => {
      setTimeout(resolve, SAMPLE_EVERY_MS)
    })
  }
  return least
}
