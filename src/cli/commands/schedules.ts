import type { Command } from 'commander'
import type { ScheduleAnswer } from '../answers.ts'
import type { ApiClient, ScheduleChange } from '../client.ts'
import {
  dataOptions,
  examples,
  time,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { printTable } from '../print.ts'
import { plain } from '../table.ts'

export const registerSchedules: Register = (program, context) => {
  const schedules = program
    .command('schedules')
    .addHelpText(
      'after',
      examples(
        'memoir schedules list',
        'memoir schedules pause nightly --note "moving the database"',
        'memoir schedules cron nightly "30 1 * * *"',
      ),
    )
  registerList(schedules, context)
  registerChanges(schedules, context)
  registerRuns(schedules, context)
  withId(schedules, 'remove', 'remove it; resume brings it back')
    .addHelpText('after', examples('memoir schedules remove nightly'))
    .action(async (id: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        await client.removeSchedule(id)
        if (json) writeJson(context.io.stdout, { id, removed: true })
        else line(context.io.stdout, 'Removed.')
      })
    })
}

function withId(schedules: Command, name: string, description: string): Command {
  const command = schedules
    .command(name)
    .description(description)
    .argument('<id>', 'which schedule, such as nightly')
  return dataOptions(command)
}

function registerList(schedules: Command, context: CliContext): void {
  dataOptions(
    schedules.command('list').description('when each runs next, and how its last runs went'),
  )
    .addHelpText('after', examples('memoir schedules list', 'memoir schedules list --json'))
    .action(async ({ json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client) => {
        const page = await client.schedules()
        if (json) return writeJson(context.io.stdout, page)
        const head = ['ID', 'CRON', 'STATE', 'NEXT', 'LAST', 'NOTE']
        printTable({ head, rows: page.items.map(rowOf), none: 'No schedules.' }, context.io)
      })
    })
}

/** To the minute, which is what cron knows. */
const MINUTE_CHARS = 16

function rowOf({ id, cron, paused, note, next_runs: next, recent_runs: recent }: ScheduleAnswer) {
  const minute = (at: string | undefined) => at?.slice(0, MINUTE_CHARS).replace('T', ' ') ?? ''
  const [last] = recent
  const skipped = last?.skipped ? ` (${last.skipped})` : ''
  const state = paused ? 'paused' : 'on'
  return [
    id,
    cron,
    state,
    minute(next[0]),
    `${minute(last?.started_at)}${skipped}`,
    plain(note ?? ''),
  ]
}

interface ChangeOptions extends DataOptions {
  readonly note?: string
}

function registerChanges(schedules: Command, context: CliContext): void {
  const apply = async (id: string, change: ScheduleChange, { json, namespace }: DataOptions) => {
    await withClient(context, namespace, async (client) => {
      printChange(await client.changeSchedule(id, change), context.io, json)
    })
  }
  const noted = ({ note }: ChangeOptions) => (note === undefined ? {} : { note })
  withId(schedules, 'pause', 'run it no more until it is resumed')
    .option('--note <text>', 'why; shown in the list')
    .addHelpText('after', examples('memoir schedules pause nightly --note "moving the database"'))
    .action(async (id: string, options: ChangeOptions) => {
      await apply(id, { paused: true, ...noted(options) }, options)
    })
  withId(schedules, 'resume', 'run it again, also after it was removed')
    .option('--note <text>', 'why; shown in the list')
    .addHelpText('after', examples('memoir schedules resume nightly'))
    .action(async (id: string, options: ChangeOptions) => {
      await apply(id, { paused: false, ...noted(options) }, options)
    })
  const cron = schedules
    .command('cron')
    .description('change when it runs')
    .argument('<id>', 'which schedule, such as nightly')
    .argument('<expression>', 'five fields, in UTC')
  dataOptions(cron)
    .addHelpText('after', examples('memoir schedules cron nightly "30 1 * * *"'))
    .action(async (id: string, expression: string, options: DataOptions) => {
      await apply(id, { cron: expression }, options)
    })
}

function printChange(schedule: ScheduleAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, schedule)
  const { id, cron, paused, next_runs: next, applied } = schedule
  const when = next[0] === undefined ? '' : `; next at ${next[0]}`
  line(io.stdout, `${id}: ${cron}, ${paused ? 'paused' : 'on'}${when}`)
  if (!applied) line(io.stderr, 'Temporal does not answer: a worker tells it as soon as it can.')
}

interface RangeOptions extends DataOptions {
  readonly from: string
  readonly to: string
}

function registerRuns(schedules: Command, context: CliContext): void {
  withId(schedules, 'trigger', 'run it once now, paused or not')
    .addHelpText('after', examples('memoir schedules trigger nightly'))
    .action(async (id: string, { json, namespace }: DataOptions) => {
      await withClient(context, namespace, async (client: ApiClient) => {
        const accepted = await client.triggerSchedule(id)
        if (json) return writeJson(context.io.stdout, accepted)
        line(context.io.stdout, `Accepted. Watch it with: memoir jobs watch ${accepted.job}`)
      })
    })
  withId(schedules, 'backfill', 'run the times between two moments again')
    .requiredOption('--from <time>', 'a date, or a time', time)
    .requiredOption('--to <time>', 'a date, or a time', time)
    .addHelpText(
      'after',
      examples('memoir schedules backfill nightly --from 2026-03-01 --to 2026-03-04'),
    )
    .action(async (id: string, { from, to, json, namespace }: RangeOptions) => {
      await withClient(context, namespace, async (client) => {
        const asked = await client.backfillSchedule(id, { from, to })
        if (json) writeJson(context.io.stdout, asked)
        else line(context.io.stdout, 'Accepted. See its runs with: memoir schedules list')
      })
    })
}
