import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Extraction } from '../../domain/job.ts'
import { OFF_STAGES, RECALL_STAGES, type OffStage, type RecallStage } from '../../domain/recall.ts'
import { MemoirError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { withClient, type CliContext, type DataOptions } from '../context.ts'
import { askAll, type Asked, type Asking } from './ask.ts'
import type { EvalChat } from './chats.ts'
import { loadChats, withPlainIds } from './load.ts'
import { readLocomo } from './locomo.ts'
import type { Half } from './gold-sets.ts'
import { isOwnForm, readOwnForm } from './own-form.ts'
import { removeUsers } from './remove-users.ts'
import { measureAbstention, THRESHOLD, type Abstention } from './abstention.ts'
import { byLanguage, report, type Scores } from './score.ts'
import { DONE, FAILED, INTERRUPTED, interruption, line, writeJson, type Io } from '../io.ts'
import { printTable } from '../print.ts'
import { evaluateSet, SETS } from './evaluate-sets.ts'
import { concludeJob } from '../watch.ts'

export interface EvalOptions extends DataOptions {
  readonly rankings?: string
  readonly extract?: Extraction
  readonly ablation: boolean
  readonly half: Half
}

/** @param path a file, or the name of a set of this project */
export async function runEval(
  path: string,
  options: EvalOptions,
  context: CliContext,
): Promise<void> {
  const set = SETS.find((name) => name === path)
  const chats = set === undefined ? await readChats(path) : []
  const namespace = options.namespace ?? `eval-${Date.now().toString(36)}`
  const key = await makeNamespace(context, namespace)
  await withClient(context, namespace, async (client) => {
    await client.revokeKey(key)
    if (set !== undefined) {
      await evaluateSet({ client, context, namespace, set, ...options })
      return
    }
    await evaluate({ client, chats, context, options, namespace })
  })
}

async function readChats(path: string): Promise<EvalChat[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new MemoirError('invalid_request', `${path} cannot be read.`, { cause: error })
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new MemoirError('invalid_request', `${path} is not JSON.`, { cause: error })
  }
  if (isOwnForm(value)) return readOwnForm(value)
  return readLocomo(value, basename(path).replace(/\.json$/, ''))
}

/** A namespace comes into being with its first key; that key itself is not needed. @returns its id */
async function makeNamespace(context: CliContext, namespace: string): Promise<string> {
  let made = ''
  await withClient(context, undefined, async (client) => {
    made = (await client.createKey({ name: 'memoir eval', role: 'reader', namespace })).id
  })
  return made
}

interface Evaluation {
  readonly client: ApiClient
  readonly chats: readonly EvalChat[]
  readonly context: CliContext
  readonly options: EvalOptions
  readonly namespace: string
}

async function evaluate({
  client,
  chats: given,
  context,
  options,
  namespace,
}: Evaluation): Promise<void> {
  const { io } = context
  const { chats, plain } = withPlainIds(given)
  const { extract } = options
  const job = await loadChats(client, chats, { io, ...(extract === undefined ? {} : { extract }) })
  if (job?.state !== 'succeeded') {
    context.exit(job === null ? INTERRUPTED : concludeJob(job, job.id, io))
    return
  }
  using interrupted = interruption(io)
  const asking = { client, chats, plain, io, interrupted }
  const asked = await askAll({ ...asking, label: 'questions' })
  if (options.rankings !== undefined) await writeFile(options.rankings, rankings(asked))
  const ablation = options.ablation ? await ablate(asking, headsIn(asked)) : undefined
  const abstention = await measureAbstention(asking, asked)
  await removeUsers(client, { users: chats.map(({ user }) => user), namespace, io })
  if (interrupted.signal.aborted) {
    context.exit(INTERRUPTED)
    return
  }
  const languages = byLanguage(asked)
  const result: Result = {
    ...report(asked),
    ...(languages === null ? {} : { by_language: languages }),
    latency_ms: latencyOf(asked),
    degraded: degradedOf(asked),
    ...(ablation === undefined ? {} : { ablation }),
    ...(abstention === null ? {} : { abstention }),
  }
  if (options.json) writeJson(io.stdout, result)
  else print(result, io)
  context.exit(result.n > 0 ? DONE : FAILED)
}

const FOLLOW_UP = 'follow-up'

type Rows<Stage extends string> = Readonly<Partial<Record<Stage, Scores>>>

interface Ablation {
  /** What is found without each stage that is on. */
  readonly without: Rows<RecallStage>
  /** What is found with each stage that is off. */
  readonly with: Rows<OffStage>
  /** Where memories have several vectors: what is found by some of them, named with commas. */
  readonly heads?: Readonly<Record<string, Scores>>
  /** Where the chats are in several languages: what is found in each without the model. */
  readonly languages_without_vectors?: Readonly<Record<string, Scores>>
  /** Questions that follow another one, where the file has such: what is found of them without what was shown before. */
  readonly follow_up_without_focus?: Scores
}

