import { Worker } from 'node:worker_threads'
import { MemoirError } from '../errors.ts'
import { siblingFile } from '../sibling.ts'
import type { LocalModel } from './local-model.ts'
import type { ThreadAnswer, ThreadCall } from './local-thread.ts'

/** The thread of a local model, as the process sees it: begun when first needed, one for all that use the model. */
export interface LocalRuntime {
  /** Settles when the model is loaded. */
  warm(): Promise<void>
  /** @returns the vectors of the texts, unit length, in order */
  embed(texts: readonly string[], options: LocalCallOptions): Promise<Float32Array[]>
}

export interface LocalCallOptions {
  readonly live: boolean
  readonly signal?: AbortSignal
}

interface Waiting {
  resolve(vectors: Float32Array): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  readonly ready: Promise<void>
  readonly waiting: Map<number, Waiting>
}

const runtimes = new Map<string, LocalRuntime>()

export function localRuntimeOf(model: LocalModel): LocalRuntime {
  const known = runtimes.get(model.file)
  if (known) return known
  const runtime = createLocalRuntime(model)
  runtimes.set(model.file, runtime)
  return runtime
}

function createLocalRuntime(model: LocalModel): LocalRuntime {
  let thread: Thread | undefined
  let calls = 0
  const current = () => {
    thread ??= startThread(model, () => {
      thread = undefined
    })
    return thread
  }
  return {
    warm: async () => await current().ready,
    async embed(texts, { live, signal }) {
      signal?.throwIfAborted()
      if (texts.length === 0) return []
      const { worker, waiting } = current()
      calls += 1
      const id = calls
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      const send = (call: ThreadCall) => worker.postMessage(call)
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>()
      const drop = () => {
        send({ drop: id })
        reject(signal?.reason)
      }
      waiting.set(id, { resolve, reject })
      signal?.addEventListener('abort', drop, { once: true })
      // Whoever waits for it keeps the process; a model that is loaded and idle does not.
      worker.ref()
      send({ id, texts, live })
      try {
        return parted(await promise, texts.length)
      } finally {
        signal?.removeEventListener('abort', drop)
        waiting.delete(id)
        if (waiting.size === 0) worker.unref()
      }
    },
  }
}

function parted(all: Float32Array, count: number): Float32Array[] {
  const length = all.length / count
  return Array.from({ length: count }, (_, at) => all.slice(at * length, (at + 1) * length))
}

/** @param onEnd told when it is gone, so that the next call begins another */
function startThread(model: LocalModel, onEnd: () => void): Thread {
  const worker = new Worker(siblingFile(import.meta.url, './local-thread'), {
    workerData: model,
    execArgv: [],
  })
  worker.unref()
  const waiting = new Map<number, Waiting>()
  const ready = Promise.withResolvers<void>()
  // Whoever embeds is told as well.
  ready.promise.catch(() => undefined)
  const end = (error: MemoirError) => {
    onEnd()
    ready.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    void worker.terminate()
  }
  worker.on('message', (answer: ThreadAnswer) => {
    if ('ready' in answer) return ready.resolve()
    if ('unusable' in answer) return end(unusable(model, answer.unusable))
    const call = waiting.get(answer.id)
    if ('vectors' in answer) call?.resolve(answer.vectors)
    else call?.reject(failed(model, answer.failed))
  })
  worker.on('error', (error) => end(failed(model, error.message, error)))
  worker.on('exit', () => end(failed(model, 'its thread ended')))
  return { worker, ready: ready.promise, waiting }
}

const MISSING = /Cannot find (package|module)/

function unusable({ file }: LocalModel, why: string): MemoirError {
  return MISSING.test(why)
    ? new MemoirError(
        'configuration_invalid',
        `A local model needs the optional packages: ${why}`,
        {
          details: { next: 'Run npm install without --omit=optional, or unset EMBEDDING_MODEL.' },
        },
      )
    : new MemoirError('configuration_invalid', `${file} cannot be used: ${why}`)
}

const failed = ({ file }: LocalModel, why: string, cause?: Error) =>
  new MemoirError('vendor_unavailable', `${file}: ${why}`, { cause })
