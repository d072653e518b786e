import { Argument } from 'commander'
import { SYNC_OPERATIONS, type SyncOperation } from '../../domain/graph.ts'
import { syncCounts, type JobAnswer } from '../answers.ts'
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

interface SyncOptions extends DataOptions {
  readonly user?: string
  readonly limit?: number
  readonly dryRun?: boolean
  readonly clearExisting?: boolean
  readonly wait: boolean
}

const MAX_LIMIT = 100_000_000

export const registerSync: Register = (program, context) => {
  const command = program
    .command('sync')
    .addArgument(
      new Argument('[operation]', 'check finds; repair mends; full writes everything again')
        .choices(SYNC_OPERATIONS)
        .default('check'),
    )
    .option('--user <id>', 'only this user')
    .option(
      '--limit <n>',
      'compare so many memories and stop there until next time',
      whole(1, MAX_LIMIT),
    )
    .option('--dry-run', 'find, and change nothing')
    .option('--clear-existing', 'with rebuild: empty the graph first')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir sync', 'memoir sync repair --dry-run', 'memoir sync rebuild --clear-existing')}

Ctrl-C ends the watching, not the job. Recall reads Postgres and goes on meanwhile.`,
    )
    .action(async (operation: SyncOperation, options: SyncOptions) => {
      const { user, limit, dryRun = false, clearExisting = false, wait, json, namespace } = options
      await withClient(context, namespace, async (client) => {
        const { job: id } = await client.startSync({
          operation,
          dry_run: dryRun,
          clear_existing: clearExisting,
          ...(user === undefined ? {} : { user_id: user }),
          ...(limit === undefined ? {} : { limit }),
        })
        if (!wait) {
          if (json) writeJson(context.io.stdout, await client.job(id))
          else line(context.io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
          return
        }
        const job = await followJob(client, id, context.io, 'sync')
        printSync(job ?? (await client.job(id)), context.io, json)
        context.exit(concludeJob(job, id, context.io))
      })
    })
}

function printSync(job: JobAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, job)
  const { checked, missing, extra, stale, ahead, repaired, failed } = syncCounts.parse(job.progress)
  line(
    io.stdout,
    `${checked} memories: ${missing} missing, ${extra} too many, ${stale} out of date, ${ahead} ahead; ${repaired} repaired, ${failed} failed`,
  )
}
