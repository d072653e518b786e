import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { consolidationCounts, type ConsolidationAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { DONE, FAILED, line, writeJson, type Io } from '../io.ts'
import { saidUnknown, withId } from '../named.ts'
import { plain } from '../table.ts'
import { concludeJob, followJob } from '../watch.ts'

interface ConsolidateOptions extends DataOptions {
  readonly user?: string
  readonly day?: string
  readonly dryRun?: boolean
  readonly undo?: string
  readonly wait: boolean
}

export const registerConsolidate: Register = (program, context) => {
  const command = program
    .command('consolidate')
    .option('--user <id>', 'only this user')
    .option('--day <date>', 'only this day; without it every day that holds something new', day)
    .option('--dry-run', 'show the plan, and change nothing')
    .option('--undo <id>', 'take back what a run did, within 30 days')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir consolidate --user maya --day 2026-03-01 --dry-run', 'memoir consolidate', 'memoir consolidate --undo ID')}

Ctrl-C ends the watching, not the job. When it runs by itself: memoir schedules list`,
    )
    .action(async (options: ConsolidateOptions) => {
      await withClient(context, options.namespace, async (client) => {
        if (options.undo === undefined) await start(context, client, options)
        else {
          const named = { client, of: 'job', given: options.undo } as const
          print(await withId(named, client.undoConsolidation), context.io, options.json)
        }
      })
    })
}

function day(value: string): string {
  if (z.iso.date().safeParse(value).success) return value
  throw new InvalidArgumentError('It has to be a date such as 2026-03-01.')
}

async function start(
  context: CliContext,
  client: ApiClient,
  { user, day: on, dryRun = false, wait, json }: ConsolidateOptions,
): Promise<void> {
  const { io } = context
  const { job: id } = await client.consolidate({
    dry_run: dryRun,
    ...(user === undefined ? {} : { user_id: user }),
    ...(on === undefined ? {} : { day: on }),
  })
  if (!wait) {
    if (json) writeJson(io.stdout, await client.job(id))
    else line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
    return
  }
  const job = await followJob(client, id, io, 'consolidate')
  const run = await client.consolidation(id)
  const isEmpty = user !== undefined && run.runs?.length === 0
  const unknown = isEmpty && (await saidUnknown(client, user, io))
  if (json || !unknown) print(run, io, json)
  const code = concludeJob(job, id, io)
  const failed = consolidationCounts.parse(job?.progress ?? {}).failed
  if (failed > 0) line(io.stderr, `${failed} failed: nothing was changed there.`)
  context.exit(code === DONE && failed > 0 ? FAILED : code)
}

function print(run: ConsolidationAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, run)
  const { id, state, plan, applied, guard, runs } = run
  if (runs) {
    for (const { day: on, user_id: whose, state: now, summary, error, id: one } of runs) {
      const why = error ? ` (${error.code}: ${error.message})` : ''
      line(io.stdout, `${on}  ${plain(whose)}  ${now}${why}  ${one}`)
      if (summary) line(io.stdout, `            ${plain(summary)}`)
    }
    line(
      io.stdout,
      runs.length === 0 ? 'No day holds anything new.' : `${runs.length} days looked through`,
    )
    return
  }
  line(io.stdout, `${run.day ?? ''}  ${plain(run.user_id ?? '')}  ${state}  ${id}`)
  if (plan?.summary) line(io.stdout, plain(plan.summary.content))
  if (applied) line(io.stdout, counted('Done', applied))
  else if (plan) {
    const { edges, merges, salience, downshift, drop_heads: heads } = plan
    const sizes = {
      edges: edges.length,
      merges: merges.length,
      salience: salience.length,
      downshift: downshift.length,
      drop_heads: heads.length,
    }
    line(io.stdout, counted('Planned', { summary: plan.summary ? 1 : 0, ...sizes }))
  }
  if (state === 'guard' && guard) {
    line(
      io.stdout,
      `It would retire ${guard.retired} memories and may retire ${guard.allowed}: nothing was changed.`,
    )
  }
}

function counted(word: string, counts: NonNullable<ConsolidationAnswer['applied']>): string {
  const { summary, edges, merges, salience, downshift, drop_heads: heads } = counts
  return `${word}: ${summary} summary, ${edges} links, ${merges} superseded, ${salience} weighed again, ${downshift} out of the hot tier, ${heads} heads dropped`
}
