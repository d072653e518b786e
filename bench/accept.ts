import { createServer } from 'node:net'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../src/stores/database.ts'
import { insertJob } from '../src/stores/jobs/jobs.ts'
import { ADMIN_KEY, startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { alternate, ms, percentile, times, type Finding } from './measure.ts'

const ROUNDS = 300
const FLOOR_BAR = 2
const AWAY_BAR = 1.2

/** Accepting work over HTTP against the bare transaction and an empty route, and with Temporal stopped and frozen. */
export async function benchAccept(servers: BenchServers): Promise<Finding[]> {
  const frozen = createServer((socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => {
    frozen.listen(0, '127.0.0.1', resolve)
  })
  const address = frozen.address()
  const frozenPort = typeof address === 'object' && address ? address.port : 0
  await using up = await startMemoir(servers, { name: 'accept_up', worker: false })
  await using stopped = await startMemoir(servers, {
    name: 'accept_stopped',
    worker: false,
    temporalAddress: '127.0.0.1:1',
  })
  await using stuck = await startMemoir(servers, {
    name: 'accept_frozen',
    worker: false,
    temporalAddress: `127.0.0.1:${frozenPort}`,
  })
  try {
    const samples = await alternate(ROUNDS, {
      up: async () => await accept(up),
      stopped: async () => await accept(stopped),
      frozen: async () => await accept(stuck),
      bare: async () => await bareAccept(up),
    })
    const p50 = (name: keyof typeof samples) => percentile(samples[name], 0.5)
    const against = p50('up') / p50('bare')
    const away = Math.max(p50('stopped'), p50('frozen')) / p50('up')
    return [
      {
        what: 'accepting work over HTTP, p50, against a bare transaction and an empty route',
        measured: `${ms(p50('up'))}, ${times(against)} the floor of ${ms(p50('bare'))}`,
        bar: `≤ ${FLOOR_BAR} ×`,
        holds: against <= FLOOR_BAR,
      },
      {
        what: 'the same with Temporal stopped or frozen, against itself',
        measured: `${ms(p50('stopped'))} stopped, ${ms(p50('frozen'))} frozen, ${times(away)}`,
        bar: `≤ ${AWAY_BAR} ×`,
        holds: away <= AWAY_BAR,
      },
    ]
  } finally {
    frozen.close()
  }
}

/** Both sides end their job in the same way, so that the next one is accepted anew instead of joining it. */
async function endJobs(db: Database): Promise<void> {
  await db.query(
    `update memoir.job set state = 'cancelled', finished_at = now() where state in ('queued', 'running', 'paused')`,
  )
}

async function accept({ url, services }: BenchMemoir): Promise<void> {
  const response = await fetch(`${url}/v1/backfills`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: '{}',
  })
  await response.arrayBuffer()
  if (response.status !== 202) throw new Error(`accepting answered ${response.status}`)
  await endJobs(services.db)
}

async function bareAccept({ url, services, namespaceId }: BenchMemoir): Promise<void> {
  const id = uuidv7()
  await services.db.transaction(async (tx) => {
    await insertJob(tx, {
      id,
      namespaceId,
      userId: null,
      kind: 'backfill',
      workflowId: `bench:${id}`,
      request: {},
      lockKey: `bench:${id}`,
    })
  })
  const response = await fetch(`${url}/health/live`)
  await response.arrayBuffer()
  await endJobs(services.db)
}