/** The heads that memories were found by, besides what they say. */
const headsIn = (asked: readonly Asked[]) =>
  [
    ...new Set(
      asked.flatMap(({ answer }) => answer.hits.flatMap(({ heads = {} }) => Object.keys(heads))),
    ),
  ].filter((head) => head !== 'semantic')

async function ablate(asking: Omit<Asking, 'label'>, others: readonly string[]): Promise<Ablation> {
  let following: Scores | undefined
  let languages: ReturnType<typeof byLanguage> = null
  const ask = async (label: string, more: Asking['more']) => {
    const asked = await askAll({ ...asking, label, ...(more === undefined ? {} : { more }) })
    const { by_category: categories, ...all } = report(asked)
    if (more?.without?.includes('focus') === true) following = categories[FOLLOW_UP]
    if (more?.without?.includes('vectors') === true) languages = byLanguage(asked)
    return all
  }
  const without: Partial<Record<RecallStage, Scores>> = {}
  for (const stage of RECALL_STAGES) {
    without[stage] = await ask(`without ${stage}`, { without: [stage] })
  }
  const also: Partial<Record<OffStage, Scores>> = {}
  for (const stage of OFF_STAGES) also[stage] = await ask(`with ${stage}`, { with: [stage] })
  const heads: Record<string, Scores> = {}
  for (const some of others.length === 0 ? [] : [[], ...others.map((head) => [head])]) {
    const names = ['semantic', ...some]
    heads[names.join(',')] = await ask(`heads ${names.join(',')}`, { heads: names })
  }
  return {
    without,
    with: also,
    ...(others.length === 0 ? {} : { heads }),
    ...(languages === null ? {} : { languages_without_vectors: languages }),
    ...(following === undefined ? {} : { follow_up_without_focus: following }),
  }
}

const rankings = (asked: readonly Asked[]) =>
  asked
    .map(({ chat, question, ids }) =>
      JSON.stringify({ conv: chat.name, q: question.index, ids: ids.slice(0, 50) }),
    )
    .map((text) => `${text}\n`)
    .join('')

function latencyOf(asked: readonly Asked[]) {
  const sorted = asked.map(({ ms }) => ms).toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round((sorted[Math.floor(share * sorted.length)] ?? 0) * 10) / 10
  return { p50: at(0.5), p95: at(0.95) }
}

const degradedOf = (asked: readonly Asked[]) =>
  asked.filter(({ answer }) => answer.degraded.length > 0).length

type Result = ReturnType<typeof report> & {
  readonly by_language?: Readonly<Record<string, Scores>>
  readonly latency_ms: ReturnType<typeof latencyOf>
  readonly degraded: number
  readonly ablation?: Ablation
  readonly abstention?: Abstention
}

function printAbstention(measured: Abstention, io: Io): void {
  const { foreign, foreign_empty: empty, unanswerable, unanswerable_empty: none } = measured
  const { kept, area } = measured
  line(
    io.stdout,
    `At threshold ${THRESHOLD}: ${empty} % of ${foreign} questions about somebody else find nothing,`,
  )
  line(
    io.stdout,
    `${none} % of ${unanswerable} that nothing answers; ${kept} % of the hits that answer stay.`,
  )
  line(io.stdout, `Area under the curve of relevance: ${area}.`)
}

const HEAD = ['', 'QUESTIONS', 'R@5', 'R@10', 'R@20', 'R@50'] as const

function print(
  {
    by_category: categories,
    by_language: languages = {},
    latency_ms: took,
    degraded,
    ablation,
    abstention,
    ...all
  }: Result,
  io: Io,
): void {
  const row = (name: string, scores: Scores) => [
    name,
    String(scores.n),
    ...(['r@5', 'r@10', 'r@20', 'r@50'] as const).map((at) => scores[at].toFixed(1)),
  ]
  const rows = Object.entries(categories).map(([name, scores]) => row(`category ${name}`, scores))
  const without = ablation?.languages_without_vectors ?? {}
  for (const [name, scores] of Object.entries(languages)) {
    rows.push(row(`language ${name}`, scores))
    if (without[name]) rows.push(row(`language ${name} without vectors`, without[name]))
  }
  const ablated = (['without', 'with'] as const).flatMap((how) =>
    Object.entries(ablation?.[how] ?? {}).map(([stage, scores]) => row(`${how} ${stage}`, scores)),
  )
  for (const [names, scores] of Object.entries(ablation?.heads ?? {})) {
    ablated.push(row(`heads ${names}`, scores))
  }
  const following = ablation?.follow_up_without_focus
  if (following) ablated.push(row(`${FOLLOW_UP} without focus`, following))
  printTable({ head: HEAD, rows: [row('all', all), ...rows, ...ablated], none: '' }, io)
  line(io.stdout, `\nHalf of the answers within ${took.p50} ms, 95 % within ${took.p95} ms.`)
  if (abstention) printAbstention(abstention, io)
  if (degraded > 0) line(io.stderr, `${degraded} answers were degraded.`)
}
