import { dataOptions, examples, withClient, type DataOptions, type Register } from '../context.ts'
import { line, writeJson } from '../io.ts'
import { noteIgnoredSource } from '../server-source.ts'
import { concludeJob, followJob } from '../watch.ts'
import { printBackfill } from './backfill.ts'

interface NightlyOptions extends DataOptions {
  readonly wait: boolean
}

export const registerNightly: Register = (program, context) => {
  const command = program
    .command('nightly')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir nightly', 'memoir nightly --no-wait --json')}

Ctrl-C ends the watching, not the job. When it runs by itself: memoir schedules list`,
    )
    .action(async ({ wait, json, namespace }: NightlyOptions) => {
      await noteIgnoredSource(context)
      await withClient(context, namespace, async (client) => {
        const { job: id } = await client.triggerSchedule('nightly')
        if (!wait) {
          if (json) writeJson(context.io.stdout, await client.job(id))
          else line(context.io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
          return
        }
        const job = await followJob(client, id, context.io, 'nightly')
        printBackfill(job ?? (await client.job(id)), context.io, json)
        context.exit(concludeJob(job, id, context.io))
      })
    })
}
