import { backfillCounts, type JobAnswer } from '../answers.ts'
import {
  dataOptions,
  examples,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { concludeJob, followJob } from '../watch.ts'

interface BackfillOptions extends DataOptions {
  readonly pageSize?: number
  readonly retryFailed?: boolean
  readonly wait: boolean
}

export const registerBackfill: Register = (program, context) => {
  const command = program
    .command('backfill')
    .description('take in every conversation of the source; what is unchanged is skipped')
    .option('--page-size <n>', 'conversations a page', whole(1, 1000))
    .option('--retry-failed', 'only the conversations that failed before')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir backfill', 'memoir backfill --retry-failed', 'memoir backfill --no-wait --json')}

Ctrl-C ends the watching, not the job. Conversations that cannot be taken in are listed, the rest go on.`,
    )
    .action(async ({ pageSize, retryFailed, wait, json, namespace }: BackfillOptions) => {
      await withClient(context, namespace, async (client) => {
        const { job: id } = await client.startBackfill({
          ...(pageSize === undefined ? {} : { page_size: pageSize }),
          ...(retryFailed === undefined ? {} : { retry_failed: retryFailed }),
        })
        if (!wait) {
          if (json) writeJson(context.io.stdout, await client.job(id))
          else line(context.io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
          return
        }
        const job = await followJob(client, id, context.io)
        printBackfill(job ?? (await client.job(id)), context.io, json)
        context.exit(concludeJob(job, id, context.io))
      })
    })
}

/** The counts of a backfill, and where its failures are listed. */
export function printBackfill(job: JobAnswer, io: Io, json: boolean | undefined): void {
  const counts = backfillCounts.parse(job.progress)
  if (json) writeJson(io.stdout, job)
  else line(io.stdout, sentence(counts))
  if (counts.errors > 0) line(io.stderr, `What failed and why: memoir jobs failures ${job.id}`)
}

function sentence(counts: ReturnType<typeof backfillCounts.parse>): string {
  const { created, updated, skipped, errors, total_fetched: fetched } = counts
  return `${fetched} conversations: ${created} created, ${updated} updated, ${skipped} unchanged, ${errors} failed`
}
