import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { unit } from '../domain/vectors.ts'
import type { LocalModel } from './local-model.ts'
import { endingOf, pool, truncated } from './pooling.ts'

/**
 * The thread in which a local model computes: one text at a time, live ones first, so that a question waits for one text at most.
 * Texts are not put into batches: on one thread that gains little, and the whole numbers of a quantised model are scaled by all texts of
 * a batch together, so that a text's vector would depend on its neighbours.
 */

/** What the thread is asked. */
export type ThreadCall =
  | {
      readonly id: number
      readonly texts: readonly string[]
      readonly live: boolean
    }
  | { readonly drop: number }

/** What it answers: first that it is ready, or why not; then the vectors of a call, one after the other. */
export type ThreadAnswer =
  | { readonly ready: true }
  | { readonly unusable: string }
  | { readonly id: number; readonly vectors: Float32Array }
  | { readonly id: number; readonly failed: string }

interface Task {
  readonly id: number
  readonly texts: readonly string[]
  readonly vectors: Float32Array[]
}

type Embed = (text: string) => Promise<Float32Array>

async function open(model: LocalModel): Promise<Embed> {
  const [{ InferenceSession, Tensor }, { Tokenizer }] = await Promise.all([
    import('onnxruntime-node'),
    import('@huggingface/tokenizers'),
  ])
  const readJson = (path: string): object => {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  }
  const { tokenizerConfig } = model
  const tokenizer = new Tokenizer(
    readJson(model.tokenizer),
    tokenizerConfig === null ? {} : readJson(tokenizerConfig),
  )
  const session = await InferenceSession.create(model.file, {
    executionProviders: ['cpu'],
    // One core: what is beside it answers questions. Threads that spin on busy cores make it many times slower.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  })
  const idsOf = (text: string) => tokenizer.encode(text).ids
  const ending = endingOf(idsOf(''), idsOf('a'))
  return async (text) => {
    const ids = truncated(idsOf(text), model.maxTokens, ending)
    const shape = [1, ids.length]
    const filled = (numberAt: (at: number) => bigint) =>
      new Tensor(
        'int64',
        BigInt64Array.from(ids, (_, at) => numberAt(at)),
        shape,
      )
    const inputs: Record<string, Tensor> = {
      input_ids: filled((at) => BigInt(ids[at] ?? 0)),
      attention_mask: filled(() => 1n),
      token_type_ids: filled(() => 0n),
      position_ids: filled((at) => BigInt(at)),
    }
    return await run(session, model, inputs)
  }
}

async function run(
  session: InferenceSession,
  { output, dimensions, pooling }: LocalModel,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Float32Array> {
  const feeds = Object.fromEntries(
    session.inputNames.map((name) => {
      const value = inputs[name]
      if (value === undefined) throw new Error(`the model wants an input ${name}`)
      return [name, value]
    }),
  )
  const results = await session.run(feeds, [output.name])
  const data = results[output.name]?.data
  if (!(data instanceof Float32Array))
    throw new Error(`the model's ${output.name} is no list of floats`)
  return unit(output.pooled ? data.slice(0, dimensions) : pool(data, dimensions, pooling))
}

function serve(embed: Embed, answer: (answer: ThreadAnswer) => void) {
  const queues = { live: new Set<Task>(), bulk: new Set<Task>() }
  let working = false

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (;;) {
      // What came while the last text was computed is looked at before the next one is chosen.
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      const queue = queues.live.size > 0 ? queues.live : queues.bulk
      const [task] = queue
      if (task === undefined) break
      try {
        const text = task.texts[task.vectors.length]
        if (text !== undefined) task.vectors.push(await embed(text))
        if (task.vectors.length < task.texts.length) continue
        answer({ id: task.id, vectors: joined(task.vectors) })
      } catch (error) {
        answer({ id: task.id, failed: messageOf(error) })
      }
      queue.delete(task)
    }
    working = false
  }

  return (call: ThreadCall) => {
    if ('drop' in call) {
      const dropped = [...queues.live, ...queues.bulk].find(({ id }) => id === call.drop)
      if (dropped) for (const queue of Object.values(queues)) queue.delete(dropped)
      return
    }
    const { live, ...task } = call
    queues[live ? 'live' : 'bulk'].add({ ...task, vectors: [] })
    void work()
  }
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors
  const length = first?.length ?? 0
  const all = new Float32Array(length * vectors.length)
  for (const [index, vector] of vectors.entries()) all.set(vector, index * length)
  return all
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

if (parentPort !== null) {
  const port = parentPort
  const answer = (value: ThreadAnswer) => port.postMessage(value)
  try {
    // What a thread is given comes from our own side of it.
    const embed = await open(workerData as LocalModel)
    port.on('message', serve(embed, answer))
    answer({ ready: true })
  } catch (error) {
    answer({ unusable: messageOf(error) })
  }
}
