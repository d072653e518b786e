import type { Memoir } from '@memoir/client'
import type { LanguageModelMiddleware } from 'ai'
import { answerOf, questionOf, withSystemText, type Prompt } from './prompt.ts'

export interface MemoirMiddlewareOptions {
  readonly memoir: Memoir
  /** Whose memories; one call names another by `providerOptions: { memoir: { user_id, session_id } }`. */
  readonly user_id?: string
  /** The conversation that turns belong to. */
  readonly session_id?: string
  /** How long the context may be. */
  readonly max_tokens?: number
  /** False: adds context only. */
  readonly remember?: boolean
  /** Hears of memory that could not be read or written, while the model answers without; a warning on the console unless given. */
  readonly onError?: (error: unknown) => void
}

const MAX_TOKENS = 1000

/**
 * Middleware for `wrapLanguageModel`: adds what is remembered and fits the user's last message to the prompt, and remembers the turn
 * when the model has answered it. The steps of a turn that call tools are not remembered, nor is an answer that broke off.
 */
export function memoirMiddleware(options: MemoirMiddlewareOptions): LanguageModelMiddleware {
  return {
    specificationVersion: 'v4',
    async transformParams({ params }) {
      const context = await contextFor(options, params)
      if (context === undefined) return params
      return { ...params, prompt: withSystemText(params.prompt, context) }
    },
    async wrapGenerate({ doGenerate, params }) {
      const result = await doGenerate()
      await keepTurn(options, params, answerOf(result.content), result.finishReason.unified)
      return result
    },
    async wrapStream({ doStream, params }) {
      const { stream, ...rest } = await doStream()
      let answer = ''
      let reason = ''
      const watched = stream.pipeThrough(
        new TransformStream<StreamPart, StreamPart>({
          transform(part, controller) {
            if (part.type === 'text-delta') answer += part.delta
            if (part.type === 'finish') reason = part.finishReason.unified
            controller.enqueue(part)
          },
          flush: async () => await keepTurn(options, params, answer, reason),
        }),
      )
      return { stream: watched, ...rest }
    },
  }
}

/** What is remembered and fits the user's last message; undefined when nothing does. */
async function contextFor(options: MemoirMiddlewareOptions, params: Call) {
  const { memoir, max_tokens = MAX_TOKENS } = options
  const q = questionOf(params.prompt)
  if (q === '') return undefined
  const { user_id } = subjectOf(options, params)
  const question = { q, max_tokens, ...(user_id === undefined ? {} : { user_id }) }
  const { abortSignal } = params
  const found = await attempt(
    options,
    abortSignal,
    async () => await memoir.context(question, on(abortSignal)),
  )
  return found === undefined || found.citations.length === 0 ? undefined : found.context
}

async function keepTurn(
  options: MemoirMiddlewareOptions,
  params: Call,
  answer: string,
  reason: string,
): Promise<void> {
  const { memoir, remember = true } = options
  const question = questionOf(params.prompt)
  if (!remember || question === '' || answer === '' || !ANSWERED.has(reason)) return
  const messages = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]
  const { abortSignal } = params
  const body = { ...subjectOf(options, params), messages }
  await attempt(options, abortSignal, async () => await memoir.add(body, on(abortSignal)))
}

/** What memory fails at does not fail the answer, unless the caller ended both. */
async function attempt<Result>(
  { onError = warn }: MemoirMiddlewareOptions,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    onError(error)
    return undefined
  }
}

type Wrapped = Required<LanguageModelMiddleware>
type Call = Parameters<Wrapped['wrapGenerate']>[0]['params'] & { readonly prompt: Prompt }
type StreamPart =
  Awaited<ReturnType<Wrapped['wrapStream']>> extends { stream: ReadableStream<infer Part> }
    ? Part
    : never

/** How a model ends that has said what it had to say. */
const ANSWERED: ReadonlySet<string> = new Set(['stop', 'length'])

const on = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal })

/** Whose memories: the call's own word wins. */
function subjectOf({ user_id, session_id }: MemoirMiddlewareOptions, { providerOptions }: Call) {
  const given = providerOptions?.['memoir'] ?? {}
  const named = (name: string, otherwise: string | undefined) => {
    const value = typeof given[name] === 'string' ? given[name] : otherwise
    return value === undefined ? {} : { [name]: value }
  }
  const subject: { user_id?: string; session_id?: string } = {
    ...named('user_id', user_id),
    ...named('session_id', session_id),
  }
  return subject
}

function warn(error: unknown): void {
  console.warn('Memoir: the model answers without memory.', error)
}
