import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { RunningApi } from '../server.ts'
import type { Services, ServicesOptions } from '../services.ts'
import type { ModelServer } from '../stack/model-servers.ts'
import type { Running } from '../stack/data-folder.ts'
import type { Stack, StackOptions } from '../stack/stack.ts'
import type { RunningWorker } from '../worker.ts'
import type { Fetch } from '../client/transport.ts'

/** What the commands are composed of. The entry hands these in, loaded when first used, so a small command starts fast. */

/** An `up` that runs in a data folder. */
export type RunningUp = Running

export interface Parts {
  createServices(config: Config, log: Logger, options?: ServicesOptions): Promise<Services>
  /** The API over these services, called in this process as an administrator. */
  localApi(services: Services): Promise<Fetch>
  startApi(services: Services, address: { host: string; port: number }): Promise<RunningApi>
  startWorker(services: Services): Promise<Omit<RunningWorker, 'ready'>>
  migrate(url: string): Promise<string[]>
  startStack(config: Config, options: Pick<StackOptions, 'log' | 'say' | 'signal'>): Promise<Stack>
  attach(dataDir: string): Promise<RunningUp | null>
  /** Opens a page in this machine's browser; false where there is none. */
  openBrowser(url: string): Promise<boolean>
  /** Servers of language models on this machine; not at these ports, which are Memoir's own. */
  findModels(ownPorts: readonly number[]): Promise<FoundModels>
}

export type FoundModels = readonly ModelServer[]
