import { Option, type Command } from 'commander'
import { JOB_STATES, type JobControl } from '../../domain/job.ts'
import { MemoirError } from '../../errors.ts'
import { backfillCounts, type JobAnswer, type StepFailuresAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  dollars,
  examples,
  whole,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { withId } from '../named.ts'
import { printFacts, printMore, printTable } from '../print.ts'
import { plain } from '../table.ts'
import { concludeJob, followJob } from '../watch.ts'

interface ListOptions extends DataOptions {
  readonly limit: number
  readonly cursor?: string
  readonly state?: string
}

export const registerJobs: Register = (program, context) => {
  const jobs = program
    .command('jobs')
    .addHelpText(
      'after',
      examples('memoir jobs list', 'memoir jobs watch ID', 'memoir jobs retry ID'),
    )
  registerList(jobs, context)
  registerFailures(jobs, context)
  byId(jobs, 'show', 'everything about one job').action(
    async (given: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        const job = await withId({ client, of: 'job', given }, client.job)
        printJob(job, context.io, json)
        if (json !== true) printSteps((await client.stepFailures(job.id)).items, context.io)
      })
    },
  )
  byId(jobs, 'watch', 'follow a job to its end; Ctrl-C leaves it running').action(
    async (given: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        await withId({ client, of: 'job', given }, async (id) => {
          const job = await followJob(client, id, context.io, 'job')
          printJob(job ?? (await client.job(id)), context.io, json)
          context.exit(concludeJob(job, id, context.io))
        })
      })
    },
  )
  registerControl(jobs, context, 'pause', 'stop after the page in hand')
  registerControl(jobs, context, 'resume', 'go on after a pause')
  registerControl(jobs, context, 'cancel', 'end it; what is done stays')
  registerControl(jobs, context, 'retry', 'go on where it failed or was cancelled')
}

function byId(jobs: Command, name: string, description: string): Command {
  const command = jobs
    .command(name)
    .description(description)
    .argument('<id>', "the job's id, or how it begins")
  return dataOptions(command).addHelpText('after', examples(`memoir jobs ${name} ID`))
}

function registerList(jobs: Command, context: CliContext): void {
  const command = jobs
    .command('list')
    .description('jobs, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(JOB_STATES))
    .option('--limit <n>', 'how many', whole(1, 200), 20)
    .option('--cursor <cursor>', 'where the page before ended')
  dataOptions(command)
    .addHelpText('after', examples('memoir jobs list --state failed', 'memoir jobs list --json'))
    .action(async ({ limit, cursor, state, json, namespace }: ListOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await client.jobs({ limit, cursor, state })
        if (json) return writeJson(context.io.stdout, page)
        printJobs(page.items, context.io)
        printMore(page.next_cursor, context.io)
      })
    })
}

function registerFailures(jobs: Command, context: CliContext): void {
  byId(
    jobs,
    'failures',
    'what a backfill could not take in, or whose narrative a run could not write, and why',
  )
    .option('--limit <n>', 'how many', whole(1, 200), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (given: string, { limit, cursor, json, namespace }: ListOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await withId(
          { client, of: 'job', given },
          async (id) => await failuresOf(client, id, { limit, cursor }),
        )
        if (json) return writeJson(context.io.stdout, page)
        const rows = page.items.map((each) => [
          each.conversation_id ?? each.user_id ?? '',
          each.code,
          each.failed_at.slice(0, 19),
          each.message,
        ])
        const ofUsers = page.items.some((each) => each.user_id !== undefined)
        const head = [ofUsers ? 'USER' : 'CONVERSATION', 'CODE', 'WHEN', 'WHY']
        printTable({ head, rows, none: 'Nothing failed.' }, context.io)
        printMore(page.next_cursor, context.io)
      })
    })
}

interface Failure {
  readonly conversation_id?: string
  readonly user_id?: string
  readonly code: string
  readonly message: string
  readonly failed_at: string
}

/** A run over narratives lists users, every other one conversations. */
async function failuresOf(
  client: ApiClient,
  id: string,
  query: { limit: number; cursor: string | undefined },
): Promise<{ readonly items: readonly Failure[]; readonly next_cursor: string | null }> {
  try {
    return await client.failures(id, query)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  try {
    return await client.narrativeFailures(id, query)
  } catch (error) {
    if (!isMissing(error)) throw error
    const { kind } = await client.job(id)
    throw new MemoirError('invalid_request', `A job of kind ${plain(kind)} has no such list.`, {
      cause: error,
      details: { next: `What failed in it: memoir jobs show ${id}` },
    })
  }
}

const isMissing = (error: unknown) => error instanceof MemoirError && error.code === 'not_found'

interface ControlOptions extends DataOptions {
  readonly budget?: number
}

function registerControl(
  jobs: Command,
  context: CliContext,
  action: JobControl | 'retry',
  description: string,
): void {
  const command = byId(jobs, action, description)
  if (action === 'resume') {
    command.option('--budget <dollars>', 'what it may cost in all from now on', dollars)
  }
  command.action(async (given: string, { json, namespace, budget }: ControlOptions) => {
    await withClient(context, namespace, async (client) => {
      const job = await withId({ client, of: 'job', given }, async (id) => {
        await client.control(id, action, { budget })
        return await client.job(id)
      })
      if (json) return writeJson(context.io.stdout, job)
      line(context.io.stdout, `Asked to ${action}; the job is ${job.state}.`)
      line(context.io.stderr, `Watch it with: memoir jobs watch ${job.id}`)
    })
  })
}

function printJobs(jobs: readonly JobAnswer[], io: Io): void {
  const rows = jobs.map((job) => [
    job.id,
    job.kind,
    job.state,
    (job.created_at ?? job.started_at ?? '').slice(0, 19),
    job.error ? job.error.code : howFar(job.progress),
  ])
  const head = ['ID', 'KIND', 'STATE', 'ACCEPTED', 'PROGRESS']
  printTable({ head, rows, none: 'No jobs.' }, io)
}

/** Work on one thing counts nothing: its state says it all. */
function howFar(progress: JobAnswer['progress']): string {
  if (!('processed' in progress)) return ''
  const { processed, errors } = backfillCounts.parse(progress)
  return `${processed} processed${errors > 0 ? `, ${errors} failed` : ''}`
}

function printJob(job: JobAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, job)
  const facts: [string, unknown][] = [
    ['id', job.id],
    ['kind', job.kind],
    ['state', job.state],
    ['user', job.user_id],
    ['attempts', job.attempts],
    ['accepted', job.created_at],
    ['started', job.started_at],
    ['finished', job.finished_at],
    ...Object.entries(job.progress),
    ['error', job.error ? `${job.error.code} in ${job.error.step}: ${job.error.message}` : null],
    ['vendor said', job.error?.detail],
    ['Temporal', job.temporal_url],
  ]
  printFacts(facts, io)
}

/** Steps that failed, also those that worked when they were tried again; nothing where none did. */
function printSteps(steps: StepFailuresAnswer['items'], io: Io): void {
  if (steps.length === 0) return
  const rows = steps.map(({ step, code, failures, last_at: at, message, detail }) => [
    step,
    code,
    String(failures),
    at.slice(0, 19),
    detail === undefined ? message : `${message} ${detail}`,
  ])
  const head = ['STEP', 'CODE', 'FAILED', 'LAST', 'WHY']
  printTable({ head, rows, none: '' }, io)
}
