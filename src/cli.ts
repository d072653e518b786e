import { existsSync } from 'node:fs'
import { CommanderError } from 'commander'
import { painted } from './cli/colour.ts'
import type { CliContext } from './cli/context.ts'
import { faultOf, traceOf } from './cli/fault.ts'
import { DONE, FAILED, line, writeJson, type Io, type Signal } from './cli/io.ts'
import type { Parts } from './cli/parts.ts'
import { codeOfUsage, commandsIn, createProgram } from './cli/program.ts'
import { processEnvironment } from './process-environment.ts'
import { VERSION } from './version.ts'

/** The command line: `memoir …`. Here the commands meet what they are made of. */

const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM']

/** Loaded when a command first needs them: Temporal's worker alone takes longer than a recall. */
export const realParts: Parts = {
  createServices: async (...given) =>
    await (await import('./services.ts')).createServices(...given),
  localApi: async (services) => {
    const { createApp } = await import('./api/app.ts')
    const auth = await import('./api/auth.ts')
    const app = createApp(services, { principal: auth.localAdmin })
    return async (request) => await app.fetch(request)
  },
  startApi: async (...given) => await (await import('./server.ts')).startApi(...given),
  startWorker: async (services) => await (await import('./worker.ts')).startWorker(services),
  migrate: async (url) => await (await import('./stores/migrate.ts')).migrate(url),
  startStack: async (config, options) => {
    const { startStack, thisMachine } = await import('./stack/stack.ts')
    return await startStack(config, { ...options, machine: thisMachine(processEnvironment()) })
  },
  attach: async (dataDir) => await (await import('./stack/attach.ts')).attach(dataDir),
  openBrowser: async (url) => await (await import('./cli/browser.ts')).openBrowser(url),
  findModels: async (ownPorts) =>
    await (await import('./stack/model-servers.ts')).findModelServers(new Set(ownPorts)),
}

/**
 * Runs one command to its end.
 * @param argv what stands after `memoir`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function run(argv: readonly string[], io: Io, parts = realParts): Promise<number> {
  let code = DONE
  const exit = (given: number) => {
    code = given
  }
  try {
    const commands = commandsIn(argv)
    const context: CliContext = {
      io,
      parts,
      config: await configReader(io, commands),
      flags: {},
      exit,
    }
    const program = await createProgram(context, VERSION, commands)
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return codeOfUsage(error)
    await report(error, { io, json: argv.includes('--json') })
    return FAILED
  }
}

/** Reading the configuration takes longer to load than to do: help and version, which name no command, go without. */
async function configReader(io: Io, commands: readonly string[]): Promise<CliContext['config']> {
  if (commands.length === 0) {
    return () => {
      throw new Error('no command reads the configuration')
    }
  }
  const { loadConfig } = await import('./config.ts')
  return (defaults) => loadConfig(io.env, defaults)
}

async function report(error: unknown, { io, json }: { io: Io; json: boolean }): Promise<void> {
  const { code, message, next, details } = faultOf(error)
  if (json) writeJson(io.stdout, { error: { code, message, ...(details ? { details } : {}) } })
  line(io.stderr, `${painted(io, 'stderr', 'bad', 'memoir:')} ${message}`)
  if (next !== undefined) line(io.stderr, next)
  if (await wantsTraces(io)) line(io.stderr, traceOf(error))
}

async function wantsTraces(io: Io): Promise<boolean> {
  try {
    const { loadConfig, ON_THIS_MACHINE } = await import('./config.ts')
    return ['debug', 'trace'].includes(loadConfig(io.env, ON_THIS_MACHINE).LOG_LEVEL)
  } catch {
    // A configuration that cannot be read is what is being reported.
    return false
  }
}

function processIo(): Io {
  return {
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: processEnvironment(),
    isTTY: process.stderr.isTTY,
    onInterrupt(listener) {
      for (const signal of SIGNALS) process.on(signal, listener)
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener)
      }
    },
    forceExit: (code) => process.exit(code),
  }
}

async function main(): Promise<void> {
  // A reader that has seen enough, as in `memoir jobs list | head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? DONE : FAILED)
  })
  if (existsSync('.env')) process.loadEnvFile('.env')
  const code = await run(process.argv.slice(2), processIo())
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => {
      stream.write('', resolve)
    })
  }
  process.exit(code)
}

if (import.meta.main) await main()
