import { Option, type Command } from 'commander'
import { MEMORY_STATES } from '../../domain/memory.ts'
import { TRACE_KINDS } from '../../domain/recall.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  list,
  listOf,
  time,
  whole,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import type { MemoryAnswer } from '../memory-answers.ts'
import { saidUnknown, withId } from '../named.ts'
import { printFacts, printMore, printTable, printText } from '../print.ts'

export const registerMemories: Register = (program, context) => {
  const memories = program.command('memories').addHelpText(
    'after',
    `${examples('memoir memories list --user maya', 'memoir memories show 0199f3a4', 'memoir memories restore 0199f3a4')}

How an id begins is enough where only one memory begins so.`,
  )
  registerList(memories, context)
  registerShow(memories, context)
  registerHistory(memories, context)
  registerRestore(memories, context)
}

interface PageOptions extends DataOptions {
  readonly limit: number
  readonly cursor?: string
}

interface ListOptions extends PageOptions {
  readonly user: string
  readonly kinds?: readonly string[]
  readonly state?: readonly string[]
  readonly scope?: readonly string[]
  readonly tags?: readonly string[]
  readonly session?: string
  readonly from?: string
  readonly to?: string
  readonly order: string
}

function registerList(memories: Command, context: CliContext): void {
  const command = memories
    .command('list')
    .description('memories of a user, the latest first')
    .requiredOption('--user <id>', 'whose memories: your own id of the user')
    .option('--kinds <list>', TRACE_KINDS.join(', '), listOf(TRACE_KINDS))
    .option(
      '--state <list>',
      `${MEMORY_STATES.join(', ')}; active unless given`,
      listOf(MEMORY_STATES),
    )
    .option('--scope <list>', 'only these scopes', list)
    .option('--tags <list>', 'only with all of these tags', list)
    .option('--session <id>', 'only of this session')
    .option('--from <time>', 'what happened at or after', time)
    .option('--to <time>', 'what happened before', time)
    .addOption(
      new Option('--order <order>', 'the latest first by when it became known, or when it happened')
        .choices(['known', 'occurred'])
        .default('known'),
    )
    .option('--limit <n>', 'how many', whole(1, 200), 20)
    .option('--cursor <cursor>', 'where the page before ended')
  dataOptions(command)
    .addHelpText(
      'after',
      examples(
        'memoir memories list --user maya --kinds fact',
        'memoir memories list --user maya --state deleted,superseded',
      ),
    )
    .action(async (options: ListOptions) => {
      await withClient(context, options.namespace, async (client) => {
        await listMemories(client, options, context.io)
      })
    })
}

async function listMemories(client: ApiClient, options: ListOptions, io: Io): Promise<void> {
  const { user, session, kinds, state, scope, tags, json } = options
  const { limit, cursor, from, to, order } = options
  const joined = (items: readonly string[] | undefined) => items?.join(',')
  const page = await client.memories({
    user_id: user,
    session_id: session,
    kinds: joined(kinds),
    state: joined(state),
    scope: joined(scope),
    tags: joined(tags),
    limit,
    cursor,
    from,
    to,
    order,
  })
  if (json) writeJson(io.stdout, page)
  if (page.items.length === 0 && (await saidUnknown(client, user, io))) return
  if (json) return
  printMemories(page.items, io)
  printMore(page.next_cursor, io)
}

function printMemories(memories: readonly MemoryAnswer[], io: Io): void {
  const rows = memories.map(({ id, occurred_at: at, kind, state, content }) => [
    id,
    at?.slice(0, 16).replace('T', ' ') ?? '',
    kind ?? '',
    state,
    content,
  ])
  printTable({ head: ['ID', 'WHEN', 'KIND', 'STATE', 'TEXT'], rows, none: 'No memories.' }, io)
}

function withMemory(memories: Command, name: string, description: string): Command {
  const command = memories
    .command(name)
    .description(description)
    .argument('<id>', "the memory's id, or how it begins")
  return dataOptions(command).addHelpText('after', examples(`memoir memories ${name} 0199f3a4`))
}

function registerShow(memories: Command, context: CliContext): void {
  withMemory(memories, 'show', 'everything about one memory, in whatever state').action(
    async (given: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        const memory = await withId({ client, of: 'memory', given }, client.memory)
        if (json) writeJson(context.io.stdout, memory)
        else printMemory(memory, context.io)
      })
    },
  )
}

function printMemory(memory: MemoryAnswer, io: Io): void {
  const { writes } = memory
  const facts: [string, unknown][] = [
    ['id', memory.id],
    ['user', memory.user_id],
    ['kind', memory.role ? `${memory.kind ?? ''}, ${memory.role}` : memory.kind],
    ['state', memory.state],
    ['superseded by', memory.superseded_by],
    ['scope', memory.scope],
    ['tags', memory.tags?.join(', ')],
    ['happened', memory.occurred_at],
    ['known since', memory.known_at],
    ['expires', memory.expires_at],
    ['session', memory.session_id],
    ['conversation', memory.conversation_id],
    ['revision', memory.revision],
    ['vector', writes?.vector],
    ['graph', writes?.graph],
  ]
  printFacts(facts, io)
  line(io.stdout, '')
  printText(memory.content, io)
  printSources(memory, io)
}

/** The words that a fact rests on, and where they were said. */
function printSources({ sources = [] }: MemoryAnswer, io: Io): void {
  if (sources.length === 0) return
  line(io.stdout, '')
  const rows = sources.map(({ session_id: session, conversation_id: conversation, ...source }) => [
    session ?? conversation ?? '',
    source.message_id ?? '',
    source.quote ?? '',
  ])
  printTable({ head: ['SAID IN', 'MESSAGE', 'WORDS IT RESTS ON'], rows, none: '' }, io)
}

function registerHistory(memories: Command, context: CliContext): void {
  const { io } = context
  withMemory(memories, 'history', 'what a memory is and was, the newest first')
    .option('--limit <n>', 'how many', whole(1, 200), 20)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (given: string, { limit, cursor, json, namespace }: PageOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await withId(
          { client, of: 'memory', given },
          async (id) => await client.memoryHistory(id, { limit, cursor }),
        )
        if (json) return writeJson(io.stdout, page)
        const rows = page.items.map((each) => [
          String(each.revision),
          each.valid_from.slice(0, 19),
          each.valid_to?.slice(0, 19) ?? '',
          each.content,
        ])
        const none = 'Nothing is kept of what it was.'
        printTable({ head: ['REVISION', 'FROM', 'UNTIL', 'TEXT'], rows, none }, io)
        printMore(page.next_cursor, io)
      })
    })
}

interface RestoreOptions extends DataOptions {
  readonly wait: boolean
}

/** As long as `memoir remember` waits. */
const WAIT_SECONDS = 20

function registerRestore(memories: Command, context: CliContext): void {
  const { io } = context
  withMemory(memories, 'restore', 'bring back a memory that was deleted or superseded')
    .option('--no-wait', 'leave once it is accepted')
    .action(async (given: string, { wait, json, namespace }: RestoreOptions) => {
      await withClient(context, namespace, async (client) => {
        const answer = await withId(
          { client, of: 'memory', given },
          async (id) => await client.restoreMemory(id, wait ? WAIT_SECONDS : 0),
        )
        if (json) return writeJson(io.stdout, answer)
        const { id, job } = answer
        if (job === undefined) line(io.stdout, `Restored ${id}`)
        else line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${job}`)
      })
    })
}
