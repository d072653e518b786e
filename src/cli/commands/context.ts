import {
  dataOptions,
  examples,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson } from '../io.ts'

interface ContextOptions extends DataOptions {
  readonly user: string
  readonly maxTokens?: number
}

export const registerContext: Register = (program, context) => {
  const command = program
    .command('context')
    .description('what is remembered about a question, as one block for a prompt')
    .argument('<query>', 'what to look for, in words')
    .requiredOption('--user <id>', 'whose memories: your own id of the user')
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
          user_id: user,
          ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
        })
        if (json) writeJson(context.io.stdout, answer)
        else if (answer.context === '') {
          line(context.io.stderr, 'Nothing is remembered about that.')
        } else line(context.io.stdout, answer.context)
        if (answer.degraded.length > 0) {
          line(context.io.stderr, `Degraded: ${answer.degraded.join(', ')}`)
        }
      })
    })
}
