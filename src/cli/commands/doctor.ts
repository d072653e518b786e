import { MemoirError } from '../../errors.ts'
import { createLogger } from '../../logger.ts'
import { ON_THIS_MACHINE, type Config } from '../../config.ts'
import type { Services } from '../../services.ts'
import { checkApi } from '../api-check.ts'
import { findIgnoredSource } from '../server-source.ts'
import { checkSourceTables } from '../source-checks.ts'
import { checkServices, checkVariables } from '../doctor-checks.ts'
import { failed, finding, type Finding } from '../finding.ts'
import { examples, urlOption, type CliContext, type Register } from '../context.ts'
import { painted, styleOfState } from '../colour.ts'
import { FAILED, line, writeJson, type Io } from '../io.ts'
import { plain } from '../table.ts'
import { chosenAddress, findTarget } from '../target.ts'

export const registerDoctor: Register = (program, context) => {
  program
    .command('doctor')
    .addOption(urlOption())
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText('after', examples('memoir doctor', 'memoir doctor --json'))
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(context)
      const healthy = findings.every(({ state }) => state !== 'fail')
      if (json) writeJson(context.io.stdout, { healthy, checks: findings })
      else print(findings, context.io)
      if (!healthy) context.exit(FAILED)
    })
}

async function examine(context: CliContext): Promise<Finding[]> {
  let config: Config
  try {
    const own = context.config(ON_THIS_MACHINE)
    config = usesDatabase(own, context) ? context.config() : own
  } catch (error) {
    if (error instanceof MemoirError && error.code === 'configuration_invalid') {
      return problemsOf(error)
    }
    throw error
  }
  const configuration = await finding('configuration', async () => checkVariables(config))
  if (usesDatabase(config, context)) {
    return [configuration, ...(await examineServices(config, context))]
  }
  const target = await findTarget(context)
  if (target === null) {
    const next = 'Start everything with: memoir up   or connect to one with: memoir login URL'
    return [
      { name: 'memoir', state: 'fail', detail: 'nothing runs here and no database is set', next },
    ]
  }
  const ignored = await findIgnoredSource(context)
  return [
    ...(await checkApi(target.url)),
    ...(ignored === null ? [] : [{ name: 'variables', state: 'warn', ...ignored } as const]),
    ...(await checkSourceTables(config)),
  ]
}

/** Then it is this process that gives providers something; else it only asks an API. */
const usesDatabase = ({ DATABASE_URL }: Config, context: CliContext) =>
  DATABASE_URL !== undefined && chosenAddress(context) === undefined

async function examineServices(config: Config, context: CliContext): Promise<Finding[]> {
  let services: Services
  try {
    services = await context.parts.createServices(config, createLogger('fatal', 'memoir'))
  } catch (error) {
    return [failed('services', error)]
  }
  try {
    return await checkServices(services)
  } finally {
    await services.close()
  }
}

/** Every problem of the configuration as a finding of its own. */
function problemsOf(error: MemoirError): Finding[] {
  const problems = error.details?.['problems']
  const next = 'Correct the variable; .env.example explains each.'
  return (Array.isArray(problems) ? problems : [error.message]).map((problem) => ({
    name: 'configuration',
    state: 'fail',
    detail: String(problem),
    next,
  }))
}

function print(findings: readonly Finding[], io: Io): void {
  for (const { name, state, detail, next } of findings) {
    const style = styleOfState(state)
    const shown = state.padEnd(5)
    const word = style === undefined ? shown : painted(io, 'stdout', style, shown)
    line(io.stdout, `${word} ${name.padEnd(14)} ${plain(detail)}`)
    if (next !== undefined) line(io.stdout, `      ${''.padEnd(14)} → ${next}`)
  }
}
