import {
  another,
  dataOptions,
  examples,
  usersAsked,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson } from '../io.ts'
import { saidAllUnknown } from '../named.ts'

interface ContextOptions extends DataOptions {
  readonly user: readonly string[]
  readonly maxTokens?: number
}

export const registerContext: Register = (program, context) => {
  const command = program
    .command('context')
    .argument('<query>', 'what to look for, in words')
    .requiredOption(
      '--user <id>',
      'whose memories: your own id of the user; again for up to ten users',
      another,
    )
    .option('--max-tokens <n>', 'how large the block may be', whole(50, 100_000))
  dataOptions(command)
    .addHelpText(
      'after',
      examples('memoir context "What may Maya eat?" --user maya --max-tokens 500'),
    )
    .action(async (query: string, { user, maxTokens, json, namespace }: ContextOptions) => {
      await withClient(context, namespace, async (client) => {
        const answer = await client.context({
          q: query,
          ...usersAsked(user),
          ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
        })
        const { io } = context
        if (json) writeJson(io.stdout, answer)
        if (answer.context === '') {
          const unknown = await saidAllUnknown(client, user, io)
          if (!unknown && !json) line(io.stderr, 'Nothing is remembered about that.')
        } else if (!json) line(io.stdout, answer.context)
        if (answer.degraded.length > 0) {
          line(context.io.stderr, `Degraded: ${answer.degraded.join(', ')}`)
        }
      })
    })
}
