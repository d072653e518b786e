import { Option, type Command } from 'commander'
import type { SessionAnswer, SessionInfoAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  whole,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { saidUnknown, withId } from '../named.ts'
import { printFacts, printMore, printTable } from '../print.ts'
import { concludeSession, followSession, type SessionQuery } from '../session-watch.ts'
import { plain } from '../table.ts'
import { readTranscript } from '../transcript-file.ts'

interface SessionOptions extends DataOptions {
  readonly user?: string
  readonly collection?: string
}

export const registerSessions: Register = (program, context) => {
  const sessions = program
    .command('sessions')
    .addHelpText(
      'after',
      examples(
        'memoir sessions post chat.txt --user maya',
        'memoir sessions list --status error',
        'memoir sessions show ID',
      ),
    )
  registerPost(sessions, context)
  registerList(sessions, context)
  byId(sessions, 'show', 'its posts, its summary and what was made of them').action(
    async (given: string, options: SessionOptions) => {
      await withClient(context, options.namespace, async (client) => {
        await withId({ client, of: 'session', given }, async (id) => {
          await show(client, queryOf(id, options), { io: context.io, json: options.json })
        })
      })
    },
  )
  byId(sessions, 'watch', 'follow its posts until they are processed').action(
    async (given: string, options: SessionOptions) => {
      await withClient(context, options.namespace, async (client) => {
        await withId({ client, of: 'session', given }, async (id) => {
          await watch(client, queryOf(id, options), { context, json: options.json })
        })
      })
    },
  )
  registerRetry(sessions, context)
}

const queryOf = (id: string, { user, collection }: SessionOptions): SessionQuery => ({
  session_id: id,
  user_id: user,
  collection,
})

function whose(command: Command): Command {
  return dataOptions(
    command
      .option('--user <id>', 'whose session it is')
      .option('--collection <name>', 'the collection it is in'),
  )
}

function byId(sessions: Command, name: string, description: string): Command {
  const command = sessions.command(name).description(description)
  return whose(command.argument('<id>', "the session's id")).addHelpText(
    'after',
    examples(`memoir sessions ${name} ID`),
  )
}

interface PostOptions extends SessionOptions {
  readonly session?: string
  readonly speaker?: string
  readonly wait: boolean
}

function registerPost(sessions: Command, context: CliContext): void {
  const command = sessions
    .command('post')
    .description('hand in a transcript: text, or a JSON list of { role, content }')
    .argument('<file>', 'the file; - reads standard input')
    .option(
      '--session <id>',
      'posts of one session follow one another; made of the text if not given',
    )
    .option('--speaker <name>', 'which of the people who speak in it is that user')
    .option('--no-wait', 'hand it in and leave; memoir sessions watch ID shows it')
  whose(command)
    .addHelpText(
      'after',
      `${examples('memoir sessions post chat.txt --user maya', 'memoir sessions post chat.json --user maya --session 42 --no-wait')}

The same transcript again is the same post. One that goes on from the last has its new turns processed only.
Ctrl-C ends the watching, not the work.`,
    )
    .action(async (file: string, options: PostOptions) => {
      const transcript = await readTranscript(file)
      await withClient(context, options.namespace, async (client) => {
        const { user, session, speaker, collection, json, wait } = options
        const accepted = await client.postSession({
          ...(user === undefined ? {} : { user_id: user }),
          ...(session === undefined ? {} : { session_id: session }),
          ...(collection === undefined ? {} : { collection }),
          ...(speaker === undefined ? {} : { metadata: { user_name: speaker } }),
          transcript,
        })
        const { session_id: id } = accepted
        if (wait) return await watch(client, queryOf(id, options), { context, json })
        if (json) return writeJson(context.io.stdout, accepted)
        line(context.io.stdout, `Accepted, place ${accepted.queue_position} in the queue.`)
        line(context.io.stderr, `Watch it with: memoir sessions watch ${plain(id)}`)
      })
    })
}

interface ListOptions extends SessionOptions {
  readonly limit: number
  readonly cursor?: string
  readonly status?: string
}

const STATUSES = ['queued', 'processing', 'processed', 'error']

function registerList(sessions: Command, context: CliContext): void {
  const command = sessions
    .command('list')
    .description('sessions, those that changed last first')
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--limit <n>', 'how many', whole(1, 200), 20)
    .option('--cursor <cursor>', 'where the page before ended')
  whose(command)
    .addHelpText('after', examples('memoir sessions list --user maya --status error'))
    .action(async ({ limit, cursor, status, user, collection, ...rest }: ListOptions) => {
      const { io } = context
      await withClient(context, rest.namespace, async (client) => {
        const page = await client.sessions({ limit, cursor, status, user_id: user, collection })
        if (rest.json) writeJson(io.stdout, page)
        const isEmpty = page.items.length === 0 && user !== undefined
        if ((isEmpty && (await saidUnknown(client, user, io))) || rest.json) return
        printList(page.items, io)
        printMore(page.next_cursor, io)
      })
    })
}

function registerRetry(sessions: Command, context: CliContext): void {
  byId(sessions, 'retry', 'go on with the posts that could not be processed').action(
    async (given: string, options: SessionOptions) => {
      const { io } = context
      await withClient(context, options.namespace, async (client) => {
        const { session_id: id, posts } = await withId(
          { client, of: 'session', given },
          async (name) => await client.session(name, withoutId(queryOf(name, options))),
        )
        const failed = posts.filter(({ status }) => status === 'error')
        for (const { job } of failed) await client.control(job, 'retry')
        if (options.json) return writeJson(io.stdout, { retried: failed.map(({ job }) => job) })
        if (failed.length === 0) return line(io.stdout, 'Nothing failed.')
        line(
          io.stdout,
          `${failed.length} ${failed.length === 1 ? 'post is' : 'posts are'} tried again.`,
        )
        line(io.stderr, `Watch it with: memoir sessions watch ${plain(id)}`)
      })
    },
  )
}

const withoutId = ({ user_id, collection }: SessionQuery) => ({ user_id, collection })

interface Watching {
  readonly context: CliContext
  readonly json: boolean | undefined
}

async function watch(client: ApiClient, query: SessionQuery, { context, json }: Watching) {
  const { io } = context
  const session = await followSession(client, query, io)
  await show(client, query, { io, json })
  context.exit(concludeSession(session, query, io))
}

interface Showing {
  readonly io: Io
  readonly json: boolean | undefined
}

async function show(client: ApiClient, query: SessionQuery, { io, json }: Showing): Promise<void> {
  const session = await client.session(query.session_id, withoutId(query))
  if (json) writeJson(io.stdout, session)
  else printSession(session, io)
}

function printList(sessions: readonly SessionInfoAnswer[], io: Io): void {
  const rows = sessions.map((each) => [
    each.session_id,
    each.user_id,
    each.collection,
    each.status,
    String(each.post_count),
    each.updated_at.slice(0, 19),
  ])
  const head = ['SESSION', 'USER', 'COLLECTION', 'STATUS', 'POSTS', 'CHANGED']
  printTable({ head, rows, none: 'No sessions.' }, io)
}

function printSession(session: SessionAnswer, io: Io): void {
  const facts = [
    ['session', session.session_id],
    ['user', session.user_id],
    ['collection', session.collection],
    ['status', session.status],
    ['summary', session.summary ?? ''],
  ] as const
  printFacts(facts, io)
  const posts = session.posts.map((post) => [
    String(post.number),
    post.status,
    String(post.turns),
    String(post.facts),
    post.queued_at.slice(0, 19),
    post.error === null ? '' : `${post.error.code}: ${post.error.message}`,
  ])
  if (posts.length > 0) {
    line(io.stdout, '')
    const head = ['POST', 'STATUS', 'TURNS', 'FACTS', 'ACCEPTED', 'ERROR']
    printTable({ head, rows: posts, none: '' }, io)
  }
  const memories = session.memories.map((each) => [each.occurred_at.slice(0, 10), each.content])
  if (memories.length > 0) {
    line(io.stdout, '')
    printTable({ head: ['WHEN', 'WHAT IS REMEMBERED'], rows: memories, none: '' }, io)
  }
}
