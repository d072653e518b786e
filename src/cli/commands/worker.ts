import { InvalidArgumentError, Option } from 'commander'
import type { Services } from '../../services.ts'
import type { RunningWorker } from '../../worker.ts'
import { countRunnableJobs } from '../../stores/jobs/runnable-jobs.ts'
import { examples, type CliContext, type Register } from '../context.ts'
import { line, type Interruption } from '../io.ts'
import { serveWith, type Serving } from '../serve.ts'
import { pause } from '../watch.ts'

interface WorkerOptions {
  readonly once?: boolean
  readonly interval?: number
}

export const registerWorker: Register = (program, context) => {
  program
    .command('worker')
    .option('--once', 'leave when no work is left')
    .addOption(
      new Option('--interval <seconds>', 'do all work there is, sleep, and again')
        .argParser(seconds)
        .conflicts('once'),
    )
    .addHelpText(
      'after',
      examples('memoir worker', 'memoir worker --once', 'memoir worker --interval 300'),
    )
    .action(async (options: WorkerOptions) => {
      await serveWith(context, 'memoir-worker', async (serving) => {
        await serve(context, { ...serving, ...options })
      })
    })
}

async function serve(
  context: CliContext,
  { services, interrupted, once, interval }: Serving & WorkerOptions,
) {
  for (;;) {
    const worker = await context.parts.startWorker(services)
    try {
      line(context.io.stderr, 'The worker runs.')
      await (once || interval !== undefined
        ? untilDone(services, worker, interrupted)
        : Promise.race([worker.stopped, interrupted.first]))
    } finally {
      await worker.shutdown()
    }
    if (interval === undefined || interrupted.signal.aborted) return
    line(context.io.stderr, `All work is done; again in ${interval} s.`)
    if (await pause(interval * 1000, interrupted)) return
  }
}

/** How often to look whether work is left. */
const LOOK_MS = 500

/** Returns when nothing is left that a worker could go on with: paused and stuck jobs wait for a person. */
async function untilDone(
  services: Services,
  worker: Omit<RunningWorker, 'ready'>,
  interrupted: Interruption,
) {
  const died = worker.stopped.then(() => true)
  for (;;) {
    await worker.sweep()
    if ((await countRunnableJobs(services.db)) === 0) return
    if (await Promise.race([died, pause(LOOK_MS, interrupted)])) return
  }
}

/** A week: more is better served by a schedule. */
const LONGEST_INTERVAL_S = 604_800

function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= LONGEST_INTERVAL_S) return value
  throw new InvalidArgumentError(`It has to be a number of seconds up to ${LONGEST_INTERVAL_S}.`)
}
