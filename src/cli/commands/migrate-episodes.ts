import { InvalidArgumentError } from 'commander'
import { HEADS, type Head } from '../../domain/recall.ts'
import { episodeCounts, type EpisodesPreviewAnswer, type JobAnswer } from '../answers.ts'
import {
  dataOptions,
  examples,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { printTable } from '../print.ts'
import { concludeJob, followJob } from '../watch.ts'

interface EpisodesOptions extends DataOptions {
  readonly heads: readonly Head[]
  readonly sample: number
  readonly limit?: number
  readonly dryRun?: boolean
  readonly wait: boolean
}

const HEAD = ['EPISODE', 'USER', 'AT', 'NAMES', 'CONTENT']
const MAX_SAMPLE = 50
const MAX_LIMIT = 1_000_000_000

export const registerMigrateEpisodes: Register = (program, context) => {
  const command = program
    .command('migrate-episodes')
    .option('--heads <names>', `which vectors to make: ${HEADS.join(',')}`, headsOf, ['semantic'])
    .option('--sample <n>', 'show so many rows as they become', whole(0, MAX_SAMPLE), 5)
    .option('--limit <n>', 'only the first rows', whole(1, MAX_LIMIT))
    .option('--dry-run', 'count and show the sample, and change nothing')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir migrate-episodes --dry-run', 'memoir migrate-episodes --heads semantic,entity')}

SOURCE_EPISODES_TABLE and SOURCE_EPISODE_* name the table and its columns. Again takes in what is new or changed.`,
    )
    .action(async ({ heads, sample, limit, dryRun, wait, json, namespace }: EpisodesOptions) => {
      const { io } = context
      await withClient(context, namespace, async (client) => {
        const preview = await client.previewEpisodes(sample)
        if (!json) printPreview(preview, io)
        if (dryRun) {
          if (json) writeJson(io.stdout, preview)
          return
        }
        const { job: id } = await client.migrateEpisodes({
          heads,
          ...(limit === undefined ? {} : { limit }),
        })
        if (!wait) {
          if (json) writeJson(io.stdout, await client.job(id))
          else line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
          return
        }
        const job = await followJob(client, id, io, 'episodes')
        printJob(job ?? (await client.job(id)), io, json)
        context.exit(concludeJob(job, id, io))
      })
    })
}

function headsOf(text: string): Head[] {
  const wanted = text.split(',').map((name) => name.trim())
  const known = HEADS.filter((head) => wanted.includes(head))
  if (wanted.every((name) => known.some((head) => head === name))) return known
  throw new InvalidArgumentError(`They are ${HEADS.join(', ')}.`)
}

function printPreview(preview: EpisodesPreviewAnswer, io: Io): void {
  const { total, users, without_user, empty, too_large, sample } = preview
  const left = [
    without_user > 0 ? `${without_user} of nobody` : '',
    empty > 0 ? `${empty} empty` : '',
    too_large > 0 ? `${too_large} too large` : '',
  ].filter(Boolean)
  const note = left.length === 0 ? '' : ` (left out: ${left.join(', ')})`
  line(io.stdout, `${total} episodes of ${users} users${note}.`)
  if (sample.length === 0) return
  const rows = sample.map(({ episode_id, user_id, occurred_at, entities, content }) => [
    episode_id,
    user_id,
    occurred_at?.slice(0, 10) ?? '',
    entities.join(', '),
    content,
  ])
  printTable({ head: HEAD, rows, none: '' }, io)
}

function printJob(job: JobAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, job)
  const { processed, created, updated, skipped, errors, mentions, edges } = episodeCounts.parse(
    job.progress,
  )
  line(
    io.stdout,
    `${processed} episodes: ${created} created, ${updated} updated, ${skipped} skipped, ${errors} failed; ${mentions} mentions, ${edges} links`,
  )
}
