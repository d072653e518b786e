import { setFlagsFromString } from 'node:v8'
import { Option } from 'commander'
import { ON_THIS_MACHINE } from '../../config.ts'
import { leftOutSentence } from '../../sources/files/left-out.ts'
import { openFile, type OpenFile } from '../../sources/files/open.ts'
import { detectFormat, FORMAT_NAMES, type FormatName } from '../../sources/files/read.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { nothingYet, placeOf, type Place, type Tally } from '../import/position.ts'
import { runImport, type Refusal } from '../import/run.ts'
import { DONE, FAILED, INTERRUPTED, interruption, line, writeJson, type Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { plain } from '../table.ts'
import { chosenAddress } from '../target.ts'
import { concludeJob, followJob } from '../watch.ts'
import { printBackfill } from './backfill.ts'

interface ImportOptions extends DataOptions {
  readonly format?: FormatName
  readonly user?: string
  readonly speaker?: string
  readonly source?: string
  readonly dryRun?: boolean
  readonly backfill?: boolean
  readonly restart?: boolean
  readonly lift?: boolean
}

export const registerImport: Register = (program, context) => {
  const command = program
    .command('import')
    .argument('<file>', 'the file, or the zip it came in')
    .addOption(
      new Option('--format <name>', 'what it is, where that is not recognised').choices(
        FORMAT_NAMES,
      ),
    )
    .option('--user <id>', 'whose conversations they are, where the file does not say')
    .option('--speaker <name>', 'which of the people who speak in it is that user')
    .option('--source <name>', 'another source than the configured one')
    .option('--dry-run', 'read and check the file, and send nothing')
    .option('--backfill', 'make memories of them afterwards')
    .option(
      '--restart',
      'from the beginning, also when an earlier import of the file was interrupted',
    )
  command.option(
    '--lift',
    'as an administrator: take in what was erased or forgotten as well, and take back that it was',
  )
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples(
        'memoir import conversations.jsonl --backfill',
        'memoir import chatgpt-export.zip --user maya',
        'memoir import memories.json --dry-run',
      )}

What cannot be taken is listed by line or record, the rest goes on. Interrupted and started again, it goes on where it was.
docs/importing.md says what becomes of each format.`,
    )
    .action(async (path: string, options: ImportOptions) => {
      keepHeapSmall()
      await using file = await openFile(path)
      const format = options.format ?? (await detectFormat(file))
      const given = { context, path, file, format, options }
      if (options.dryRun) await importFile(given, undefined)
      else {
        await withClient(context, options.namespace, async (client) => {
          await importFile(given, client)
        })
      }
    })
}

/**
 * Every record is garbage as soon as it is sent. Left alone, V8 takes a hundred megabytes more for such young garbage, to
 * collect it less often; an import waits for its server anyway.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

interface Given {
  readonly context: CliContext
  readonly path: string
  readonly file: OpenFile
  readonly format: FormatName
  readonly options: ImportOptions
}

/** How many refusals `--json` lists; all are counted, and all are told on standard error. */
const LISTED = 1_000

async function importFile(given: Given, client: ApiClient | undefined): Promise<void> {
  const { context, file, format, options } = given
  const { io } = context
  using interrupted = interruption(io)
  const place = client === undefined ? undefined : positionOf(given)
  if (options.restart) place?.clear()
  const start = place?.load() ?? nothingYet()
  if (start.tally.messages + start.tally.records > 0)
    line(io.stderr, 'Going on where the import before stopped.')
  const refused: Refusal[] = []
  const progress = createProgress(io, 'import', { show: size })
  const { tally, finished } = await runImport({
    file,
    format,
    client,
    start,
    place,
    interrupted,
    user: options.user,
    speaker: options.speaker,
    source: options.source,
    lift: options.lift ?? false,
    refuse(refusal) {
      if (refused.length < LISTED) refused.push(refusal)
      tell(refusal, io)
    },
    advance: (bytes, { conversations }) => {
      progress.update({
        processed: bytes,
        total: file.size,
        note: `${conversations} conversations`,
      })
    },
  }).finally(() => progress.stop())
  if (!finished) {
    line(io.stderr, 'Interrupted. The same command goes on where it was.')
    context.exit(INTERRUPTED)
    return
  }
  await conclude(given, client, { tally, refused })
}

const KILOBYTE = 1_000
const MEGABYTE = 1_000_000
const size = (bytes: number) =>
  bytes < MEGABYTE ? `${(bytes / KILOBYTE).toFixed(1)} kB` : `${(bytes / MEGABYTE).toFixed(1)} MB`

function positionOf({ context, path, file, format, options }: Given): Place | undefined {
  const config = context.config(ON_THIS_MACHINE)
  const { user, speaker, source, namespace } = options
  const place = placeOf(config.dataDir, {
    file: path,
    size: file.size,
    modifiedAt: file.modifiedAt,
    target: [
      chosenAddress(context) ?? config.DATABASE_URL ?? config.dataDir,
      namespace,
      source ?? config.SOURCE_NAME,
      format,
      user,
      speaker,
    ],
  })
  if (place === undefined) {
    const folder = plain(config.dataDir)
    line(context.io.stderr, `No position is kept: nothing can be written into ${folder}.`)
  }
  return place
}

function tell({ where, id, field, message }: Refusal, io: Io): void {
  // A bar stands on the last line of a terminal: it is wiped, and drawn again below.
  const wipe = io.isTTY ? '\r\u001b[K' : ''
  const subject = id === undefined ? where : `${where} (${plain(id)})`
  line(io.stderr, `${wipe}${subject}: ${plain(`${field} ${message}`)}`)
}

interface Outcome {
  readonly tally: Tally
  readonly refused: readonly Refusal[]
}

async function conclude(
  { context, format, options }: Given,
  client: ApiClient | undefined,
  { tally, refused }: Outcome,
): Promise<void> {
  const { io } = context
  const { json, backfill, dryRun = false } = options
  const report = { format, dry_run: dryRun, ...tally, refused }
  if (tally.conversations + tally.records === 0 && tally.rejected > 0) context.exit(FAILED)
  if (!json) line(io.stdout, sentence(report))
  if (client === undefined || !backfill) {
    if (json) writeJson(io.stdout, report)
    else if (client) line(io.stdout, 'Make memories of them with: memoir backfill')
    return
  }
  const { job: id } = await client.startBackfill({})
  const job = await followJob(client, id, io)
  const shown = job ?? (await client.job(id))
  if (json) writeJson(io.stdout, { ...report, backfill: shown })
  else printBackfill(shown, io, false)
  const code = concludeJob(job, id, io)
  if (code !== DONE) context.exit(code)
}

function sentence(report: Tally & { readonly format: string; readonly dry_run: boolean }): string {
  const { format, conversations, messages, records, rejected, empty, dry_run: dry } = report
  const others = records === 0 ? '' : ` and ${records} other records`
  const what = `${conversations} conversations with ${messages} messages${others} (${format})`
  const why = leftOutSentence(report.left_out_reasons)
  const left = report.left_out === 0 ? '' : `, ${report.left_out} left out (${why})`
  return `${what} ${dry ? 'could be imported' : 'imported'}, ${rejected} rejected, ${empty} empty${left}`
}
