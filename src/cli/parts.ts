import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { Services, ServicesOptions } from '../services.ts'
import type { Fetch } from './client.ts'

/** What the commands are composed of. The entry hands these in, loaded when first used, so a small command starts fast. */

export interface RunningApi {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

export interface RunningWorker {
  /** Settles when the worker has stopped; rejects when it died. */
  readonly stopped: Promise<void>
  shutdown(): Promise<void>
  /** Starts what was accepted and not started, and asks after what has fallen silent. */
  sweep(): Promise<unknown>
}

export interface StackPart {
  /** configured, found or embedded. */
  readonly how: string
  readonly detail: string
}

export interface Stack {
  readonly parts: Readonly<Record<'postgres' | 'temporal' | 'redis' | 'graph', StackPart>>
  /** Variables that make the configuration use these parts. */
  readonly env: Readonly<Record<string, string>>
  readonly temporalUi?: string
  readonly adminKey: string
  readonly adminKeyIsNew: boolean
  close(): Promise<void>
}

/** An `up` that runs in a data folder. */
export interface RunningUp {
  readonly url: string
  readonly adminKey: string
  readonly pid: number
}

export interface StackOptions {
  readonly log: Logger
  readonly say: (line: string) => void
}

export interface Parts {
  createServices(config: Config, log: Logger, options?: ServicesOptions): Promise<Services>
  /** The API over these services, called in this process as an administrator. */
  localApi(services: Services): Promise<Fetch>
  startApi(services: Services, address: { host: string; port: number }): Promise<RunningApi>
  startWorker(services: Services): Promise<RunningWorker>
  migrate(url: string): Promise<string[]>
  startStack(config: Config, options: StackOptions): Promise<Stack>
  attach(dataDir: string): Promise<RunningUp | null>
}
