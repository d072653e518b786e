import type { Command } from 'commander'
import { TRACE_KINDS } from '../../domain/recall.ts'
import type { TombstoneAnswer } from '../answers.ts'
import type { ApiClient, ForgetBody } from '../client.ts'
import { confirmed } from '../confirm.ts'
import {
  dataOptions,
  examples,
  list,
  listOf,
  time,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { FAILED, line, writeJson } from '../io.ts'
import { saidUnknown, withId } from '../named.ts'

interface ForgetOptions extends DataOptions {
  readonly user?: string
  readonly scope?: readonly string[]
  readonly session?: string
  readonly kinds?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export const registerForget: Register = (program, context) => {
  const command = program
    .command('forget')
    .argument('[id]', 'one memory; else what matches of a user')
    .option('--user <id>', 'of this user: your own id')
    .option('--scope <list>', 'only these scopes', list)
    .option('--session <id>', 'only a posted session or a conversation')
    .option('--kinds <list>', TRACE_KINDS.join(','), listOf(TRACE_KINDS))
    .option('--from <time>', 'what happened at or after', time)
    .option('--to <time>', 'what happened before', time)
    .option('--dry-run', 'show what would go, and change nothing')
    .option('--yes', 'do not ask')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples(
        'memoir forget 0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10',
        'memoir forget --user maya --session 2026-03-04 --dry-run',
        'memoir forget --user maya --scope work --to 2026-01-01 --yes',
      )}

It does not come back, whatever is ingested again. memoir erase USER takes everything of a user.`,
    )
    .action(async (id: string | undefined, options: ForgetOptions, command: Command) => {
      const body = bodyOf(id, options, command)
      await withClient(context, options.namespace, async (client) => {
        const forget = { client, context, options, command }
        if (id === undefined) return await forgetWhat(body, forget)
        await withId({ client, of: 'memory', given: id }, async (whole) => {
          await forgetWhat({ id: whole }, forget)
        })
      })
    })
}

interface Forget {
  readonly client: ApiClient
  readonly context: CliContext
  readonly options: ForgetOptions
  readonly command: Command
}

async function forgetWhat(
  body: Omit<ForgetBody, 'dry_run'>,
  { client, context, options, command }: Forget,
): Promise<void> {
  const { io } = context
  const { json, user, dryRun = false, yes = false } = options
  if (!dryRun && !yes && io.isTTY) {
    line(io.stderr, sentence(await client.forget({ ...body, dry_run: true })))
  }
  const question = 'Forget this for good?'
  if (!dryRun && !(await confirmed(io, command, { question, yes }))) {
    line(io.stderr, 'Nothing was changed.')
    context.exit(FAILED)
    return
  }
  const answer = await client.forget({ ...body, dry_run: dryRun })
  if (json) writeJson(io.stdout, answer)
  const isEmpty = answer.tombstone.ids.length === 0 && user !== undefined
  if ((isEmpty && (await saidUnknown(client, user, io))) || json) return
  line(io.stdout, sentence(answer))
}

function bodyOf(
  id: string | undefined,
  { user, scope, session, kinds, from, to }: ForgetOptions,
  command: Command,
): Omit<ForgetBody, 'dry_run'> {
  const filter = {
    ...(user === undefined ? {} : { user_id: user }),
    ...(scope === undefined ? {} : { scope }),
    ...(session === undefined ? {} : { session_id: session }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
  const narrowed = Object.keys(filter).length > 0
  if (id !== undefined && narrowed) command.error('error: an id stands alone')
  if (id === undefined && !narrowed) command.error('error: say which memory, or --user')
  return id === undefined ? filter : { id }
}

function sentence({ tombstone: { forgotten_at, counts } }: TombstoneAnswer): string {
  const { traces, vectors, edges, nodes } = counts
  const what = `${traces} memories, ${vectors} vectors, ${edges} links, ${nodes} names`
  return forgotten_at === null ? `Would go: ${what}` : `Forgotten: ${what}`
}
