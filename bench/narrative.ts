import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModel } from '../src/providers/language-model.ts'
import { createRulesModel } from '../src/providers/rules-model.ts'
import { ensureUsers } from '../src/stores/memory-users.ts'
import { ADMIN_KEY, startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { alternate, ms, percentile, timed, times, type Finding } from './measure.ts'

const ROUNDS = 400
const WARM_UP = 50
const READ_BAR = 2.5
const ANALYSES = 60
const ANALYSIS_BAR_MS = 1_000
const MODEL_MS = 10_000
const MISS_BAR_MS = 60_000
/** Stored as an application does, so that recall finds them by their words. */
const STORED = [100, 2_000] as const
/** More than that are rows alone: the latest facts are looked for among them. */
const ROWS = 50_000

/** Narratives as readers meet them: one that is there, one that is not, and how long until it is. */
export async function benchNarrative(servers: BenchServers): Promise<Finding[]> {
  return [...(await benchReading(servers)), await benchMiss(servers)]
}

async function benchReading(servers: BenchServers): Promise<Finding[]> {
  // Nothing may turn the missing narratives into fresh ones meanwhile.
  await using memoir = await startMemoir(servers, { name: 'narrative', worker: false })
  const userId = await remember(memoir, 'fresh', 100)
  await writeFresh(memoir, userId)
  for (const count of STORED) await store(memoir, `missing-${count}`, count)
  await remember(memoir, `missing-${ROWS}`, ROWS)
  const analyses: Finding[] = []
  for (const count of [...STORED, ROWS]) analyses.push(await benchAnalysis(memoir, count))
  return [await benchFresh(memoir, userId), ...analyses]
}

const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }

async function ask(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { headers, ...init })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return text
}

/** Against the same row by one select, and a route that does nothing. */
async function benchFresh({ url, services }: BenchMemoir, userId: string): Promise<Finding> {
  const read = async () => await ask(`${url}/v1/narratives/fresh`)
  const bare = async () => {
    await services.db.query(
      `select narrative_content, version, state, generated_at from memoir.user_narratives
        where user_id = $1::uuid and fresh_until > now()`,
      [userId],
    )
    await ask(`${url}/health/live`)
  }
  await alternate(WARM_UP, { read, bare })
  const samples = await alternate(ROUNDS, { read, bare })
  const p50 = (name: keyof typeof samples) => percentile(samples[name], 0.5)
  const against = p50('read') / p50('bare')
  return {
    what: 'a fresh narrative over HTTP, p50, against a bare select and an empty route',
    measured: `${ms(p50('read'))}, ${times(against)} the floor of ${ms(p50('bare'))}`,
    bar: `≤ ${READ_BAR} ×`,
    holds: against <= READ_BAR,
  }
}

/** Each asks something else, so that none is answered from what was found before. */
async function benchAnalysis({ url }: BenchMemoir, count: number): Promise<Finding> {
  const samples: number[] = []
  const begin = async (round: number) =>
    await ask(`${url}/mcp/tool/call`, {
      method: 'POST',
      body: JSON.stringify({
        name: 'jean_memory',
        arguments: {
          user_id: `missing-${count}`,
          user_message: `What did I say of day ${round * 7} at the lake, and what comes next?`,
          is_new_conversation: true,
        },
      }),
    })
  await begin(0)
  for (let round = 1; round <= ANALYSES; round += 1) {
    const took = await timed(async () => {
      const answer = await begin(round)
      if (!answer.includes('"state":"analysis"')) throw new Error('there was no analysis')
    })
    samples.push(took)
  }
  const p95 = percentile(samples, 0.95)
  return {
    what: `an analysis on the spot with the built-in model, over HTTP, of ${count} memories, p95`,
    measured: ms(p95),
    bar: `< ${ms(ANALYSIS_BAR_MS)}`,
    holds: p95 < ANALYSIS_BAR_MS,
  }
}

/** From the first look at a missing narrative until a look finds it fresh. */
async function benchMiss(servers: BenchServers): Promise<Finding> {
  const models = { languageModel: slowModel() }
  await using memoir = await startMemoir(servers, { name: 'narrative_miss', models })
  const count = 10_000
  await remember(memoir, 'missing', count)
  const look = async () => await ask(`${memoir.url}/v1/narratives/missing?analysis=false`)
  const took = await timed(async () => {
    for (;;) {
      const { state, error }: { state: string; error: unknown } = JSON.parse(await look())
      if (state === 'fresh') return
      if (state === 'failed') throw new Error(`it failed: ${JSON.stringify(error)}`)
      await sleep(100)
    }
  })
  return {
    what: `a missing narrative of ${count} memories until it is fresh, with a model of ${ms(MODEL_MS)}`,
    measured: ms(took),
    bar: `≤ ${ms(MISS_BAR_MS)}`,
    holds: took <= MISS_BAR_MS,
  }
}

function slowModel(): LanguageModel {
  const rules = createRulesModel()
  return {
    ...rules,
    async narrate(request, options) {
      await sleep(MODEL_MS, undefined, options.signal ? { signal: options.signal } : {})
      return await rules.narrate(request, options)
    },
  }
}

const DAY_MS = 86_400_000
const A_REQUEST = 100

async function store({ services, namespaceId }: BenchMemoir, userId: string, count: number) {
  const said = ['I walked to the lake with Maya', 'we moved the piano', 'Tom likes green tea']
  for (let from = 0; from < count; from += A_REQUEST) {
    const memories = Array.from({ length: A_REQUEST }, (_, index) => {
      const n = from + index
      const content = `On day ${n} ${said[n % said.length]}, and then we talked of the garden and the roof.`
      const occurredAt = new Date(Date.now() - n * DAY_MS)
      return { content, occurredAt, kind: 'message' as const, scope: 'personal' }
    })
    await services.memories.store({ namespaceId, userId, memories, extractEntities: false })
  }
}

/** Long ones: as many characters as a narrative reads of a memory. */
async function remember({ services, namespaceId }: BenchMemoir, name: string, count: number) {
  const { db } = services
  const userId = (await ensureUsers(db, namespaceId, [name])).get(name) ?? ''
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), $1::uuid, case when n % 3 = 0 then 'fact' else 'message' end,
            'On day ' || n || ' ' || (array['I walked to the lake with Maya', 'we moved the piano', 'Tom likes green tea', 'I plan to sail'])[n % 4 + 1]
              || repeat('. Then we talked of the garden and the roof', 12), '', now() - make_interval(hours => n)
       from generate_series(1, $2::int) as n`,
    [userId, count],
  )
  await db.query(
    'update memoir.memory_user set trace_count = $2, write_seq = write_seq + 1 where id = $1',
    [userId, count],
  )
  await db.query('analyze memoir.memory_trace')
  return userId
}

async function writeFresh({ services, namespaceId }: BenchMemoir, userId: string) {
  await services.db.query(
    `insert into memoir.user_narratives (namespace_id, user_id, narrative_content, version, state, generated_at, fresh_until)
     values ($1, $2, $3, 1, 'fresh', now(), now() + interval '1 day')`,
    [namespaceId, userId, 'Ann sails, and lives at the lake. '.repeat(100)],
  )
}
