import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { startPglite } from './pglite.ts'
import { startPostgres } from './postgres.ts'
import { findPostgres, type Machine } from './programs.ts'
import { provideTemporal, startTemporal } from './temporal.ts'

/** `memoir up`'s ground: for each part what is configured, else what this machine has, else a stand-in. */

export interface StackPart {
  readonly how: 'configured' | 'found' | 'embedded' | 'in-process'
  readonly detail: string
}

export interface Stack {
  readonly parts: Readonly<Record<'postgres' | 'temporal' | 'redis' | 'graph', StackPart>>
  /** Variables that make the configuration use these parts. */
  readonly env: Readonly<Record<string, string>>
  readonly temporalUi?: string
  readonly adminKey: string
  readonly adminKeyIsNew: boolean
  /** Lets other commands in this data folder find the API. */
  announce(url: string): void
  close(): Promise<void>
}

export interface StackOptions {
  readonly log: Logger
  /** Tells the person who waits. */
  readonly say: (line: string) => void
  readonly machine: Machine
}

interface StartedPart {
  readonly part: StackPart
  readonly env: Readonly<Record<string, string>>
  readonly ui?: string
}

/**
 * @throws MemoirError `conflict` when another `up` runs in the data folder, `configuration_invalid` when a part cannot be had
 */
export async function startStack(config: Config, options: StackOptions): Promise<Stack> {
  await using closers = new AsyncDisposableStack()
  const folder = openDataFolder(config.dataDir)
  closers.defer(() => folder.release())
  const ground = { config, folder, closers, ...options }
  const postgres = await postgresPart(ground)
  const temporal = await temporalPart(ground)
  const adminKey = config.MEMOIR_ADMIN_KEY ?? folder.keys.admin_key
  const owned = closers.move()
  return {
    parts: {
      postgres: postgres.part,
      temporal: temporal.part,
      redis: { how: 'in-process', detail: 'working memory lives in the process' },
      graph: { how: 'in-process', detail: 'edges live in Postgres' },
    },
    env: { ...postgres.env, ...temporal.env, ...generated(config, folder) },
    ...(temporal.ui === undefined ? {} : { temporalUi: temporal.ui }),
    adminKey,
    adminKeyIsNew: folder.keysAreNew && config.MEMOIR_ADMIN_KEY === undefined,
    announce: (url) => folder.announce(url),
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
    ...(config.given.has('MEMOIR_ALLOW_PRIVATE_PROVIDERS')
      ? {}
      : { MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true' }),
  }
}

interface Ground extends StackOptions {
  readonly config: Config
  readonly folder: DataFolder
  readonly closers: AsyncDisposableStack
}

async function postgresPart({
  config,
  folder,
  closers,
  log,
  say,
  machine,
}: Ground): Promise<StartedPart> {
  if (config.DATABASE_URL !== undefined) {
    const { host } = new URL(config.DATABASE_URL)
    return { part: { how: 'configured', detail: host }, env: {} }
  }
  const bin = findPostgres(machine)
  say(bin === undefined ? 'postgres  starting PGlite …' : 'postgres  starting …')
  const started =
    bin === undefined
      ? await startPglite({ folder, log })
      : await startPostgres(bin, { folder, log })
  closers.defer(started.stop)
  return {
    part: { how: bin === undefined ? 'embedded' : 'found', detail: started.detail },
    env: {
      DATABASE_URL: started.url,
      ...(bin === undefined ? { DATABASE_POOL_SIZE: '1' } : {}),
    },
  }
}

async function temporalPart({
  config,
  folder,
  closers,
  log,
  say,
  machine,
}: Ground): Promise<StartedPart> {
  if (config.TEMPORAL_ADDRESS !== undefined) {
    return { part: { how: 'configured', detail: config.TEMPORAL_ADDRESS }, env: {} }
  }
  const { program, how } = await provideTemporal(machine, say)
  say('temporal  starting …')
  const namespace = config.TEMPORAL_NAMESPACE
  const started = await startTemporal(program, { folder, log, namespace })
  closers.defer(started.stop)
  return {
    part: { how, detail: `${started.address}, ${program}` },
    env: { TEMPORAL_ADDRESS: started.address },
    ui: started.ui,
  }
}
export { thisMachine } from './programs.ts'
