import { ON_THIS_MACHINE, type Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import { createClient, type ApiClient } from './client.ts'
import type { CliContext } from './context.ts'
import type { Parts } from './parts.ts'

export interface Connection {
  readonly client: ApiClient
  close(): Promise<void>
}

/** A person at a terminal wants the answer, not the log; whoever sets LOG_LEVEL gets it. */
export function quietLevel(config: Config, otherwise = 'warn'): string {
  return config.given.has('LOG_LEVEL') ? config.LOG_LEVEL : otherwise
}

export interface ConnectContext extends Pick<CliContext, 'config'> {
  readonly parts: Pick<Parts, 'attach' | 'createServices' | 'localApi'>
}

const nothingToClose = async () => {}

/**
 * The API that data commands talk to: MEMOIR_URL; else the `up` of this data folder; else, with DATABASE_URL, one in this process.
 * @throws MemoirError `configuration_invalid` when there is none of them
 */
export async function connect(
  context: ConnectContext,
  namespace: string | undefined,
): Promise<Connection> {
  const { parts } = context
  // Whoever only talks to an API gives no provider anything: an address of a model on this machine must not stop it.
  const config = context.config(ON_THIS_MACHINE)
  if (config.MEMOIR_URL !== undefined) {
    const client = createClient({ url: config.MEMOIR_URL, key: config.MEMOIR_KEY, namespace })
    return { client, close: nothingToClose }
  }
  const running = await parts.attach(config.dataDir)
  if (running) {
    const key = config.MEMOIR_KEY ?? config.MEMOIR_ADMIN_KEY ?? running.adminKey
    return { client: createClient({ url: running.url, key, namespace }), close: nothingToClose }
  }
  if (config.DATABASE_URL === undefined) {
    throw new MemoirError('configuration_invalid', 'No Memoir runs here.', {
      details: { next: 'Start one with: memoir up   or set MEMOIR_URL to one that runs.' },
    })
  }
  // What fails is told by the command itself.
  const log = createLogger(quietLevel(config, 'fatal'), 'memoir')
  const services = await parts.createServices(context.config(), log)
  const fetch = await parts.localApi(services)
  const client = createClient({ url: 'http://memoir.local', key: undefined, namespace, fetch })
  return { client, close: async () => await services.close() }
}
