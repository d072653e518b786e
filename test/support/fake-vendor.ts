import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { hashingVector } from '../../src/providers/hashing-embedder.ts'

/** A local OpenAI-compatible server: embeddings as base64 or numbers, chat completions, and failures on order. */

export interface FakeVendorOptions {
  /** Length of vectors when a request names none. */
  readonly dimensions?: number
  /** The same text always gets the same vector; the built-in embedder's unless given. */
  readonly vectorOf?: (text: string, dimensions: number) => ArrayLike<number>
}

export interface FakeRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Texts to embed, or the contents of chat messages. */
  readonly inputs: readonly string[]
  readonly count: number
  /** The body as it came. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface FakeFailure {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Texts and bytes go out as they are, anything else as JSON; an OpenAI error unless given. */
  readonly body?: unknown
}

/** What goes out instead of a good answer; undefined leaves that as it is. */
export type Deviation = (good: unknown, request: FakeRequest) => FakeFailure | undefined

export interface LastingFailure extends FakeFailure {
  /** Breaks the connection instead of answering. */
  readonly reset?: boolean
  readonly whenInputContains?: string
  readonly when?: (request: FakeRequest) => boolean
}

export interface EmbeddingAnswer {
  data: { index: number; embedding: unknown }[]
  [more: string]: unknown
}

export interface ChatAnswer {
  readonly content?: string | null
  readonly finish?: string
  readonly refusal?: string
  /** Nothing is said of it unless given. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

export interface FakeVendor {
  /** Base URL, ends in `/v1`. */
  readonly url: string
  /** Every request, in order of arrival, those that fail too. */
  readonly requests: FakeRequest[]
  /** Every answer comes this much later. */
  delayMs: number
  /** Each answer comes so many milliseconds later. */
  delayFor(delayOf: (request: FakeRequest) => number): void
  failNext(times: number, failure: FakeFailure): void
  failAlways(failure: LastingFailure): void
  /** Breaks the connection instead of answering. */
  resetNext(times: number): void
  /** Never answers. */
  hangNext(times: number): void
  /** Vectors of this length, whatever was asked. */
  answerWrongLength(length: number): void
  /** Embedding requests get this text with status 200 (`not JSON` unless given), or the good answer as changed. */
  answerGarbage(garbage?: string | ((answer: EmbeddingAnswer) => unknown)): void
  /** What chat completions say, as it is or with its circumstances; `{}` unless given. fake-chat.ts has answers that fit. */
  answerChat(answer: (request: FakeRequest) => string | ChatAnswer): void
  /** Every good answer goes out as this makes it. deviations.ts has them by name. */
  deviate(how: Deviation): void
  /** What reranking makes of a document; 0 for all unless given. */
  answerRerank(scoreOf: (document: string) => number): void
  /** Chat requests with one of these in `response_format` are refused, as endpoints do that lack it. */
  lackForms(...types: ('json_schema' | 'json_object')[]): void
  /** Seeded: this share of all requests gets that failure. */
  failShare(share: number, failure: FakeFailure, seed?: number): void
  /** Everything as at the start, but for the log of requests. */
  restore(): void
  close(): Promise<void>
}

type Trouble = FakeFailure | 'reset' | 'hang'

interface Script {
  next: Trouble[]
  always: LastingFailure[]
  delayMs: number
  delayOf: (request: FakeRequest) => number
  length: number | undefined
  garbage: string | ((answer: EmbeddingAnswer) => unknown) | undefined
  chat: (request: FakeRequest) => string | ChatAnswer
  scoreOf: (document: string) => number
  deviation: Deviation
}

const calm = (): Script => ({
  next: [],
  always: [],
  delayMs: 0,
  delayOf: () => 0,
  length: undefined,
  garbage: undefined,
  chat: () => '{}',
  scoreOf: () => 0,
  deviation: () => undefined,
})

