import { ON_THIS_MACHINE, type Config } from '../../config.ts'
import { toMemoirError } from '../../errors.ts'
import { createClient, type ApiClient } from '../client.ts'
import { requireFreePort } from '../free-port.ts'
import { examples, whole, type CliContext, type Register } from '../context.ts'
import {
  DONE,
  INTERRUPTED,
  interruption,
  line,
  writeJson,
  type Interruption,
  type Io,
  type Output,
} from '../io.ts'
import { readLogin } from '../login-file.ts'
import { withVariables } from '../overlay.ts'
import type { FoundModels, RunningUp } from '../parts.ts'
import { loadSample, sampleSize } from '../sample.ts'
import { plain } from '../table.ts'
import { databaseUrl } from '../serve.ts'
import { withoutSlash } from '../target.ts'
import { createUpLogger } from '../up-log.ts'
import { LOCAL } from '../../providers/default-model.ts'
import type { Services } from '../../services.ts'
import type { ReembedState } from '../../reembed/service.ts'
import type { Stack } from '../../stack/stack.ts'
import { runSample } from './sample-run.ts'
import { finishSample } from './sample-work.ts'

interface UpOptions {
  readonly sample?: boolean
  readonly once?: boolean
  readonly json?: boolean
  readonly port?: number
}

export const registerUp: Register = (program, context) => {
  program
    .command('up')
    .option('--sample', 'take in the sample conversations when there are none, and ask about them')
    .option('--once', 'leave when that is done')
    .option('--port <n>', 'the port of the API, instead of PORT', whole(0, 65_535))
    .option('--json', 'answer one JSON value on standard output')
    .addHelpText(
      'after',
      examples('memoir up', 'memoir up --sample', 'memoir up --sample --once --json'),
    )
    .action(async (options: UpOptions) => {
      const config = context.config(ON_THIS_MACHINE)
      const running = await context.parts.attach(config.dataDir)
      if (running) return await useRunning(running, config, options, context)
      await requirePorts(config, options)
      await up(config, options, context)
    })
}

/** Where lines for people go: with --json standard output holds the answer alone. */
const sayOn = ({ io }: CliContext, { json }: UpOptions): Output => (json ? io.stderr : io.stdout)

async function useRunning(
  running: RunningUp,
  config: Config,
  options: UpOptions,
  context: CliContext,
): Promise<void> {
  const said = sayOn(context, options)
  line(said, `Memoir runs already: ${running.url} (process ${running.pid})`)
  const parts = { running: { how: 'running', detail: running.url } }
  if (!options.sample || !options.once) {
    if (options.json) writeJson(context.io.stdout, { parts, url: running.url })
    return
  }
  using interrupted = interruption(context.io)
  const client = clientOf(running.url, keyFor(config, running), config)
  await sampleRun(client, { parts, url: running.url, options, context, interrupted })
}

/** An `up` that was started with an administrator's key of its own does not know the one of the folder. */
const keyFor = (config: Config, running: RunningUp) =>
  config.MEMOIR_KEY ?? config.MEMOIR_ADMIN_KEY ?? running.adminKey

function clientOf(url: string, key: string, config: Config): ApiClient {
  return createClient({ url, key, namespace: config.SOURCE_NAMESPACE })
}

/** Everything opened is closed in the opposite order, also when a later step fails. */
async function up(config: Config, options: UpOptions, context: CliContext): Promise<void> {
  const { io, parts } = context
  using interrupted = interruption(io)
  void interrupted.first.then(() => line(io.stderr, 'Stopping. Ctrl-C again ends it at once.'))
  await using closers = new AsyncDisposableStack()
  const said = sayOn(context, options)
  const say = (text: string) => line(said, text)
  const log = createUpLogger(config, io)

  const finding = parts.findModels([])
  const { signal } = interrupted
  const stack = await parts.startStack(config, { log, say, signal }).catch(unlessAborted(signal))
  if (stack === undefined) return context.exit(INTERRUPTED)
  closers.defer(async () => await stack.close())
  sayParts(say, stack.parts)
  if (interrupted.signal.aborted) return context.exit(INTERRUPTED)

  const laid = withVariables(config, stack.env)
  await parts.migrate(databaseUrl(laid))
  const services = await parts.createServices(
    laid,
    log,
    stack.temporalUi === undefined ? {} : { temporalUi: stack.temporalUi },
  )
  closers.defer(async () => await services.close())
  sayKept(say, await services.reembeds.begin())
  const worker = await parts.startWorker(services)
  closers.defer(async () => await worker.shutdown())
  const api = await parts.startApi(services, { host: laid.HOST, port: options.port ?? laid.PORT })
  closers.defer(async () => await api.close())
  stack.announce(api.url)
  welcome(say, api.url, stack)
  sayLogin(say, api.url, io)
  await sayFound(say, await finding, services)
  if (interrupted.signal.aborted) return context.exit(INTERRUPTED)

  let background = NOTHING_ELSE
  if (options.sample) {
    const loaded = await loadSample(services)
    if (loaded > 0) say(`\n${loaded} sample conversations are ready to import.`)
    const client = clientOf(api.url, stack.adminKey, laid)
    const run = { parts: stack.parts, url: api.url, options, context, interrupted }
    background = (await sampleRun(client, run)).background
  } else if (options.json) {
    writeJson(io.stdout, { parts: stack.parts, url: api.url })
  }
  if (options.once) return
  say('\nCtrl-C stops everything.')
  const died = worker.stopped.then(() => 'stopped' as const)
  const why = await Promise.race([interrupted.first, died])
  await background
  context.exit(why === 'SIGTERM' ? DONE : why === 'SIGINT' ? INTERRUPTED : 1)
}

