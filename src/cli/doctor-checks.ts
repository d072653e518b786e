import type { Config } from '../config.ts'
import type { Services } from '../services.ts'
import { unpricedModels } from '../providers/configured-prices.ts'
import { findPollers } from '../temporal/pollers.ts'
import {
  countAdminKeys,
  countVectorsBehind,
  findPendingMigrations,
  readServerFacts,
  type ServerFacts,
} from '../stores/server-facts.ts'
import { findDayBudget } from '../stores/spending/day-budget.ts'
import { findNamespace } from '../stores/tenants.ts'
import { countUntold } from '../stores/graph/graph-states.ts'
import { findActiveSpace, sameSpace } from '../stores/spaces/spaces.ts'
import { faultOf } from './fault.ts'
import { finding, type Finding, type Found } from './finding.ts'
import { checkIssuer } from './issuer-check.ts'
import { checkSourceTables } from './source-checks.ts'

/** What `memoir doctor` looks at: each check says what it found and, unless all is well, what to do next. */

/** halfvec indexes and `security_invoker` aside, nothing older is tested. */
const OLDEST_POSTGRES = 150_000
/** The first with halfvec. */
const OLDEST_VECTOR = [0, 7] as const
/** The first that runs this source as it is; the project brings its own. */
const OLDEST_NODE = 24

const ok = (detail: string): Found => ({ state: 'ok', detail })
const warn = (detail: string, next: string): Found => ({ state: 'warn', detail, next })
const fail = (detail: string, next: string): Found => ({ state: 'fail', detail, next })

/** Checks the parts themselves, each on its own: one that fails does not hide the others, but what rests on it is left out. */
export async function checkServices(services: Services): Promise<Finding[]> {
  const temporal = await finding('temporal', async () => await checkTemporal(services))
  return [
    await finding('node', async () => checkNode(process.versions.node)),
    ...(await checkDatabase(services)),
    temporal,
    ...(temporal.state === 'fail'
      ? []
      : [await finding('workers', async () => await checkWorkers(services))]),
    await finding('redis', async () => await checkRedis(services)),
    await finding('graph', async () => await checkGraph(services)),
    await finding('embedding', async () => await checkEmbedding(services)),
    await finding('language', async () => await checkLanguage(services)),
    ...(await checkIssuer(services.config)),
  ]
}

export function checkNode(version: string): Found {
  return Number(version.split('.')[0]) >= OLDEST_NODE
    ? ok(`version ${version}`)
    : fail(
        `version ${version} is too old`,
        `Start Memoir with bin/memoir, which brings Node ${OLDEST_NODE}.`,
      )
}

async function checkDatabase(services: Services): Promise<Finding[]> {
  const { db } = services
  let facts: ServerFacts | undefined
  const postgres = await finding('postgres', async () => {
    facts = await readServerFacts(db)
    const version = `${Math.floor(facts.versionNumber / 10_000)}.${facts.versionNumber % 10_000}`
    return facts.versionNumber >= OLDEST_POSTGRES
      ? ok(`version ${version}`)
      : fail(`version ${version} is too old`, 'Memoir needs Postgres 15 or newer.')
  })
  if (facts === undefined) return [postgres]
  const { vector, vectorAvailable } = facts
  const pending = { names: [] as string[] }
  const schema = await finding('schema', async () => {
    pending.names = await findPendingMigrations(db)
    return pending.names.length === 0
      ? ok('up to date')
      : fail(`${pending.names.length} migrations to apply`, 'Run: memoir migrate')
  })
  const found = [
    postgres,
    await finding('pgvector', async () => checkVector(vector, vectorAvailable)),
    schema,
  ]
  if (schema.state === 'fail') return found
  return [
    ...found,
    await finding('source', async () => await checkSource(services)),
    ...(await checkSourceTables(services.config)),
    await finding('vectors', async () => await checkVectors(services)),
    await finding('budget', async () => await checkBudget(services)),
    await finding('keys', async () => await checkKeys(services)),
  ]
}

export function checkVector(version: string | null, available: boolean): Found {
  if (version !== null) {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const [oldestMajor, oldestMinor] = OLDEST_VECTOR
    return major > oldestMajor || minor >= oldestMinor
      ? ok(`version ${version}`)
      : fail(
          `version ${version} is too old`,
          `Install pgvector ${OLDEST_VECTOR.join('.')} or newer, then in the database: alter extension vector update`,
        )
  }
  return available
    ? warn('installed, not yet created in this database', 'Run: memoir migrate')
    : fail(
        'not installed on the server',
        'Install pgvector for this Postgres, then: memoir migrate',
      )
}

async function checkSource({ source, config }: Services): Promise<Found> {
  await source.check()
  const count = await source.count()
  const where =
    config.SOURCE_DATABASE_URL === undefined ? "Memoir's own tables" : 'SOURCE_DATABASE_URL'
  return count > 0
    ? ok(`${count} conversations in ${where}`)
    : warn(`no conversations in ${where}`, 'Put some in, or try: memoir up --sample')
}

async function checkKeys({ db, config }: Services): Promise<Found> {
  if (config.MEMOIR_AUTH === 'off') {
    return warn('MEMOIR_AUTH is off: whoever reaches the port may do everything', 'Turn it on.')
  }
  if (config.MEMOIR_ADMIN_KEY !== undefined) return ok('MEMOIR_ADMIN_KEY is set')
  const count = await countAdminKeys(db)
  return count > 0
    ? ok(`${count} admin keys`)
    : fail('there is no admin key', 'Set MEMOIR_ADMIN_KEY, or run: memoir keys create --role admin')
}

