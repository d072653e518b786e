import type { Command } from 'commander'
import { isErrorCode, SENTENCE } from '../../errors.ts'
import type { JobAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { narrativeRunCounts, type NarrativeAnswer } from '../narrative-answers.ts'
import { DONE, FAILED, INTERRUPTED, interruption, line, writeJson, type Io } from '../io.ts'
import { saidUnknown } from '../named.ts'
import { plain } from '../table.ts'
import { concludeJob, followJob, patiently, pause } from '../watch.ts'

interface NarrativeOptions extends DataOptions {
  readonly regenerate?: boolean
  readonly watch?: boolean
  readonly backfill?: boolean
  readonly wait: boolean
}

export const registerNarrative: Register = (program, context) => {
  const command: Command = program
    .command('narrative')
    .argument('[user]', 'your own id of the user')
    .option('--regenerate', 'have it written anew, whether anything has changed or not')
    .option('--watch', 'wait until it is written, or stands as failed')
    .option('--backfill', 'have the missing, stale and failed ones of all users written')
    .option('--no-wait', 'with --backfill: start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir narrative maya', 'memoir narrative maya --regenerate --watch', 'memoir narrative --backfill')}

Where there is no text yet, an analysis made on the spot stands in for it. Ctrl-C ends the watching, not the work.`,
    )
    .action(async (user: string | undefined, options: NarrativeOptions) => {
      if ((user === undefined) !== (options.backfill === true)) {
        command.error('Name one user, or ask for --backfill.')
      }
      await withClient(context, options.namespace, async (client) => {
        if (user === undefined) return await backfill(context, client, options)
        if (options.regenerate) return await regenerate(context, client, { user, options })
        if (options.watch) return await watch(context, client, { user, options })
        const narrative = await client.narrative(user, true)
        show(context, narrative, options.json)
        if (narrative.state === 'none') await saidUnknown(client, user, context.io)
      })
    })
}

interface One {
  readonly user: string
  readonly options: NarrativeOptions
}

async function regenerate(context: CliContext, client: ApiClient, { user, options }: One) {
  const { io } = context
  const { job: id } = await client.regenerateNarrative(user)
  if (options.watch) {
    const job = await followJob(client, id, io, 'narrative')
    const code = concludeJob(job, id, io)
    if (code !== DONE) return context.exit(code)
    return show(context, await client.narrative(user, false), options.json)
  }
  if (options.json) return writeJson(io.stdout, await client.job(id))
  line(io.stdout, `Accepted. Wait for it with: memoir narrative ${user} --watch`)
}

/** Often enough that a person sees it as soon as it is there. */
const POLL_MS = 400

/** Asking for one that is missing or stale starts it. */
async function watch(context: CliContext, client: ApiClient, { user, options }: One) {
  const { io } = context
  using interrupted = interruption(io)
  for (;;) {
    const narrative = await patiently(async () => await client.narrative(user, false), interrupted)
    if (narrative === null) return context.exit(INTERRUPTED)
    const isUnderWay = narrative.state === 'generating' || narrative.state === 'stale'
    if (!isUnderWay) return show(context, narrative, options.json)
    if (await pause(POLL_MS, interrupted)) return context.exit(INTERRUPTED)
  }
}

async function backfill(context: CliContext, client: ApiClient, options: NarrativeOptions) {
  const { io } = context
  const { job: id } = await client.backfillNarratives()
  if (!options.wait) {
    if (options.json) return writeJson(io.stdout, await client.job(id))
    return line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
  }
  const job = await followJob(client, id, io, 'narratives')
  printRun(job ?? (await client.job(id)), io, options.json)
  context.exit(concludeJob(job, id, io))
}

function printRun(job: JobAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, job)
  const { total, created, skipped, errors } = narrativeRunCounts.parse(job.progress)
  line(io.stdout, `${total} users: ${created} written, ${skipped} unchanged, ${errors} failed`)
  if (errors > 0) line(io.stderr, `Whose failed and why: memoir jobs failures ${job.id}`)
}

const NOTES: Readonly<Record<string, string>> = {
  stale: 'This is an older text; the next one is being written.',
  generating: 'It is being written.',
  none: 'There is no narrative: there are too few memories yet.',
}

/** The text and what its numbers stand for on standard output, what is to be said about it beside. */
function show(context: CliContext, narrative: NarrativeAnswer, json: boolean | undefined): void {
  const { io } = context
  const { narrative: text, analysis, state, error } = narrative
  if (state === 'failed') context.exit(FAILED)
  if (json) return writeJson(io.stdout, narrative)
  const told = text ?? analysis?.text
  if (told !== undefined) line(io.stdout, told.split('\n').map(plain).join('\n'))
  printCitations(io, (text === null ? analysis?.citations : narrative.citations) ?? [])
  if (text === null && analysis) {
    line(io.stderr, `Put together just now by ${analysis.model}; it is not kept.`)
  }
  const code = isErrorCode(error?.code) ? error.code : 'internal'
  const note = state === 'failed' ? `${SENTENCE[code]} (${code})` : NOTES[state]
  if (note !== undefined) line(io.stderr, note)
}

/** Messages of a citation that are named; a fact can rest on many. */
const NAMED = 3

function printCitations(io: Io, citations: NonNullable<NarrativeAnswer['citations']>): void {
  if (citations.length > 0) line(io.stdout, '')
  for (const { n, memory_id: id, message_ids: messages } of citations) {
    const named = messages.slice(0, NAMED).map(plain).join(', ')
    const more = messages.length > NAMED ? ', …' : ''
    line(io.stdout, `${`[${n}]`.padEnd(4)} ${id}  ${named}${more}`.trimEnd())
  }
}