/** With a small model on one core; said as an order of magnitude. */
const TOKENS_A_SECOND = 5_000

/** A store keeps the vectors it has: what that means, and what would change it. */
function sayKept(
  say: (text: string) => void,
  { stored, configured, estimate, job }: ReembedState,
): void {
  if (stored === null || estimate === null || job !== null) return
  const { memories, tokens } = estimate
  const took = configured.model.startsWith(LOCAL)
    ? `, some ${Math.ceil(tokens / TOKENS_A_SECOND)} s of one core`
    : ''
  say(
    `embedder  ${memories} memories keep the vectors of ${stored.model}; memoir reembed makes those of ${configured.model} (${tokens} tokens${took})`,
  )
}

/** A language model on this machine is found and never taken: it may be somebody else's, or cost what nobody expects. */
async function sayFound(
  say: (text: string) => void,
  found: FoundModels,
  { languageModel }: Pick<Services, 'languageModel'>,
): Promise<void> {
  if (found.length === 0) return
  await languageModel.ready?.()
  if (languageModel.identity.provider !== 'builtin') return
  for (const { name, title, url, models } of found) {
    const some = plain(models.slice(0, 3).join(', '))
    say(`Models    ${title} answers at ${url} with ${some}; to use it: memoir models use ${name}`)
  }
}

function welcome(say: (text: string) => void, url: string, stack: Stack): void {
  say('')
  say(`Dashboard ${url}`)
  say(`API       ${url}/v1`)
  say(`Docs      ${url}/docs`)
  if (stack.temporalUi !== undefined) say(`Temporal  ${stack.temporalUi}`)
  if (stack.adminKeyIsNew) {
    say(
      `Admin key ${stack.adminKey}   (shown this once; commands in this folder use it by themselves)`,
    )
  } else if (stack.adminKeyFile !== undefined) {
    // A first start that was interrupted has not shown it, and who has closed that terminal looks for it.
    say(`Sign in   with admin_key from ${stack.adminKeyFile}`)
  }
}

function sayParts(say: (text: string) => void, parts: Stack['parts']): void {
  for (const [name, part] of Object.entries(parts)) {
    say(`${name.padEnd(9)} ${part.how.padEnd(10)} ${part.detail}`)
  }
}

/** What is thrown after Ctrl-C is no failure. */
const unlessAborted = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error
}

/** Ports that were chosen; where none was, a free one is taken. */
async function requirePorts(config: Config, { port }: UpOptions): Promise<void> {
  const chosen = port ?? (config.given.has('PORT') ? config.PORT : undefined)
  if (chosen !== undefined) {
    await requireFreePort({ host: config.HOST, port: chosen, by: '--port or PORT' })
  }
  const { WORKER_PORT } = config
  if (WORKER_PORT !== undefined) {
    await requireFreePort({ host: '127.0.0.1', port: WORKER_PORT, by: 'WORKER_PORT' })
  }
}

/** Commands go to the server of `memoir login`, not to the one that starts here. */
function sayLogin(say: (text: string) => void, url: string, io: Io): void {
  const login = readLogin(io)
  if (login === undefined || withoutSlash(login.url) === url) return
  say(
    `Login     commands talk to ${login.url}; to this one with --url ${url}, or after: memoir login --remove`,
  )
}

interface SampleRun {
  readonly parts: unknown
  readonly url: string
  readonly options: UpOptions
  readonly context: CliContext
  readonly interrupted: Interruption
}

const NOTHING_ELSE: Promise<void> = Promise.resolve()

/** The recall, and then what is made of the sample: waited for with --once, else in the background. */
async function sampleRun(
  client: ApiClient,
  { parts, url, options, context, interrupted }: SampleRun,
): Promise<{ readonly background: Promise<void> }> {
  const { io } = context
  const said = sayOn(context, options)
  const { result, code } = await runSample(client, io, said)
  const answer = { parts, url, ...result }
  const isSample = result.recall !== null && result.backfill.total_fetched === (await sampleSize())
  const finish = async () => await finishSample(client, { io, said, interrupted })
  if (options.once) {
    const { work, code: ended } = isSample ? await finish() : { work: null, code: DONE }
    if (options.json) writeJson(io.stdout, isSample ? { ...answer, work } : answer)
    context.exit(code === DONE ? ended : code)
    return { background: NOTHING_ELSE }
  }
  if (options.json) writeJson(io.stdout, answer)
  if (code === INTERRUPTED) context.exit(code)
  return { background: isSample ? quietly(finish, io) : NOTHING_ELSE }
}

/** Whoever tries Memoir out has it running whatever becomes of this: the jobs say what went wrong. */
async function quietly(finish: () => Promise<unknown>, io: Io): Promise<void> {
  try {
    await finish()
  } catch (error) {
    line(io.stderr, `What the sample is made into is not complete: ${toMemoirError(error).message}`)
  }
}
