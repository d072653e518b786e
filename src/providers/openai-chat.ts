import { z } from 'zod'
import { MemoirError, SENTENCE, type ErrorCode } from '../errors.ts'
import { estimateTokens } from '../text/chunks.ts'
import { contentOf, type ChatContent } from './chat-content.ts'
import { jsonInText } from './json-in-text.ts'
import type { ModelOptions } from './language-model.ts'
import { wordsOf } from './openai-failures.ts'
import type { Prompt } from './prompts/prompt.ts'
import {
  createVendorRequests,
  noteOf,
  type Answered,
  type Endpoint,
  type Tokens,
} from './vendor-requests.ts'
import type { NoteWorkaround } from './workarounds.ts'

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
  | Unusable<T>
  /** The request is longer than the model takes. */
  | { readonly tooLong: MemoirError }

export interface Unusable<T> {
  readonly problem: Problem
  /** What is sound in it all the same: better than nothing, where asking again brings no more. */
  readonly partly?: T
  /** The vendor's own, for the operator. */
  readonly words: string
}

export interface Question<T, V> {
  readonly prompt: Prompt<T>
  /** What the answer says, checked; undefined when it says nothing that can be used. */
  readonly read: (answer: T) => V | undefined
  /** What an answer says that is not whole. */
  readonly readPartly?: (answer: T) => V | undefined
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
  const note = noteOf(options, 'language')
  return async function ask<T, V>(question: Question<T, V>, call: ModelOptions): Promise<Reply<V>> {
    const wishes = learned.wishes()
    for (;;) {
      const sent = await send(question, { wishes, call })
      if ('value' in sent) {
        learned.keep(wishes)
        return sent.value
      }
      const { error, refused } = sent.failure
      if (error.code === 'vendor_bad_answer') {
        return { problem: 'shape', words: error.vendorText ?? '' }
      }
      if (!refused) throw error
      const { form } = wishes
      const goesOn =
        gaveIn(wishes, refused.parameters) ||
        // An endpoint that has not answered yet may refuse the form without a word about it.
        (!refused.tooLong && !learned.answered() && weaken(wishes))
      if (!goesOn) {
        if (refused.tooLong) return { tooLong: error }
        throw error
      }
      note(form === wishes.form ? 'parameter' : 'form')
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
  const note = noteOf(endpoint, 'language')
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
        return readAnswer(answer, question, { tokens, note, key: endpoint.apiKey })
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

const usageSchema = z.object({
  usage: z.object({ prompt_tokens: z.int().positive(), completion_tokens: z.int().nonnegative() }),
})

const OUTCOME = {
  cut: 'vendor_bad_answer',
  shape: 'vendor_bad_answer',
  refused: 'vendor_refused',
} satisfies Record<Problem, ErrorCode>

interface Reading {
  readonly tokens: Tokens
  readonly note: NoteWorkaround
  /** Left out of what is kept of the vendor's words. */
  readonly key: string
}

function readAnswer<T, V>(
  completion: unknown,
  question: Question<T, V>,
  reading: Reading,
): Answered<Reply<V>> {
  const { tokens, key } = reading
  const content = contentOf(completion)
  if (content === null) {
    const said = typeof completion === 'string' ? completion : JSON.stringify(completion)
    throw new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer, {
      vendorText: wordsOf(said ?? 'nothing', key),
    })
  }
  const value = replyOf(content, question, reading)
  const written = content.texts.join('')
  return {
    value,
    used: usedIn(completion) ?? { input: tokens.input, output: estimateTokens(written) },
    outcome: 'problem' in value ? OUTCOME[value.problem] : 'ok',
  }
}

/** What the vendor says; some say nothing, or 0. */
function usedIn(completion: unknown): Tokens | undefined {
  const usage = usageSchema.safeParse(completion).data?.usage
  return usage && { input: usage.prompt_tokens, output: usage.completion_tokens }
}

function replyOf<T, V>(
  content: ChatContent,
  { prompt, read, readPartly = () => undefined }: Question<T, V>,
  { note, key }: Reading,
): { value: V } | Unusable<V> {
  const { texts, finish, refusal } = content
  const words = wordsOf(refusal || texts.join('\n') || `an answer without content (${finish})`, key)
  if (refusal !== '' || finish === 'content_filter') return { problem: 'refused', words }
  let cut = false
  let partly: V | undefined
  for (const { found, place } of saidIn(texts)) {
    let dropped = false
    const answer = prompt.read(found.value, () => (dropped = true))
    const value = answer === undefined || found.cut ? undefined : read(answer)
    if (value !== undefined) {
      if (found.repaired) note('repaired')
      if (dropped) note('parts_dropped')
      if (place > 0 || !content.inPlace) note('content_elsewhere')
      return { value }
    }
    cut ||= found.cut
    partly ??= answer === undefined ? undefined : readPartly(answer)
  }
  const problem = cut || finish === 'length' ? 'cut' : 'shape'
  return { problem, words, ...(partly === undefined ? {} : { partly }) }
}

/** What may be meant, the likeliest first. */
function* saidIn(texts: readonly string[]) {
  for (const [place, text] of texts.entries()) {
    for (const found of jsonInText(text)) yield { found, place }
  }
}
