import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import { createClient, type ApiClient } from './client.ts'
import type { CliContext } from './context.ts'
import type { Parts } from './parts.ts'
import { findTarget, type TargetContext } from './target.ts'

export interface Connection {
  readonly client: ApiClient
  close(): Promise<void>
}

/** A person at a terminal wants the answer, not the log; whoever sets LOG_LEVEL gets it. */
export function quietLevel(config: Config, otherwise = 'warn'): string {
  return config.given.has('LOG_LEVEL') ? config.LOG_LEVEL : otherwise
}

export interface ConnectContext extends TargetContext, Pick<CliContext, 'config'> {
  readonly parts: Pick<Parts, 'attach' | 'createServices' | 'localApi'>
}

const nothingToClose = async () => {}

export const nothingRuns = ({ dataDir }: Pick<Config, 'dataDir'>) =>
  new MemoirError('configuration_invalid', `No Memoir runs in ${dataDir}.`, {
    details: {
      next: 'Start one with: memoir up   or connect to one with: memoir login URL (or MEMOIR_URL). MEMOIR_DATA_DIR names another folder.',
    },
  })

/**
 * The API that data commands talk to: a running Memoir (`findTarget`); else, with DATABASE_URL, one in this process.
 * @throws MemoirError `configuration_invalid` when there is none of them
 */
export async function connect(
  context: ConnectContext,
  namespace: string | undefined,
): Promise<Connection> {
  const { parts } = context
  const target = await findTarget(context)
  if (target !== null) {
    const { url, key } = target
    const client = createClient({ url, key, namespace: namespace ?? target.namespace })
    return { client, close: nothingToClose }
  }
  const config = context.config()
  if (config.DATABASE_URL === undefined) throw nothingRuns(config)
  // What fails is told by the command itself.
  const log = createLogger(quietLevel(config, 'fatal'), 'memoir')
  const services = await parts.createServices(config, log)
  const fetch = await parts.localApi(services)
  const client = createClient({ url: 'http://memoir.local', key: undefined, namespace, fetch })
  return { client, close: async () => await services.close() }
}