export async function startFakeVendor(options: FakeVendorOptions = {}): Promise<FakeVendor> {
  const requests: FakeRequest[] = []
  let script = calm()
  const server = createServer((incoming, response) => {
    void serve(incoming, response, { requests, script, options })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const trouble = (times: number, what: Trouble) => {
    script.next.push(...Array.from({ length: times }, () => what))
  }
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    get delayMs() {
      return script.delayMs
    },
    set delayMs(ms) {
      script.delayMs = ms
    },
    delayFor: (delayOf) => void (script.delayOf = delayOf),
    failNext: trouble,
    failAlways: (failure) => void script.always.push(failure),
    resetNext: (times) => trouble(times, 'reset'),
    hangNext: (times) => trouble(times, 'hang'),
    answerWrongLength: (length) => void (script.length = length),
    answerGarbage: (garbage = 'not JSON') => void (script.garbage = garbage),
    answerChat: (answer) => void (script.chat = answer),
    deviate: (how) => void (script.deviation = how),
    answerRerank: (scoreOf) => void (script.scoreOf = scoreOf),
    lackForms: (...types) =>
      void script.always.push({
        when: ({ body }) => types.some((type) => formOf(body) === type),
        status: 400,
        body: { error: { message: `response_format ${types.join(', ')} is not supported` } },
      }),
    failShare(share, failure, seed = 1) {
      const random = seeded(seed)
      script.always.push({ ...failure, when: () => random() < share })
    },
    restore: () => void (script = calm()),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

interface Stage {
  readonly requests: FakeRequest[]
  readonly script: Script
  readonly options: FakeVendorOptions
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  { requests, script, options }: Stage,
): Promise<void> {
  const request = await read(incoming)
  requests.push(request)
  const trouble = script.next.shift() ?? script.always.find((failure) => hits(failure, request))
  const delayMs = script.delayMs + script.delayOf(request)
  if (delayMs > 0) await wait(delayMs)
  if (trouble === 'hang') return
  if (trouble === 'reset' || (typeof trouble === 'object' && 'reset' in trouble)) {
    incoming.socket.resetAndDestroy()
  } else if (trouble) {
    const { status, headers, body = { error: { message: `scripted ${status}` } } } = trouble
    send(response, { status, body, ...(headers ? { headers } : {}) })
  } else if (request.path === '/v1/embeddings') {
    const answer = embeddings(request, script, options)
    const { garbage } = script
    const body = typeof garbage === 'function' ? garbage(answer) : (garbage ?? answer)
    send(response, script.deviation(body, request) ?? { status: 200, body })
  } else if (request.path === '/v1/chat/completions') {
    const body = completion(request, script.chat(request))
    send(response, script.deviation(body, request) ?? { status: 200, body })
  } else if (request.path === '/v1/rerank') {
    send(response, { status: 200, body: reranked(request, script) })
  } else {
    send(response, { status: 404, body: { error: { message: 'no such path' } } })
  }
}

/** Best first, as vendors answer: whoever reads it has to go by `index`. */
function reranked({ body }: FakeRequest, { scoreOf }: Script) {
  const documents: unknown[] = Array.isArray(body['documents']) ? body['documents'] : []
  const results = documents.map((document, index) => ({
    index,
    relevance_score: scoreOf(String(document)),
  }))
  return {
    id: 'rerank',
    results: results.toSorted((a, b) => b.relevance_score - a.relevance_score),
  }
}

async function read(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  const inputs = inputsOf(body)
  return {
    path: incoming.url ?? '',
    headers: incoming.headers,
    inputs,
    count: inputs.length,
    body,
  }
}

function inputsOf({ input, messages }: Record<string, unknown>): string[] {
  if (Array.isArray(messages)) {
    return messages.map(({ content }: { content: unknown }) => String(content))
  }
  return input === undefined ? [] : [input].flat().map(String)
}

function hits({ whenInputContains, when }: LastingFailure, request: FakeRequest): boolean {
  if (when && !when(request)) return false
  return (
    whenInputContains === undefined ||
    request.inputs.some((input) => input.includes(whenInputContains))
  )
}

function embeddings(
  { inputs, body }: FakeRequest,
  { length }: Script,
  { dimensions = 768, vectorOf = hashingVector }: FakeVendorOptions,
): EmbeddingAnswer {
  const asked = typeof body['dimensions'] === 'number' ? body['dimensions'] : dimensions
  const asBase64 = body['encoding_format'] === 'base64'
  return {
    object: 'list',
    model: body['model'],
    data: inputs.map((input, index) => {
      const vector = Float32Array.from(vectorOf(input, length ?? asked))
      return {
        object: 'embedding',
        index,
        embedding: asBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector],
      }
    }),
    usage: { prompt_tokens: 0, total_tokens: 0 },
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function formOf({ response_format: form }: FakeRequest['body']): unknown {
  return typeof form === 'object' && form !== null ? Reflect.get(form, 'type') : undefined
}

function completion({ body }: FakeRequest, answer: string | ChatAnswer): unknown {
  const said: ChatAnswer = typeof answer === 'string' ? { content: answer } : answer
  const { content = null, finish = 'stop', refusal = null, usage } = said
  return {
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 0,
    model: body['model'],
    choices: [
      { index: 0, finish_reason: finish, message: { role: 'assistant', content, refusal } },
    ],
    usage: usage ?? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  }
}

function send(response: ServerResponse, { status, headers, body }: FakeFailure): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
}
