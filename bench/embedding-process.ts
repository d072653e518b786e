import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createLocalEmbedder } from '../src/providers/local-embedder.ts'
import { readLocalModel } from '../src/providers/local-model.ts'
import { timed } from './measure.ts'

/**
 * A process of its own that embeds with one runtime and says how that went: `embedding-process node|web FOLDER`. Of its own, so that
 * memory is that of the runtime alone. `web` computes in the process itself: only its speed and memory are compared.
 */

const QUESTIONS = 200
const MESSAGES = 300
const LONG = 20
/** Questions meet the bulk at different places of a text. */
const BETWEEN_MS = 17
const WORDS = 'river light market train garden music letter winter bread window'.split(' ')

/** A text of so many tokens, the two that begin and end it counted: each word is one. */
const textOf = (tokens: number, from: number) =>
  Array.from({ length: tokens - 2 }, (_, at) => WORDS[(at * 7 + from) % WORDS.length]).join(' ')

export interface EmbeddingRun {
  readonly questions: readonly number[]
  readonly longTexts: readonly number[]
  readonly behindBulk: readonly number[]
  readonly messagesMs: number
  readonly messages: number
  readonly heldUpMs: number
  readonly loadMs: number
  readonly memoryMb: number
}

type Embed = (texts: readonly string[], live: boolean) => Promise<unknown>

const resident = () => process.memoryUsage.rss() / 1e6
/** Of the process, all its threads: what other programs on the machine do not stretch. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function openNode(folder: string): Promise<Embed> {
  const model = readLocalModel(folder)
  const { dimensions } = model
  const embedder = createLocalEmbedder({ model, dimensions, precision: 'fp16', fit: 'none' })
  await embedder.warm?.()
  return async (texts, live) => await embedder.embed(texts, { priority: live ? 'live' : 'bulk' })
}

interface Runtime {
  readonly env: { readonly wasm: { numThreads: number } }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, shape: readonly number[]) => object
  readonly InferenceSession: {
    create(model: Uint8Array): Promise<{ run(feeds: Record<string, object>): Promise<unknown> }>
  }
}

async function openWeb(folder: string): Promise<Embed> {
  const name = 'onnxruntime-web'
  const { env, Tensor, InferenceSession }: Runtime = await import(name)
  env.wasm.numThreads = 1
  const session = await InferenceSession.create(readFileSync(readLocalModel(folder).file))
  return async (texts) => {
    for (const text of texts) {
      const length = text.split(' ').length + 2
      const filled = (value: (at: number) => number) =>
        new Tensor(
          'int64',
          BigInt64Array.from({ length }, (_, at) => BigInt(value(at))),
          [1, length],
        )
      await session.run({
        input_ids: filled((at) => 2000 + ((at * 37) % 20_000)),
        attention_mask: filled(() => 1),
        token_type_ids: filled(() => 0),
      })
    }
  }
}

const [, , kind = 'node', folder = ''] = process.argv
const before = resident()
let embed: Embed = async () => await Promise.resolve()
const loadMs = await timed(async () => {
  embed = await (kind === 'web' ? openWeb : openNode)(folder)
})
const each = async (count: number, work: (at: number) => Promise<unknown>) => {
  const samples: number[] = []
  for (let at = 0; at < count; at += 1) samples.push(await timed(async () => await work(at)))
  return samples
}
await each(20, async (at) => await embed([textOf(10, at)], true))
const questions = await each(QUESTIONS, async (at) => await embed([textOf(10, at)], true))
const longTexts = await each(LONG, async (at) => await embed([textOf(256, at)], true))

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const messages = Array.from({ length: MESSAGES }, (_, at) => textOf(50, at))
const began = cpuMs()
await embed(messages, false)
const messagesMs = cpuMs() - began

const behindBulk: number[] = []
if (kind === 'node') {
  const bulk = embed(
    Array.from({ length: LONG }, (_, at) => textOf(256, at)),
    false,
  )
  for (let at = 0; at < LONG / 2; at += 1) {
    await pause(BETWEEN_MS)
    behindBulk.push(await timed(async () => await embed([textOf(10, at)], true)))
  }
  await bulk
}
delay.disable()
const run: EmbeddingRun = {
  questions,
  longTexts,
  behindBulk,
  messagesMs,
  messages: MESSAGES,
  heldUpMs: delay.max / 1e6,
  loadMs,
  memoryMb: resident() - before,
}
process.stdout.write(JSON.stringify(run))
process.exit()
