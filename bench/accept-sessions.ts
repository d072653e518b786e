import { v7 as uuidv7 } from 'uuid'
import { insertJob } from '../src/stores/jobs/jobs.ts'
import { ensureUsers } from '../src/stores/memory-users.ts'
import { ADMIN_KEY, startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { alternate, ms, percentile, times, type Finding } from './measure.ts'

const ROUNDS = 300
const FLOOR_BAR = 2
const AWAY_BAR = 1.2

/** Accepting transcripts of 20 turns over HTTP, against the bare transaction with the same rows and an empty route. */
export async function benchAcceptSessions(servers: BenchServers): Promise<Finding[]> {
  await using up = await startMemoir(servers, { name: 'accept_sessions_up', worker: false })
  await using stopped = await startMemoir(servers, {
    name: 'accept_sessions_stopped',
    worker: false,
    temporalAddress: '127.0.0.1:1',
  })
  const bare = await bareAccept(up)
  const samples = await alternate(ROUNDS, {
    up: async (round) => await accept(up, round),
    stopped: async (round) => await accept(stopped, round),
    bare: async (round) => await bare(round),
  })
  const p50 = (name: keyof typeof samples) => percentile(samples[name], 0.5)
  const against = p50('up') / p50('bare')
  const away = p50('stopped') / p50('up')
  return [
    {
      what: 'accepting transcripts over HTTP, p50, against a bare transaction and an empty route',
      measured: `${ms(p50('up'))}, ${times(against)} the floor of ${ms(p50('bare'))}`,
      bar: `≤ ${FLOOR_BAR} ×`,
      holds: against <= FLOOR_BAR,
    },
    {
      what: 'the same with Temporal stopped, against itself',
      measured: `${ms(p50('stopped'))}, ${times(away)}`,
      bar: `≤ ${AWAY_BAR} ×`,
      holds: away <= AWAY_BAR,
    },
  ]
}

const said = (round: number) =>
  Array.from({ length: 20 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `In turn ${turn} of ${round} somebody says a sentence of an ordinary length.`,
  }))

async function accept({ url }: BenchMemoir, round: number): Promise<void> {
  const response = await fetch(`${url}/api/memory/bench/store_raw`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ session_data: said(round) }),
  })
  await response.arrayBuffer()
  if (response.status !== 202) throw new Error(`accepting answered ${response.status}`)
}

/** The same rows with nothing decided and nothing looked up. */
async function bareAccept({ url, services, namespaceId }: BenchMemoir) {
  const { db } = services
  const user = (await ensureUsers(db, namespaceId, ['bare'])).get('bare') ?? ''
  return async (round: number): Promise<void> => {
    const [session, job] = [uuidv7(), uuidv7()]
    const turns = JSON.stringify(said(round))
    await db.transaction(async (tx) => {
      await tx.query(
        `insert into memoir.session (id, namespace_id, user_id, session_id, posts) values ($1, $2, $3, $1::uuid::text, 1)`,
        [session, namespaceId, user],
      )
      await tx.query(
        `insert into memoir.raw_session (id, session, namespace_id, user_id, number, job_id, text_hash, turns, turn_digests, bytes)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)`,
        [
          uuidv7(),
          session,
          namespaceId,
          user,
          job,
          Buffer.alloc(32),
          turns,
          Buffer.alloc(160),
          turns.length,
        ],
      )
      await insertJob(tx, {
        id: job,
        namespaceId,
        userId: user,
        kind: 'session',
        workflowId: `bench:${job}`,
        request: {},
        lockKey: null,
      })
    })
    const response = await fetch(`${url}/health/live`)
    await response.arrayBuffer()
  }
}
