import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker'
import { parseTranscript } from '../src/sessions/transcript.ts'
import { createScriptedModel } from '../test/support/scripted-model.ts'
import {
  startMemoir,
  type BenchMemoir,
  type BenchServers,
  type MemoirOptions,
} from './environment.ts'
import { timed, times, type Finding } from './measure.ts'

const AT_ONCE = 300
const TURNS = 20
/** reportJob twice, and the five steps of a post with one passage. */
const STEPS = 7
const WARM_UP = 20
const FLOOR_BAR = 0.5
const RULES_BAR = 5

/** Posted transcripts, all at once: with a model that answers at once against empty runs of as many steps, and with the built-in one. */
export async function benchSessions(servers: BenchServers): Promise<Finding[]> {
  const floor = await floorSeconds(servers)
  const instant = await sessionSeconds(servers, { languageModel: createScriptedModel() })
  const rules = await sessionSeconds(servers, {})
  const share = floor / instant
  const rate = AT_ONCE / rules
  return [
    {
      what: `${AT_ONCE} sessions of ${TURNS} turns at once, a model that answers at once, against empty runs of ${STEPS} steps`,
      measured: `${times(share)}, ${(AT_ONCE / instant).toFixed(1)} a second of ${(AT_ONCE / floor).toFixed(1)}`,
      bar: `≥ ${FLOOR_BAR} ×`,
      holds: share >= FLOOR_BAR,
    },
    {
      what: `${AT_ONCE} sessions of ${TURNS} turns at once, the built-in model`,
      measured: `${rate.toFixed(1)} a second`,
      bar: `≥ ${RULES_BAR} a second`,
      holds: rate >= RULES_BAR,
    },
  ]
}

async function sessionSeconds(
  servers: BenchServers,
  models: NonNullable<MemoirOptions['models']>,
): Promise<number> {
  await using memoir = await startMemoir(servers, {
    name: `sessions_${Object.keys(models).length}`,
    models,
  })
  await postAll(memoir, { from: 0, to: WARM_UP })
  return (
    (await timed(async () => await postAll(memoir, { from: WARM_UP, to: WARM_UP + AT_ONCE }))) /
    1000
  )
}

const PLACES = ['Graz', 'Linz', 'Lisbon', 'Oslo', 'Turin'] as const

/** A chat of twenty turns in which some things are said that are worth keeping. */
function transcript(n: number): string {
  const place = PLACES[n % PLACES.length]
  const said = [
    `My name is Ann${n} and I live in ${place}.`,
    `I started to learn the cello last month, number ${n}.`,
    `My brother Paul${n} works at the harbour.`,
    'What should I cook tonight?',
    'Thanks, that sounds good.',
  ]
  return Array.from({ length: TURNS }, (_, turn) =>
    turn % 2 === 0
      ? `User: ${said[(turn / 2) % said.length] ?? ''}\nfact: Ann${n} said thing ${turn}`
      : 'Assistant: I see, tell me more about it.',
  ).join('\n')
}

async function postAll(
  { services, namespaceId }: BenchMemoir,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const posts = await Promise.all(
    Array.from({ length: to - from }, async (_, index) => {
      const n = from + index
      return await services.posts.accept({
        namespaceId,
        userId: `user-${n}`,
        collection: '',
        sessionId: `s-${n}`,
        turns: parseTranscript(transcript(n)),
        metadata: {},
      })
    }),
  )
  const jobs = posts.map(({ jobId }) => jobId)
  for (;;) {
    const { rows } = await services.db.query<{ open: number }>(
      `select count(*) as open from memoir.job where id = any($1::uuid[]) and finished_at is null`,
      [jobs],
    )
    if (rows[0]?.open === 0) return
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
}

async function floorSeconds({ temporal }: BenchServers): Promise<number> {
  const connection = await NativeConnection.connect({ address: temporal.url })
  const taskQueue = `floor-${randomUUID()}`
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./floor-workflows.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    }),
    activities: { nothing: async () => await Promise.resolve() },
  })
  const clientConnection = await Connection.connect({ address: temporal.url })
  const client = new Client({ connection: clientConnection })
  const runAll = async (count: number) => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        await client.workflow.execute('steps', {
          taskQueue,
          workflowId: `floor:${randomUUID()}`,
          args: [STEPS],
        })
      }),
    )
  }
  try {
    return await worker.runUntil(async () => {
      await runAll(WARM_UP)
      return (await timed(async () => await runAll(AT_ONCE))) / 1000
    })
  } finally {
    await clientConnection.close()
    await connection.close()
  }
}
