import { Option, type Command } from 'commander'
import {
  dataOptions,
  examples,
  expiry,
  list,
  whole,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson } from '../io.ts'
import { withId } from '../named.ts'
import { printMore, printTable } from '../print.ts'

export const registerKeys: Register = (program, context) => {
  const keys = program
    .command('keys')
    .addHelpText(
      'after',
      examples(
        'memoir keys create --name chat-app --role service',
        'memoir keys list',
        'memoir keys revoke ID',
      ),
    )
  registerCreate(keys, context)
  registerList(keys, context)
  dataOptions(
    keys
      .command('revoke')
      .description('end a key at once')
      .argument('<id>', "the key's id, or how it begins"),
  )
    .addHelpText('after', examples('memoir keys revoke ID'))
    .action(async (given: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        const id = await withId({ client, of: 'key', given }, async (whole) => {
          await client.revokeKey(whole)
          return whole
        })
        if (json) writeJson(context.io.stdout, { id, revoked: true })
        else line(context.io.stdout, 'Revoked.')
      })
    })
}

interface CreateOptions extends DataOptions {
  readonly name: string
  readonly role: string
  readonly user?: string
  readonly readableUsers?: readonly string[]
  readonly scopes?: readonly string[]
  readonly expires?: string
}

function registerCreate(keys: Command, context: CliContext): void {
  const command = keys
    .command('create')
    .description('make a key; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['reader', 'service', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--user <id>', "only this user's memories")
    .option(
      '--readable-users <list>',
      'with --user: further users whose memories it may read',
      list,
    )
    .option('--scopes <list>', 'only these scopes', list)
    .option('--expires <when>', 'until when: a date, or days from now such as 90d', expiry)
  dataOptions(command)
    .addHelpText(
      'after',
      examples(
        'memoir keys create --name chat-app --role service',
        'memoir keys create --name maya-phone --role reader --user maya --expires 90d',
        'memoir keys create --name maya-family --role service --user maya --readable-users tomas,ines',
      ),
    )
    .action(async (options: CreateOptions) => {
      await withClient(context, undefined, async (client) => {
        const key = await client.createKey({
          name: options.name,
          ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
          role: options.role,
          ...(options.user === undefined ? {} : { user_id: options.user }),
          ...(options.readableUsers === undefined ? {} : { readable_users: options.readableUsers }),
          ...(options.scopes === undefined ? {} : { scopes: options.scopes }),
          ...(options.expires === undefined ? {} : { expires_at: options.expires }),
        })
        if (options.json) return writeJson(context.io.stdout, key)
        line(context.io.stdout, key.key)
        line(context.io.stderr, `Key ${key.id} (${key.role}). It is not shown again.`)
      })
    })
}

interface ListOptions extends DataOptions {
  readonly limit: number
  readonly cursor?: string
}

function registerList(keys: Command, context: CliContext): void {
  const command = keys
    .command('list')
    .description('keys without their secrets')
    .option('--limit <n>', 'how many', whole(1, 200), 50)
    .option('--cursor <cursor>', 'where the page before ended')
  dataOptions(command)
    .addHelpText('after', examples('memoir keys list', 'memoir keys list --json'))
    .action(async ({ limit, cursor, json, namespace }: ListOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await client.keys({ limit, cursor })
        if (json) return writeJson(context.io.stdout, page)
        const rows = page.items.map((key) => [
          key.id,
          key.role,
          key.namespace ?? '',
          [key.user_id ?? '', ...key.readable_users].filter(Boolean).join(', '),
          key.expires_at?.slice(0, 10) ?? 'never',
          key.name,
        ])
        const head = ['ID', 'ROLE', 'NAMESPACE', 'USERS', 'EXPIRES', 'NAME']
        printTable({ head, rows, none: 'No keys.' }, context.io)
        printMore(page.next_cursor, context.io)
      })
    })
}
