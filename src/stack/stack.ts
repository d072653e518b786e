import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { MemoirError } from '../errors.ts'
import { sourceFingerprint } from '../sources/source-fingerprint.ts'
import { beginEmbedder } from './embedder.ts'
import { endLeftovers, type ChildGround } from './child.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { hasPglite, startPglite } from './pglite.ts'
import { startPostgres, type StartedPostgres } from './postgres.ts'
import { findCluster, identityForPostgres } from './postgres-cluster.ts'
import { findPostgres, findProgram, type Machine, type PostgresPrograms } from './programs.ts'
import { startRedis } from './redis.ts'
import { startTemporal } from './temporal.ts'
import { provideTemporal } from './temporal-program.ts'

/** `memoir up`'s ground: for each part what is configured, else what this machine has, else a stand-in. */

export interface StackPart {
  readonly how: 'configured' | 'found' | 'embedded' | 'in-process'
  readonly detail: string
}

export interface Stack {
  readonly parts: Readonly<
    Record<'postgres' | 'temporal' | 'redis' | 'graph' | 'embedder', StackPart>
  >
  /** Variables that make the configuration use these parts. */
  readonly env: Readonly<Record<string, string>>
  readonly temporalUi?: string
  readonly adminKey: string
  readonly adminKeyIsNew: boolean
  /** Where a key that was generated is kept; undefined where somebody set one. */
  readonly adminKeyFile?: string
  /** Lets other commands in this data folder find the API. */
  announce(url: string): void
  close(): Promise<void>
}

export interface StackOptions {
  readonly log: Logger
  /** Tells the person who waits. */
  readonly say: (line: string) => void
  readonly machine: Machine
  /** Stops what is downloaded or built. */
  readonly signal?: AbortSignal
}

export interface StartedPart {
  readonly part: StackPart
  readonly env: Readonly<Record<string, string>>
  readonly ui?: string
}

/**
 * Finds, fetches and starts what was not configured, in the data folder, and ends what a killed `up` left running there.
 * @throws MemoirError `conflict` when another `up` runs in the data folder, `configuration_invalid` when a part cannot be had or
 * does not start; the signal's reason when it was aborted while something was fetched
 */
export async function startStack(config: Config, options: StackOptions): Promise<Stack> {
  await using closers = new AsyncDisposableStack()
  const folder = await openDataFolder(config.dataDir)
  closers.defer(() => folder.release())
  const ground = { config, folder, closers, ...options }
  await endLeftovers(ground)
  const embedderPart = beginEmbedder(ground)
  const postgres = await postgresPart(ground)
  const temporal = await temporalPart(ground)
  const redis = await redisPart(ground)
  const embedder = await embedderPart()
  const parts: Stack['parts'] = {
    postgres: postgres.part,
    temporal: temporal.part,
    redis: redis.part,
    graph: graphPart(config),
    embedder: embedder.part,
  }
  const owned = closers.move()
  return {
    parts,
    env: {
      ...postgres.env,
      ...temporal.env,
      ...redis.env,
      ...embedder.env,
      ...generated(config, folder),
      ...(await freePort(config, folder)),
    },
    ...(temporal.ui === undefined ? {} : { temporalUi: temporal.ui }),
    adminKey: config.MEMOIR_ADMIN_KEY ?? folder.keys.admin_key,
    adminKeyIsNew: folder.keysAreNew && config.MEMOIR_ADMIN_KEY === undefined,
    ...(config.MEMOIR_ADMIN_KEY === undefined ? { adminKeyFile: folder.keyFile } : {}),
    announce: (url) => folder.announce(url, { parts, source: sourceFingerprint(config) }),
    close: async () => await owned.disposeAsync(),
  }
}

