import type { LanguageModel, ModelAnswer, ModelOptions } from './language-model.ts'
import { createRulesModel } from './rules-model.ts'

/** Answers for somebody who waits: by the configured model when it answers in time, else by the built-in one. */

export interface InTime<T> extends ModelAnswer<T> {
  /** Who answered. */
  readonly model: string
  /** The configured model did not, for whatever reason: away, too slow, refusing, or answering nothing. */
  readonly stoodIn: boolean
}

export interface InTimeOptions<T> {
  readonly withinMs: number
  /** What a model answers and is of no use. */
  readonly usable?: (value: T) => boolean
}

type Answering = Pick<LanguageModel, 'identity' | 'ready' | 'answer' | 'narrate'>

const builtin = createRulesModel()

/** @param ask the same question for either model; never called again once the time is over */
export async function answerInTime<T>(
  model: Answering,
  ask: (
    model: Pick<LanguageModel, 'answer' | 'narrate'>,
    options: ModelOptions,
  ) => Promise<ModelAnswer<T>>,
  { withinMs, usable = () => true }: InTimeOptions<T>,
): Promise<InTime<T>> {
  const answer = withinMs > 0 ? await raced(model, ask, withinMs) : null
  if (answer !== null && usable(answer.value)) {
    return { ...answer, model: model.identity.model, stoodIn: false }
  }
  const own = await ask(builtin, { priority: 'live' })
  return { ...own, model: builtin.identity.model, stoodIn: true }
}

/** @returns null when it does not answer in time */
async function raced<T>(
  model: Answering,
  ask: (model: Answering, options: ModelOptions) => Promise<ModelAnswer<T>>,
  withinMs: number,
): Promise<ModelAnswer<T> | null> {
  const stop = new AbortController()
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(() => late.resolve(null), withinMs)
  try {
    // A model that does not heed its signal is not waited for either.
    return await Promise.race([byModel(model, ask, stop.signal), late.promise])
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

/** @returns null when it fails: whoever waits is answered by the other */
async function byModel<T>(
  model: Answering,
  ask: (model: Answering, options: ModelOptions) => Promise<ModelAnswer<T>>,
  signal: AbortSignal,
): Promise<ModelAnswer<T> | null> {
  try {
    await model.ready?.()
    return await ask(model, { priority: 'live', signal })
  } catch {
    return null
  }
}
