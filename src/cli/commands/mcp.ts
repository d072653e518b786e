import { MemoirError } from '../../errors.ts'
import { examples, urlOption, withClient, type CliContext, type Register } from '../context.ts'
import { DONE, INTERRUPTED, interruption, line } from '../io.ts'
import type { ApiClient } from '../client.ts'

interface McpOptions {
  readonly user?: string
  readonly namespace?: string
}

export const registerMcp: Register = (program, context) => {
  program
    .command('mcp')
    .option('--user <id>', 'whose memories, when the model does not say: your own id of the user')
    .option('--namespace <name>', 'the namespace to work in, with an admin key')
    .addOption(urlOption())
    .addHelpText(
      'after',
      `${examples('memoir mcp --user maya', 'claude mcp add memoir -- memoir mcp --user maya')}

It is started by the client, not by hand. MEMOIR_URL and MEMOIR_KEY, or memoir login, say which Memoir it speaks to.`,
    )
    .action(async ({ user, namespace }: McpOptions) => {
      await withClient(context, namespace, async (client) => await serve(client, user, context))
    })
}

/** Until the client closes its end, or a signal comes. Standard output belongs to the protocol. */
async function serve(client: ApiClient, user: string | undefined, context: CliContext) {
  const { serveMcpStdio } = await import('../../mcp/stdio.ts')
  using interrupted = interruption(context.io)
  const { role } = await client.currentKey()
  const served = serveMcpStdio({
    role,
    stdin: context.io.stdin,
    stdout: context.io.stdout,
    call: async (name, given) => await client.callTool(name, withUser(given, user)),
    resources: {
      list: async () => await client.resources(),
      read: async (uri) => await client.resource(uri),
    },
    onFault: (error) => {
      const told = error instanceof MemoirError ? error.message : 'Something unexpected failed.'
      line(context.io.stderr, `memoir: ${told}`)
    },
  })
  const why = await Promise.race([served.ended, interrupted.first])
  await served.close()
  context.exit(why === 'SIGINT' ? INTERRUPTED : DONE)
}

/** A model that was told whose memories it has names them itself; else they are the command's. */
function withUser(given: unknown, user: string | undefined): unknown {
  if (user === undefined) return given
  const named = typeof given === 'object' && given !== null && 'user_ids' in given
  if (named) return given
  return { user_id: user, ...(typeof given === 'object' ? given : {}) }
}
