import { Argument } from 'commander'
import { MemoirError } from '../../errors.ts'
import type { AiSettingsAnswer, ModelTestAnswer, ReembedAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import {
  dataOptions,
  examples,
  withClient,
  type CliContext,
  type DataOptions,
  type Register,
} from '../context.ts'
import { FAILED, line, writeJson, type Io } from '../io.ts'
import type { FoundModels } from '../parts.ts'
import { printTable } from '../print.ts'
import { plain } from '../table.ts'
import { findTarget } from '../target.ts'

interface UseOptions extends DataOptions {
  readonly model?: string
}

/** Back to what the environment says. */
const DEFAULT = 'default'

export const registerModels: Register = (program, context) => {
  const { io } = context
  const models = program
    .command('models')
    .addHelpText(
      'after',
      examples('memoir models', 'memoir models use ollama --model qwen3:8b', 'memoir models test'),
    )
  dataOptions(
    models.command('list', { isDefault: true }).description('what is used, and what was found'),
  ).action(async ({ json, namespace }: DataOptions) => {
    await withClient(context, namespace, async (client) => {
      const state = await readState(client, context)
      if (json) writeJson(io.stdout, state)
      else printState(state, io)
    })
  })
  dataOptions(
    models.command('test').description('try whether the models in use do what is asked of them'),
  ).action(async ({ json, namespace }: DataOptions) => {
    await withClient(context, namespace, async (client) => {
      const tested = await client.testModels({})
      if (json) writeJson(io.stdout, tested)
      else printTest(tested, io)
      if (!tested.ok) context.exit(FAILED)
    })
  })
  dataOptions(
    models
      .command('use')
      .description('use a language model of this machine, once it has answered a test')
      .addArgument(new Argument('<name>', 'the server, or default: what the environment says'))
      .option('--model <name>', 'which of its models; the first one unless given'),
  ).action(async (name: string, options: UseOptions) => {
    await withClient(context, options.namespace, async (client) => {
      const llm = name === DEFAULT ? UNSET : await chosen(name, options, await find(context))
      const tested = await client.testModels({ llm })
      if (!tested.llm.ok) throw refused(llm.model, tested)
      const settings = await client.setModels({ llm })
      if (options.json) writeJson(io.stdout, settings)
      else line(io.stdout, `Language: ${nameOf(settings.llm)}, ${tested.llm.latency_ms} ms.`)
    })
  })
}

const UNSET = { base_url: null, model: null, api_key: null }

/** Memoir's own port is one that servers of models use too. */
async function find(context: CliContext): Promise<FoundModels> {
  const target = await findTarget(context)
  return await context.parts.findModels(target === null ? [] : [Number(new URL(target.url).port)])
}

async function chosen(name: string, { model }: UseOptions, found: FoundModels) {
  const server = found.find((one) => one.name === name)
  if (server === undefined) {
    const there = found.map((one) => one.name).join(', ')
    throw new MemoirError('not_found', `No ${plain(name)} answers on this machine.`, {
      details: {
        next:
          there === ''
            ? 'Start one, or set LLM_MODEL and OPENAI_BASE_URL.'
            : `There is: ${there}. Another address goes into LLM_MODEL and OPENAI_BASE_URL.`,
      },
    })
  }
  if (model !== undefined && !server.models.includes(model)) {
    throw new MemoirError('not_found', `${server.title} has no model ${plain(model)}.`, {
      details: { next: `It has: ${server.models.map(plain).join(', ')}.` },
    })
  }
  return { base_url: server.url, model: model ?? server.models[0] ?? null }
}

function refused(model: string | null, { llm }: ModelTestAnswer): MemoirError {
  return new MemoirError(
    'vendor_unavailable',
    `${model === null ? 'The model' : plain(model)} did not answer the test (${llm.code}); nothing was changed.`,
    { details: { next: 'Try another with --model, or see what its server says.' } },
  )
}

interface State {
  readonly language: AiSettingsAnswer['llm']
  readonly embedding: AiSettingsAnswer['embedding']
  readonly stored: ReembedAnswer['stored']
  readonly found: FoundModels
}

async function readState(client: ApiClient, context: CliContext): Promise<State> {
  const [settings, { stored }, found] = await Promise.all([
    client.models(),
    client.reembed(),
    find(context),
  ])
  return { language: settings.llm, embedding: settings.embedding, stored, found }
}

type Endpoint = AiSettingsAnswer['llm']

const nameOf = ({ model }: Endpoint) => (model === null ? 'built in' : plain(model))

function whereOf({ model, base_url: url }: Endpoint): string {
  if (model === null || model.startsWith('local:')) return 'this machine'
  return url ?? 'OpenAI'
}

function printState({ language, embedding, stored, found }: State, io: Io): void {
  const rows = [
    ['language', nameOf(language), whereOf(language)],
    ['embedding', `${nameOf(embedding)} (${embedding.dim})`, whereOf(embedding)],
  ]
  printTable({ head: ['FOR', 'MODEL', 'WHERE'], rows, none: '' }, io)
  if (stored !== null) {
    line(io.stdout, `The stored vectors are of ${plain(stored.model)} (${stored.dim}).`)
  }
  for (const { name, title, url, models } of found) {
    line(io.stdout, `\n${title} answers at ${url}: ${models.map(plain).join(', ')}`)
    if (language.base_url !== url) line(io.stdout, `To use it: memoir models use ${name}`)
  }
}

function printTest({ llm, embedding }: ModelTestAnswer, io: Io): void {
  const rows = Object.entries({ language: llm, embedding }).map(([what, { code, latency_ms }]) => [
    what,
    code,
    `${latency_ms} ms`,
  ])
  printTable({ head: ['FOR', 'ANSWER', 'TIME'], rows, none: '' }, io)
  for (const [what, { detail, worked_around: around }] of Object.entries({
    language: llm,
    embedding,
  })) {
    if (detail !== undefined) line(io.stdout, `The vendor said (${what}): ${plain(detail)}`)
    for (const one of around ?? []) line(io.stdout, `Worked around (${what}): ${one}`)
  }
}
