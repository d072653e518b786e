import {
  dataOptions,
  examples,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { writeJson } from '../io.ts'
import { printMore, printTable } from '../print.ts'

interface ListOptions extends DataOptions {
  readonly limit: number
  readonly cursor?: string
}

export const registerUsers: Register = (program, context) => {
  const { io } = context
  const users = program
    .command('users')
    .addHelpText('after', examples('memoir users list', 'memoir users list --json'))
  const list = users
    .command('list')
    .description('users of the namespace, by id')
    .option('--limit <n>', 'how many', whole(1, 200), 50)
    .option('--cursor <cursor>', 'where the page before ended')
  dataOptions(list)
    .addHelpText('after', examples('memoir users list', 'memoir users list --json'))
    .action(async ({ limit, cursor, json, namespace }: ListOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await client.users({ limit, cursor })
        if (json) return writeJson(io.stdout, page)
        const rows = page.items.map((user) => [
          user.user_id,
          String(user.memories),
          String(user.episodes),
          user.last_active_at?.slice(0, 16).replace('T', ' ') ?? 'never',
        ])
        const none = 'No users yet; memoir remember, import or backfill makes the first.'
        printTable({ head: ['USER', 'MEMORIES', 'EPISODES', 'LAST ACTIVE'], rows, none }, io)
        printMore(page.next_cursor, io)
      })
    })
}