async function checkVectors({ db }: Services): Promise<Found> {
  const { pending, failed } = await countVectorsBehind(db)
  if (pending + failed === 0) return ok('none pending')
  const detail = [
    ...(pending > 0 ? [`${pending} pending`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ')
  return warn(
    `${detail}: those memories are found by their words only`,
    failed > 0
      ? 'Run: memoir jobs list --state failed   and retry what is listed.'
      : 'A worker writes them; when the number does not fall, see: memoir jobs list --state running',
  )
}

/** What the source's namespace has spent today. */
async function checkBudget({ db, config }: Services): Promise<Found> {
  const namespace = await findNamespace(db, config.SOURCE_NAMESPACE)
  const budget = namespace === null ? null : await findDayBudget(db, namespace.id)
  if (budget === null) return ok('nothing spent today')
  const { perDay, spentToday } = budget
  const limit = perDay ?? config.BUDGET_PER_DAY
  const spent = `${dollarsOf(spentToday)} spent today in ${config.SOURCE_NAMESPACE}`
  if (limit === undefined) return ok(`${spent}, without a limit`)
  for (const { model, variable } of unpricedModels(config)) {
    return fail(
      `the price of ${model} is not known: the budget of ${dollarsOf(limit)} a day does not count it`,
      `Set ${variable} to US dollars a million tokens.`,
    )
  }
  return spentToday < limit
    ? ok(`${spent} of ${dollarsOf(limit)}`)
    : warn(
        `${spent} of ${dollarsOf(limit)}: jobs wait until the day ends (UTC)`,
        'They go on by themselves then, or when it is raised: memoir budget --per-day DOLLARS',
      )
}

const dollarsOf = (value: number) => `$${value.toFixed(value < 1 ? 4 : 2)}`

async function checkWorkers({ temporal }: Services): Promise<Found> {
  const { workers, untaken } = await findPollers(temporal)
  if (untaken.length === 0) return ok(`${workers} on queue ${temporal.taskQueue}`)
  const detail =
    workers === 0 ? 'none takes work' : `${workers}, but none takes ${untaken.join(', ')}`
  return warn(
    `${detail} from queue ${temporal.taskQueue}: what is accepted stays queued`,
    'Run: memoir worker   with the same TEMPORAL_* variables.',
  )
}

async function checkTemporal({ temporal, config }: Services): Promise<Found> {
  const { ok: answers } = await temporal.health()
  const where = `${config.TEMPORAL_ADDRESS ?? 'the default address'}, namespace ${temporal.namespace}`
  return answers
    ? ok(where)
    : fail(
        `no answer from ${where}`,
        'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the TLS variables.',
      )
}

async function checkRedis({ health, config }: Services): Promise<Found> {
  if (config.REDIS_URL === undefined) return ok('none: working memory is kept in each process')
  const { host } = new URL(config.REDIS_URL)
  const { redis } = await health()
  return redis?.ok === true
    ? ok(host)
    : warn(
        `no answer from ${host}: recall goes without working memory`,
        'Check REDIS_URL, or leave it out: each process then keeps working memory of its own.',
      )
}

async function checkGraph({ graph, config, db }: Services): Promise<Found> {
  if (graph.backend === 'postgres') return ok('Postgres')
  const { host } = new URL(config.NEO4J_URI ?? '')
  try {
    await graph.check()
  } catch (error) {
    return warn(
      `${host}: ${faultOf(error).message}`,
      'Check NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD and NEO4J_DATABASE. What the graph lacks is written when it answers again.',
    )
  }
  const untold = await countUntold(db)
  return untold === 0
    ? ok(`${host}, has been told everything`)
    : warn(`${host}, ${untold} memories are not written yet`, 'Workers write them: memoir worker')
}

async function checkEmbedding({ embedder, db }: Services): Promise<Found> {
  await embedder.ready?.()
  const { identity } = embedder
  const what = `${identity.provider}: ${identity.model}, ${identity.dimensions} dimensions`
  // Before the first migration, or without the database, there is no space to compare with: the other checks say so.
  const space = await findActiveSpace(db).catch(() => null)
  if (space !== null && !sameSpace(space, identity)) {
    return warn(
      `${what}; the stored vectors come from ${space.model}, ${space.dimensions} dimensions`,
      'Recall finds by words only, and ingest stops with reembed_required: set the model back, or: memoir reembed',
    )
  }
  const took = await timed(
    async () => await embedder.embed(['memoir doctor'], { priority: 'live' }),
  )
  return ok(`${what}, ${took} ms`)
}

async function checkLanguage({ languageModel }: Services): Promise<Found> {
  await languageModel.ready?.()
  // The models' libraries are large, and no other command of this process needs them.
  const { askOnce } = await import('../settings/probe.ts')
  const took = await timed(async () => await askOnce(languageModel, { priority: 'live' }))
  const { provider, model } = languageModel.identity
  return ok(provider === 'builtin' ? `${provider}: ${model}` : `${provider}: ${model}, ${took} ms`)
}

async function timed(ask: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await ask()
  return Math.round(performance.now() - began)
}

/** Variables that are worth setting on a server; `up` sees to them itself. */
export function checkVariables(config: Config): Found {
  return config.MEMOIR_ENCRYPTION_KEY === undefined
    ? warn(
        'MEMOIR_ENCRYPTION_KEY is not set: payloads in Temporal are not encrypted',
        'Set it to at least 16 random characters, and keep it.',
      )
    : ok('complete')
}
