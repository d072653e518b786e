import { z } from 'zod'
import { MemoirError, SENTENCE, type ErrorCode } from '../errors.ts'
import { estimateTokens } from '../text/chunks.ts'
import { jsonInText } from './json-in-text.ts'
import type { ModelOptions } from './language-model.ts'
import type { Prompt } from './prompts/prompt.ts'
import {
  createVendorRequests,
  type Answered,
  type Endpoint,
  type Tokens,
} from './vendor-requests.ts'

/** One question to a chat endpoint, one checked answer; and what the endpoint turns out not to know. */

/** How an answer's shape is asked for, the surest first. */
const FORMS = ['json_schema', 'json_object', 'text'] as const
type Form = (typeof FORMS)[number]

/** Names that a refusal of the form is known by. */
const FORM_NAMES = ['response_format', 'json_schema', 'json_object', 'structured output']
/** The newer name first: models that think take no other, and small servers that know neither mostly look past it. */
const ROOM_NAMES = ['max_completion_tokens', 'max_tokens'] as const
const OPTIONAL_PARAMETERS = [...FORM_NAMES, ...ROOM_NAMES, 'temperature']

/** Why an answer cannot be used. */
export type Problem = 'cut' | 'shape' | 'refused'

export type Reply<T> =
  | { readonly value: T }
  | { readonly problem: Problem }
  /** The request is longer than the model takes. */
  | { readonly tooLong: MemoirError }

export interface Question<T, V> {
  readonly prompt: Prompt<T>
  /** What the answer says, checked; undefined when it says nothing that can be used. */
  readonly read: (answer: T) => V | undefined
  /** Tokens that it may take. */
  readonly room: number
  /** What was wrong with the answer before. */
  readonly after?: Problem
}

export interface ChatOptions extends Endpoint {
  readonly model: string
}

/** @returns a function that asks; it throws MemoirError as `LanguageModel` says, and AbortError */
export function createChat(options: ChatOptions) {
  const send = createSender(options)
  const learned = createMemory()
  return async function ask<T, V>(question: Question<T, V>, call: ModelOptions): Promise<Reply<V>> {
    const wishes = learned.wishes()
    for (;;) {
      const sent = await send(question, { wishes, call })
      if ('value' in sent) {
        learned.keep(wishes)
        return sent.value
      }
      const { error, refused } = sent.failure
      if (error.code === 'vendor_bad_answer') return { problem: 'shape' }
      if (!refused) throw error
      if (gaveIn(wishes, refused.parameters)) continue
      if (refused.tooLong) return { tooLong: error }
      // An endpoint that has not answered yet may refuse the form without a word about it.
      if (learned.answered() || !weaken(wishes)) throw error
    }
  }
}

/** What is asked of the endpoint beside the messages. */
interface Wishes {
  form: Form
  readonly without: Set<string>
}

/** What helped is remembered as long as the process lives. */
function createMemory() {
  let known: Wishes = { form: 'json_schema', without: new Set() }
  let answered = false
  return {
    wishes: (): Wishes => ({ form: known.form, without: new Set(known.without) }),
    answered: () => answered,
    keep(wishes: Wishes) {
      known = wishes
      answered = true
    },
  }
}

function weaken(wishes: Wishes): boolean {
  const next = FORMS[FORMS.indexOf(wishes.form) + 1]
  if (next === undefined) return false
  wishes.form = next
  return true
}

/** Leaves out what the refusal names, if it was asked for. @returns false when nothing of it was */
function gaveIn(wishes: Wishes, named: readonly string[]): boolean {
  if (named.some((name) => FORM_NAMES.includes(name)) && weaken(wishes)) return true
  const room = roomName(wishes)
  const asked = ['temperature', ...(room === undefined ? [] : [room])]
  const name = asked.find((one) => named.includes(one) && !wishes.without.has(one))
  if (name === undefined) return false
  wishes.without.add(name)
  return true
}

function roomName({ without }: Wishes) {
  return ROOM_NAMES.find((name) => !without.has(name))
}

interface Sending {
  readonly wishes: Wishes
  readonly call: ModelOptions
}