/** What was not set by hand: keys from the data folder; providers on this machine are allowed, since everything else is on it. */
function generated(config: Config, folder: DataFolder): Record<string, string> {
  return {
    ...(config.MEMOIR_ADMIN_KEY === undefined ? { MEMOIR_ADMIN_KEY: folder.keys.admin_key } : {}),
    ...(config.MEMOIR_ENCRYPTION_KEY === undefined
      ? { MEMOIR_ENCRYPTION_KEY: folder.keys.encryption_key }
      : {}),
    ...(config.ERASURE_LEDGER === undefined
      ? { ERASURE_LEDGER: join(config.dataDir, 'erasure-ledger.jsonl') }
      : {}),
    ...(config.given.has('MEMOIR_ALLOW_PRIVATE_PROVIDERS')
      ? {}
      : { MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true' }),
  }
}

/** The port that is configured when one is; otherwise the usual one, or another when somebody has that. */
async function freePort(config: Config, folder: DataFolder): Promise<Record<string, string>> {
  if (config.given.has('PORT')) return {}
  return { PORT: String(await folder.port('api', config.PORT)) }
}

interface Ground extends ChildGround {
  readonly config: Config
  readonly closers: AsyncDisposableStack
  readonly signal?: AbortSignal
}

async function postgresPart(ground: Ground): Promise<StartedPart> {
  const { config, closers, say } = ground
  if (config.DATABASE_URL !== undefined) {
    return { part: { how: 'configured', detail: hostOf(config.DATABASE_URL) }, env: {} }
  }
  const programs = choosePrograms(ground)
  say(programs === undefined ? 'postgres  starting PGlite …' : 'postgres  starting …')
  const started: StartedPostgres =
    programs === undefined ? await startPglite(ground) : await startPostgres(programs, ground)
  closers.defer(started.stop)
  return {
    part: { how: programs === undefined ? 'embedded' : 'found', detail: started.detail },
    env: {
      DATABASE_URL: started.url,
      ...(programs === undefined ? { DATABASE_POOL_SIZE: '1' } : {}),
    },
  }
}

/**
 * The servers to choose from; undefined for PGlite. Memories stay where they are, whatever was installed or removed meanwhile.
 * @throws MemoirError `configuration_invalid` when they are in a Postgres that is gone
 */
function choosePrograms({ folder, machine, say }: Ground): PostgresPrograms[] | undefined {
  const programs = findPostgres(machine)
  const cluster = findCluster(folder)
  if (cluster !== undefined) {
    if (programs.length > 0) return programs
    throw new MemoirError(
      'configuration_invalid',
      `The memories of this data folder are in a Postgres (${cluster}), and this machine no longer has one with pgvector.`,
      { details: { next: 'Install it again, or choose another folder with MEMOIR_DATA_DIR.' } },
    )
  }
  if (programs.length === 0) return undefined
  if (hasPglite(folder)) {
    say('postgres  stays PGlite: that is where this data folder has its memories.')
    return undefined
  }
  if (identityForPostgres() !== null) return programs
  say('postgres  is here, but does not run as root, and there is no user postgres to run it as.')
  return undefined
}

/** Nothing rests on it: where it does not start, the rest does. */
/** Neo4j is never started here: whoever wants one has one. */
function graphPart({ GRAPH_BACKEND, NEO4J_URI }: Config): StackPart {
  return GRAPH_BACKEND === 'neo4j' && NEO4J_URI !== undefined
    ? { how: 'configured', detail: hostOf(NEO4J_URI) }
    : { how: 'in-process', detail: 'edges live in Postgres' }
}

async function redisPart(ground: Ground): Promise<StartedPart> {
  const { config, closers, say, machine } = ground
  if (config.REDIS_URL !== undefined) {
    return { part: { how: 'configured', detail: hostOf(config.REDIS_URL) }, env: {} }
  }
  const program = findProgram('redis-server', machine.path)
  if (program === undefined) return inProcess('working memory lives in the process')
  say('redis     starting …')
  try {
    const started = await startRedis(program, ground)
    closers.defer(started.stop)
    return {
      part: { how: 'found', detail: started.detail },
      env: { REDIS_URL: started.url },
    }
  } catch (error) {
    const next = error instanceof MemoirError ? error.details?.['next'] : undefined
    const why = typeof next === 'string' ? next : ''
    return inProcess(`${program} did not start; working memory lives in the process. ${why}`)
  }
}

function inProcess(detail: string): StartedPart {
  return { part: { how: 'in-process', detail: detail.trim() }, env: {} }
}

/** Where a URL leads, without who goes there. */
function hostOf(url: string): string {
  const { host, searchParams } = new URL(url)
  return host || searchParams.get('host') || 'this machine'
}

async function temporalPart(ground: Ground): Promise<StartedPart> {
  const { config, closers, say, machine, signal } = ground
  if (config.TEMPORAL_ADDRESS !== undefined) {
    return { part: { how: 'configured', detail: config.TEMPORAL_ADDRESS }, env: {} }
  }
  const { program, how } = await provideTemporal(
    machine,
    say,
    signal === undefined ? {} : { signal },
  )
  say('temporal  starting …')
  const namespace = config.TEMPORAL_NAMESPACE
  const started = await startTemporal(program, { ...ground, namespace })
  closers.defer(started.stop)
  return {
    part: { how, detail: `${started.address}, ${program}` },
    env: { TEMPORAL_ADDRESS: started.address },
    ui: started.ui,
  }
}
export { thisMachine } from './programs.ts'
