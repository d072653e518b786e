import { reembedCounts, type JobAnswer, type ReembedAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import { dataOptions, examples, withClient, type DataOptions, type Register } from '../context.ts'
import { line, writeJson, type Io } from '../io.ts'
import { concludeJob, followJob } from '../watch.ts'

interface ReembedOptions extends DataOptions {
  readonly undo?: boolean
  readonly estimate?: boolean
  readonly wait: boolean
}

export const registerReembed: Register = (program, context) => {
  const command = program
    .command('reembed')
    .option('--estimate', 'say what it would take, and do nothing')
    .option('--undo', 'go back to the vectors before, while they are kept')
    .option('--no-wait', 'start it and leave; memoir jobs watch ID shows it')
  dataOptions(command)
    .addHelpText(
      'after',
      `${examples('memoir reembed', 'memoir reembed --estimate', 'memoir reembed --undo')}

Ctrl-C ends the watching, not the job. The old vectors serve until the switch.`,
    )
    .action(async (options: ReembedOptions) => {
      const { json, namespace } = options
      await withClient(context, namespace, async (client) => {
        const state = await client.reembed()
        if (options.estimate || isDone(state, options)) {
          if (json) writeJson(context.io.stdout, state)
          else printState(state, context.io)
          return
        }
        const job = await run(client, options, context.io)
        if (job !== undefined) context.exit(job)
      })
    })
}

const isDone = ({ required, job }: ReembedAnswer, { undo = false }: ReembedOptions) =>
  !undo && !required && job === null

/** @returns the exit code, unless nothing was waited for */
async function run(
  client: ApiClient,
  { undo = false, wait, json }: ReembedOptions,
  io: Io,
): Promise<number | undefined> {
  const { job: id } = await client.startReembed({ undo })
  if (!wait) {
    if (json) writeJson(io.stdout, await client.job(id))
    else line(io.stdout, `Accepted. Watch it with: memoir jobs watch ${id}`)
    return undefined
  }
  const job = await followJob(client, id, io, 'reembed')
  printJob(job ?? (await client.job(id)), io, json)
  return concludeJob(job, id, io)
}

function printState({ stored, configured, required, estimate, undo }: ReembedAnswer, io: Io): void {
  const name = ({ model, dim }: { model: string; dim: number }) => `${model} (${dim})`
  if (stored === null) line(io.stdout, 'There are no vectors yet.')
  else if (!required) line(io.stdout, `Nothing to do: the vectors are of ${name(stored)}.`)
  else line(io.stdout, `The vectors are of ${name(stored)}, configured is ${name(configured)}.`)
  if (estimate) {
    const { memories, tokens, cost } = estimate
    const price = cost === null ? 'a price nobody knows' : `$${cost.toFixed(2)}`
    line(io.stdout, `${memories} memories, about ${tokens} tokens, ${price}.`)
  }
  if (undo) line(io.stdout, `Until ${undo.until} one can go back to ${name(undo)}.`)
}

function printJob(job: JobAnswer, io: Io, json: boolean | undefined): void {
  if (json) return writeJson(io.stdout, job)
  const { processed, embedded, compared } = reembedCounts.parse(job.progress)
  const share = compared?.agreement
  const agreement =
    share === undefined || share === null
      ? ''
      : `; ${Math.round(share * 100)} % of the nearest ten are the same`
  line(io.stdout, `${processed} vectors, ${embedded} made anew${agreement}`)
}
