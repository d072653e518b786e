import { Command, Help, type CommanderError } from 'commander'
import { COMMANDS } from './commands.ts'
import type { CliContext, Flags } from './context.ts'
import { examples } from './examples.ts'
import { DONE, WRONG_USAGE, type Io } from './io.ts'

/** The commands that a command line needs whole: the one that it names, or asks the help of. */
export function commandsIn(argv: readonly string[]): readonly string[] {
  const words = argv.filter((word) => !word.startsWith('-'))
  const name = words[0] === 'help' ? words[1] : words[0]
  return COMMANDS.some((command) => command.name === name) ? [name ?? ''] : []
}

export const everyCommand = (): readonly string[] => COMMANDS.map(({ name }) => name)

/**
 * The command line; parsing throws where commander would end the process.
 * @param whole the commands that are loaded with all they have; of the others name and description are known
 */
export async function createProgram(
  context: CliContext,
  version: string,
  whole: readonly string[],
): Promise<Command> {
  const program = createEmpty(context.io, version)
  for (const { name, description, group, load } of COMMANDS) {
    if (whole.includes(name)) (await load())(program, context)
    else program.command(name)
    program.commands
      .find((command) => command.name() === name)
      ?.description(description)
      .helpGroup(group)
  }
  program.hook('preAction', (_program, command) => {
    const { url } = command.opts<Flags>()
    if (url !== undefined) context.flags.url = url
  })
  return program
}

function createEmpty(io: Pick<Io, 'stdout' | 'stderr'>, version: string): Command {
  const program = new Command('memoir')
  return program
    .description('Durable memory for AI applications.')
    .version(version)
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) =>
        command.parent === program
          ? command.name()
          : Help.prototype.subcommandTerm.call(new Help(), command),
    })
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
}

/** The exit code of what commander threw: asking for help or the version is no mistake. */
export function codeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? DONE : WRONG_USAGE
}
