import { writeFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import type { CliContext } from '../src/cli/context.ts'
import type { Io } from '../src/cli/io.ts'
import type { Parts } from '../src/cli/parts.ts'
import { createProgram, everyCommand } from '../src/cli/program.ts'
import { VERSION } from '../src/version.ts'

/**
 * docs/cli.md: what `memoir … --help` says, of every command. A test fails until a change of it is written anew with
 * `node scripts/cli-docs.ts`.
 */

export const CLI_FILE = new URL('../docs/cli.md', import.meta.url)

const HEAD = `# Command line

<!-- Written by scripts/cli-docs.ts; change src/cli instead. -->

What \`memoir --help\` and \`memoir COMMAND --help\` say. Lines for people go to standard error where a command answers with data; \`--json\`
answers one JSON value on standard output. A progress bar is drawn for people only: in a pipe there are plain lines, without colour; \`NO_COLOR\`
turns colour off in a terminal too.

Which Memoir a command talks to, the first that is set: \`--url\`; \`MEMOIR_URL\`, with \`MEMOIR_KEY\`; what \`memoir login\` keeps, in
\`memoir/login.json\` of \`XDG_CONFIG_HOME\` or \`~/.config\`, readable by its owner only; the \`memoir up\` that runs in the data folder
(\`MEMOIR_DATA_DIR\`), with the administrator's key that is kept there; \`DATABASE_URL\`, in the process of the command itself. A kept key is sent
to the address that it was kept for, and to no other; \`MEMOIR_KEY\`, where it is set, wins over it.

How an id begins is enough where only one job, memory, session or key begins so: \`memoir jobs show 01a2\`.
`

const COLUMNS = 110

export async function cliDocs(): Promise<string> {
  const program = await createProgram(silentContext(), VERSION, everyCommand())
  const parts = [HEAD]
  for (const command of commandsOf(program)) parts.push(sectionOf(command))
  return parts.join('\n')
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}

function sectionOf(command: Command): string {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
    getOutHelpWidth: () => COLUMNS,
  })
  command.outputHelp()
  const level = '#'.repeat(Math.min(pathOf(command).length + 1, 4))
  return `${level} ${pathOf(command).join(' ')}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`
}

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [command.name()]
}

/** Help needs nothing of what commands are made of. */
function silentContext(): CliContext {
  const never = (): never => {
    throw new Error('help does not run anything')
  }
  const stdout = new PassThrough()
  const io: Io = {
    stdin: stdout,
    stdout,
    stderr: stdout,
    env: {},
    isTTY: false,
    onInterrupt: never,
    forceExit: never,
  }
  const parts: Parts = {
    createServices: never,
    localApi: never,
    startApi: never,
    startWorker: never,
    migrate: never,
    startStack: never,
    attach: never,
    openBrowser: never,
    findModels: never,
  }
  return { io, parts, config: never, flags: {}, exit: never }
}

if (import.meta.main) await writeFile(CLI_FILE, await cliDocs())
