import { z } from 'zod'
import { loadConfig } from '../../src/config.ts'
import { createLogger } from '../../src/logger.ts'
import { startStack } from '../../src/stack/stack.ts'

/** A process that starts the stack, says on one line what it has, and keeps it until SIGTERM; a test may kill it. */
const machineSchema = z.object({
  path: z.array(z.string()),
  postgresVersions: z.string(),
  cache: z.string(),
  models: z.string(),
  environment: z.record(z.string(), z.string()),
})

const [, , given] = process.argv
const { machine, env } = z
  .object({ machine: machineSchema, env: z.record(z.string(), z.string()) })
  .parse(JSON.parse(given ?? ''))

const stack = await startStack(loadConfig(env), {
  machine,
  log: createLogger('silent', 'stack'),
  say: (line) => void process.stdout.write(`${JSON.stringify({ said: line })}\n`),
})
stack.announce('http://127.0.0.1:1')
const { parts, env: laid, adminKey, temporalUi } = stack
process.stdout.write(`${JSON.stringify({ stack: { parts, env: laid, adminKey, temporalUi } })}\n`)

const open = setInterval(() => undefined, 60_000)
process.once('SIGTERM', () => {
  clearInterval(open)
  void stack.close()
})
