import { Command, type CommanderError } from 'commander'
import { registerApi } from './commands/api.ts'
import { registerBackfill } from './commands/backfill.ts'
import { registerBudget } from './commands/budget.ts'
import { registerConsolidate } from './commands/consolidate.ts'
import { registerContext } from './commands/context.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerEval } from './commands/eval.ts'
import { registerErase } from './commands/erase.ts'
import { registerExport } from './commands/export.ts'
import { registerForget } from './commands/forget.ts'
import { registerImport } from './commands/import.ts'
import { registerJobs } from './commands/jobs.ts'
import { registerKeys } from './commands/keys.ts'
import { registerMcp } from './commands/mcp.ts'
import { registerMigrate } from './commands/migrate.ts'
import { registerModels } from './commands/models.ts'
import { registerMigrateEpisodes } from './commands/migrate-episodes.ts'
import { registerNarrative } from './commands/narrative.ts'
import { registerNightly } from './commands/nightly.ts'
import { registerRecall } from './commands/recall.ts'
import { registerReembed } from './commands/reembed.ts'
import { registerRemember } from './commands/remember.ts'
import { registerSchedules } from './commands/schedules.ts'
import { registerSessions } from './commands/sessions.ts'
import { registerSync } from './commands/sync.ts'
import { registerUp } from './commands/up.ts'
import { registerWorker } from './commands/worker.ts'
import { examples, type CliContext } from './context.ts'
import { DONE, WRONG_USAGE } from './io.ts'

const COMMANDS = [
  registerUp,
  registerImport,
  registerBackfill,
  registerNightly,
  registerRemember,
  registerRecall,
  registerContext,
  registerForget,
  registerErase,
  registerExport,
  registerJobs,
  registerSessions,
  registerNarrative,
  registerSchedules,
  registerKeys,
  registerModels,
  registerBudget,
  registerEval,
  registerMcp,
  registerSync,
  registerConsolidate,
  registerReembed,
  registerMigrateEpisodes,
  registerDoctor,
  registerMigrate,
  registerApi,
  registerWorker,
]

/** The whole command line; parsing throws where commander would end the process. */
export function createProgram(context: CliContext, version: string): Command {
  const { io } = context
  const program = new Command('memoir')
    .description('Durable memory for AI applications.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      `${examples('memoir up --sample', 'memoir recall "What is Maya allergic to?" --user maya')}

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`,
    )
  for (const register of COMMANDS) register(program, context)
  return program
}

/** The exit code of what commander threw: asking for help or the version is no mistake. */
export function codeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? DONE : WRONG_USAGE
}
