import { Option } from 'commander'
import { EXTRACTIONS, type Extraction } from '../../domain/job.ts'
import { backfillCounts, type JobAnswer } from '../answers.ts'
import {
  dataOptions,
  dollars,
  examples,
  whole,
  withClient,
  type DataOptions,
  type Register,
} from '../context.ts'
import type { ApiClient } from '../client.ts'
import { line, writeJson, type Io } from '../io.ts'
import { noteIgnoredSource } from '../server-source.ts'
import { concludeJob, followJob } from '../watch.ts'

interface BackfillOptions extends DataOptions {
  readonly pageSize?: number
  readonly retryFailed?: boolean
  readonly force?: boolean
  readonly estimate?: boolean
  readonly budget?: number
  readonly extract?: Extraction
  readonly wait: boolean
}

export const registerBackfill: Register = (program, context) => {
  const command = program
    .command('backfill')
    .option('--page-size <n>', 'conversations a page', whole(1, 1000))
    .option('--retry-failed', 'only the conversations that failed before')
    .option('--force', 'also what is unchanged, as it would be taken in today')
    .option('--estimate', 'say what it would take at most, and do nothing')
    .option('--budget <dollars>', 'what it may cost at most; there it pauses', dollars)
    .addOption(
      new Option(
        '--extract <how>',
        'how facts are made of conversations; by the language model when one is configured',
      ).choices(EXTRACTIONS),
    )
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir backfill', 'memoir backfill --retry-failed', 'memoir backfill --no-wait --json')}

Ctrl-C ends the watching, not the job. Conversations that cannot be taken in are listed, the rest go on.`,
    )
    .action(async (options: BackfillOptions) => {
      const { pageSize, retryFailed, force, estimate, budget, extract } = options
      const { wait, json, namespace } = options
      await noteIgnoredSource(context)
      await withClient(context, namespace, async (client) => {
        if (estimate) {
          const how = extract === undefined ? {} : { extract }
          return printEstimate(await client.estimate(how), context.io, json)
        }
        const { job: id } = await client.startBackfill({
          ...(pageSize === undefined ? {} : { page_size: pageSize }),
          ...(retryFailed === undefined ? {} : { retry_failed: retryFailed }),
          ...(force === undefined ? {} : { force }),
          ...(budget === undefined ? {} : { budget }),
          ...(extract === undefined ? {} : { extract }),
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

function printEstimate(
  estimate: Awaited<ReturnType<ApiClient['estimate']>>,
  io: Io,
  json: boolean | undefined,
): void {
  if (json) return writeJson(io.stdout, estimate)
  const { conversations, tokens, cost, model, language } = estimate
  const unpriced =
    language?.cost === null ? 'LLM_PRICE_INPUT and LLM_PRICE_OUTPUT' : 'EMBEDDING_PRICE'
  const price = cost === null ? `at an unknown price (${unpriced} sets it)` : `about $${cost}`
  const read =
    language === null || language.input_tokens === 0
      ? ''
      : ` and ${language.input_tokens + language.output_tokens} with ${language.model}`
  line(
    io.stdout,
    `${conversations} conversations, at most ${tokens} tokens with ${model}${read}, ${price}`,
  )
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
