import {
  dataOptions,
  examples,
  list,
  time,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson } from '../io.ts'
import { rememberedAnswer } from '../memory-answers.ts'

interface RememberOptions extends DataOptions {
  readonly user: string
  readonly scope?: string
  readonly tags?: readonly string[]
  readonly importance?: number
  readonly at?: string
  readonly externalId?: string
  readonly wait: boolean
}

/** Somebody looks: longer than it ever takes, shorter than patience. */
const WAIT_SECONDS = 20

export const registerRemember: Register = (program, context) => {
  const command = program
    .command('remember')
    .argument('<text>', 'what to remember')
    .requiredOption('--user <id>', 'whose memory: your own id of the user')
    .option('--scope <name>', 'where it belongs; personal unless given')
    .option('--tags <list>', 'tags, separated by commas', list)
    .option('--importance <n>', '1 to 10', whole(1, 10))
    .option('--at <time>', 'when it happened; now unless given', time)
    .option('--external-id <id>', 'your own id: the same again changes the memory that has it')
    .option('--no-wait', 'leave once it is accepted: it is found by words then, by meaning soon')
  dataOptions(command)
    .addHelpText(
      'after',
      examples(
        'memoir remember "Maya is allergic to peanuts." --user maya',
        'memoir remember "Maya lives in Porto." --user maya --external-id maya/home --json',
      ),
    )
    .action(async (content: string, options: RememberOptions) => {
      const { user, scope, tags, importance, at, externalId, wait, json, namespace } = options
      await withClient(context, namespace, async (client) => {
        const answer = await client.remember(
          {
            user_id: user,
            content,
            ...(scope === undefined ? {} : { scope }),
            ...(tags === undefined ? {} : { tags }),
            ...(importance === undefined ? {} : { importance }),
            ...(at === undefined ? {} : { occurred_at: at }),
            ...(externalId === undefined ? {} : { external_id: externalId }),
          },
          wait ? WAIT_SECONDS : 0,
        )
        const { io } = context
        if (json) return writeJson(io.stdout, answer)
        const { id, job, writes } = rememberedAnswer.parse(answer)
        if (job === undefined) line(io.stdout, `Remembered as ${id}`)
        else line(io.stdout, `Accepted as ${id}. Watch it with: memoir jobs watch ${job}`)
        if (writes?.vector === 'failed') {
          line(io.stderr, 'It is found by words alone: its vector could not be made.')
        }
      })
    })
}
