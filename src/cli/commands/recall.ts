import { HEADS, MAX_HOPS, TRACE_KINDS } from '../../domain/recall.ts'
import type { RecallAnswer } from '../answers.ts'
import type { RecallQuery } from '../client.ts'
import {
  another,
  dataOptions,
  examples,
  list,
  listOf,
  share,
  time,
  usersAsked,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { saidAllUnknown } from '../named.ts'
import { printTable } from '../print.ts'

interface RecallOptions
  extends
    DataOptions,
    Omit<RecallQuery, 'q' | 'user_id' | 'user_ids' | 'as_of' | 'include_superseded'> {
  readonly user: readonly string[]
  readonly asOf?: string
  readonly superseded?: true
}

export const registerRecall: Register = (program, context) => {
  const command = program
    .command('recall')
    .argument('<query>', 'what to look for, in words')
    .requiredOption(
      '--user <id>',
      'whose memories: your own id of the user; again for up to ten users',
      another,
    )
    .option('--k <n>', 'how many at most', whole(1, 200))
    .option('--kinds <list>', TRACE_KINDS.join(', '), listOf(TRACE_KINDS))
    .option('--heads <list>', `vectors to compare: ${HEADS.join(', ')}`, listOf(HEADS))
    .option('--scope <list>', 'only these scopes', list)
    .option('--from <time>', 'not older than', time)
    .option('--to <time>', 'not newer than', time)
    .option('--as-of <time>', 'what was known then, in the words that stood then', time)
    .option('--superseded', 'also what gave way to something newer')
    .option('--threshold <share>', 'cut hits of less relevance, 0 to 1', share)
    .option('--hops <n>', 'how far neighbours may stand that lend their score', whole(0, MAX_HOPS))
  dataOptions(command)
    .addHelpText(
      'after',
      examples(
        'memoir recall "What is Maya allergic to?" --user maya',
        'memoir recall "Who is allergic to nuts?" --user maya --user tomas',
        'memoir recall "allergies" --user maya --k 3 --from 2026-01-01 --json',
      ),
    )
    .action(async (query: string, options: RecallOptions) => {
      const { user, json, namespace, asOf, superseded, ...more } = options
      const then = asOf === undefined ? {} : { as_of: asOf }
      const old = superseded === undefined ? {} : { include_superseded: true }
      await withClient(context, namespace, async (client) => {
        const answer = await client.recall({
          q: query,
          ...usersAsked(user),
          ...more,
          ...then,
          ...old,
        })
        if (json) writeJson(context.io.stdout, answer)
        if (answer.hits.length === 0 && (await saidAllUnknown(client, user, context.io))) return
        if (!json) printHits(answer, context.io, { several: user.length > 1 })
      })
    })
}

const HEAD = ['SCORE', 'WHEN', 'KIND', 'ROLE', 'TEXT']

/** Hits as a table: best first, one line each, the text cut to the terminal's width. Of several users each says whose it is. */
export function printHits(
  { hits, degraded, took_ms: took }: RecallAnswer,
  io: Io,
  { several = false }: { readonly several?: boolean } = {},
): void {
  const rows = hits.map((hit) => [
    hit.score.toFixed(3),
    ...(several ? [hit.user_id ?? ''] : []),
    hit.occurred_at.slice(0, 16).replace('T', ' '),
    hit.kind,
    hit.role ?? '',
    hit.content,
  ])
  const head = several ? HEAD.toSpliced(1, 0, 'USER') : HEAD
  printTable({ head, rows, none: 'Nothing is remembered about that.' }, io)
  if (degraded.length > 0) line(io.stderr, `Degraded: ${degraded.join(', ')}`)
  if (io.isTTY) line(io.stderr, `${hits.length} found in ${Math.round(took)} ms`)
}