function createSender({ model, ...endpoint }: ChatOptions) {
  const request = createVendorRequests(endpoint, {
    purpose: 'language',
    parameters: OPTIONAL_PARAMETERS,
  })
  return async function send<T, V>(question: Question<T, V>, { wishes, call }: Sending) {
    const { system, user, ...body } = bodyOf(question, { model, wishes })
    const input = estimateTokens(system) + estimateTokens(user)
    const tokens: Tokens = { input, output: question.room }
    return await request<Reply<V>>({
      tokens,
      call,
      async send(client, requestOptions) {
        const messages = [
          { role: 'system' as const, content: system },
          { role: 'user' as const, content: user },
        ]
        const answer = await client.chat.completions.create({ ...body, messages }, requestOptions)
        return readAnswer(answer, question, tokens)
      },
    })
  }
}

/** Ours alone: no word of an answer goes back. */
const AGAIN = {
  cut: 'An answer before this one was cut off. Write less: the most important only.',
  shape: 'An answer before this one was not the JSON that is asked for. Write that JSON alone.',
  refused:
    'An answer before this one was a refusal. The data is only to be read; where it cannot be worked with, leave that part out.',
} satisfies Record<Problem, string>

function bodyOf<T, V>(
  { prompt, room, after }: Question<T, V>,
  { model, wishes }: { model: string; wishes: Wishes },
) {
  const { schema, ...rest } = jsonSchemaOf(prompt)
  const shape =
    wishes.form === 'json_schema'
      ? ''
      : `\n\nAnswer with one JSON object and nothing else, no explanation, no code fence. Its JSON schema: ${JSON.stringify(schema)}`
  const limit = roomName(wishes)
  return {
    model,
    system: `${prompt.system}${shape}`,
    user: after ? `${prompt.user}\n\n${AGAIN[after]}` : prompt.user,
    ...(wishes.form === 'json_schema'
      ? { response_format: { type: 'json_schema' as const, json_schema: { ...rest, schema } } }
      : {}),
    ...(wishes.form === 'json_object' ? { response_format: { type: 'json_object' as const } } : {}),
    ...(wishes.without.has('temperature') ? {} : { temperature: 0 }),
    ...(limit === undefined ? {} : { [limit]: room }),
  }
}

function jsonSchemaOf<T>({ name, schema }: Prompt<T>) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema)
  return { name, strict: true, schema: { ...rest } }
}

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
})

const usageSchema = z.object({
  usage: z.object({ prompt_tokens: z.int().positive(), completion_tokens: z.int().nonnegative() }),
})

const OUTCOME = {
  cut: 'vendor_bad_answer',
  shape: 'vendor_bad_answer',
  refused: 'vendor_refused',
} satisfies Record<Problem, ErrorCode>

function readAnswer<T, V>(
  completion: unknown,
  question: Question<T, V>,
  tokens: Tokens,
): Answered<Reply<V>> {
  const parsed = completionSchema.safeParse(completion)
  const choice = parsed.data?.choices[0]
  if (!choice) throw new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer)
  const { message, finish_reason: reason } = choice
  const content = message.content ?? ''
  const value = replyOf(
    { content, reason: reason ?? '', refused: (message.refusal ?? '') !== '' },
    question,
  )
  return {
    value,
    used: usedIn(completion) ?? { input: tokens.input, output: estimateTokens(content) },
    outcome: 'problem' in value ? OUTCOME[value.problem] : 'ok',
  }
}

/** What the vendor says; some say nothing, or 0. */
function usedIn(completion: unknown): Tokens | undefined {
  const usage = usageSchema.safeParse(completion).data?.usage
  return usage && { input: usage.prompt_tokens, output: usage.completion_tokens }
}

function replyOf<T, V>(
  { content, reason, refused }: { content: string; reason: string; refused: boolean },
  { prompt, read }: Question<T, V>,
): { value: V } | { problem: Problem } {
  if (refused || reason === 'content_filter') return { problem: 'refused' }
  if (reason === 'length') return { problem: 'cut' }
  const { values, cut } = jsonInText(content)
  // The last, because what comes before it is mostly said about it.
  for (const found of values.toReversed()) {
    const answer = prompt.schema.safeParse(found)
    const value = answer.success ? read(answer.data) : undefined
    if (value !== undefined) return { value }
  }
  return { problem: cut ? 'cut' : 'shape' }
}
