import { Argument } from 'commander'
import { VERSION } from '../../version.ts'
import { completionScript, SHELLS, type Shell } from '../completion.ts'
import { examples, type Register } from '../context.ts'
import { writeJson } from '../io.ts'
import { createProgram, everyCommand } from '../program.ts'

export const registerCompletion: Register = (program, context) => {
  const { io } = context
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText(
      'after',
      `${examples(
        "echo 'source <(memoir completion bash)' >> ~/.bashrc",
        "echo 'source <(memoir completion zsh)' >> ~/.zshrc",
        'memoir completion fish > ~/.config/fish/completions/memoir.fish',
      )}

It completes commands, options and their choices.`,
    )
    .action(async (shell: Shell, { json }: { json?: boolean }) => {
      const script = completionScript(await createProgram(context, VERSION, everyCommand()), shell)
      if (json) writeJson(io.stdout, { shell, script })
      else io.stdout.write(script)
    })
}
