import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import type { Services } from '../services.ts'
import type { CliContext } from './context.ts'
import { DONE, INTERRUPTED, interruption, type Interruption } from './io.ts'

/** What a command that serves is made of; it closes what it opens through `closers`. */
export interface Serving {
  readonly services: Services
  readonly interrupted: Interruption
  readonly closers: AsyncDisposableStack
}

/**
 * Runs a process of Memoir's own, with its services, until `work` is done; a signal makes the exit code.
 * @param name what its log calls it
 * @throws MemoirError `configuration_invalid` when DATABASE_URL is not set
 */
export async function serveWith(
  context: CliContext,
  name: string,
  work: (serving: Serving) => Promise<void>,
): Promise<void> {
  const config = context.config()
  databaseUrl(config)
  using interrupted = interruption(context.io)
  await using closers = new AsyncDisposableStack()
  const log = createLogger(config.LOG_LEVEL, name)
  const services = await context.parts.createServices(config, log)
  closers.defer(async () => await services.close())
  await work({ services, interrupted, closers })
  if (!interrupted.signal.aborted) return
  context.exit((await interrupted.first) === 'SIGINT' ? INTERRUPTED : DONE)
}

/** @throws MemoirError `configuration_invalid` when DATABASE_URL is not set */
export function databaseUrl(config: Pick<Config, 'DATABASE_URL'>): string {
  if (config.DATABASE_URL !== undefined) return config.DATABASE_URL
  throw new MemoirError('configuration_invalid', 'DATABASE_URL is not set.', {
    details: { next: 'Set it, or let memoir up bring a database of its own.' },
  })
}
