import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { ChatAnswer, Deviation, EmbeddingAnswer, FakeFailure } from './fake-vendor.ts'

/** What endpoints do otherwise than OpenAI's, by name; another one is another line. */

interface Completion {
  choices: { index: number; finish_reason: string; message: Record<string, unknown> }[]
  [more: string]: unknown
}

const ok = (body: unknown, headers: Record<string, string> = {}): FakeFailure => ({
  status: 200,
  headers,
  body,
})

/** How the same content of a chat completion is sent. */
const chat =
  (change: (completion: Completion, content: string) => FakeFailure): Deviation =>
  (good) => {
    const completion = good as Completion
    return change(completion, String(completion.choices[0]?.message['content']))
  }
const message = (change: (content: string) => Record<string, unknown>) =>
  chat((completion, content) => {
    const { content: _, ...rest } = completion.choices[0]?.message ?? {}
    const changed = { ...rest, ...change(content) }
    return ok({ ...completion, choices: [{ index: 0, finish_reason: 'stop', message: changed }] })
  })
const json = (completion: unknown) => JSON.stringify(completion)
const event = (data: unknown) => `data: ${typeof data === 'string' ? data : json(data)}\n\n`
const delta = (more: Record<string, unknown>, finish: string | null = null) =>
  event({ object: 'chat.completion.chunk', choices: [{ delta: more, finish_reason: finish }] })
const EVENTS = { 'content-type': 'text/event-stream' }

/** The answer is whole, but stands somewhere else or comes in another way. */
export const CHAT_ENVELOPES: Readonly<Record<string, Deviation>> = {
  'content in parts': message((text) => ({ content: [{ type: 'text', text }] })),
  'content in two parts': message((text) => ({
    content: [
      { type: 'text', text: text.slice(0, 9) },
      { type: 'text', text: text.slice(9) },
    ],
  })),
  'a part of reasoning first': message((text) => ({
    content: [
      { type: 'thinking', text: 'Hm {' },
      { type: 'text', text },
    ],
  })),
  'content as an object': message((text) => ({ content: JSON.parse(text) as unknown })),
  'in reasoning_content': message((text) => ({ content: '', reasoning_content: text })),
  'in reasoning, content null': message((text) => ({ content: null, reasoning: text })),
  'in a tool call': message((text) => ({
    content: null,
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'facts', arguments: text } }],
  })),
  'in a tool call, arguments as an object': message((text) => ({
    tool_calls: [{ function: { name: 'facts', arguments: JSON.parse(text) as unknown } }],
  })),
  'in a function call': message((text) => ({ function_call: { arguments: text } })),
  'in parsed': message((text) => ({ content: null, parsed: JSON.parse(text) as unknown })),
  'in the second choice': chat((completion) =>
    ok({ ...completion, choices: [{ message: { content: '' } }, ...completion.choices] }),
  ),
  'in text instead of a message': chat((_, text) => ok({ choices: [{ text }] })),
  'as Ollama answers': chat((_, content) => ok({ message: { role: 'assistant', content } })),
  'as Anthropic answers': chat((_, text) => ok({ content: [{ type: 'text', text }] })),
  'cut by its count, whole all the same': chat((completion) => {
    const [choice] = completion.choices
    return ok({ ...completion, choices: [{ ...choice, finish_reason: 'length' }] })
  }),
  'without a finish reason': chat(({ choices: [choice] }) =>
    ok({ choices: [{ message: choice?.message }] }),
  ),
  'as text/plain': chat((completion) => ok(json(completion), { 'content-type': 'text/plain' })),
  'as text/html': chat((completion) => ok(json(completion), { 'content-type': 'text/html' })),
  'after a byte order mark': chat((completion) => ok(`\uFEFF${json(completion)}`)),
  gzip: chat((completion) => ok(gzipSync(json(completion)), { 'content-encoding': 'gzip' })),
  'gzip that does not say so': chat((completion) => ok(gzipSync(json(completion)))),
  brotli: chat((completion) =>
    ok(brotliCompressSync(json(completion)), { 'content-encoding': 'br' }),
  ),
  'events of deltas': chat((_, content) =>
    ok(
      [
        ': keep-alive\n\n',
        delta({ role: 'assistant', content: '' }),
        ...(content.match(/[\s\S]{1,7}/g) ?? []).map((text) => delta({ content: text })),
        delta({}, 'stop'),
        event('[DONE]'),
      ].join(''),
      EVENTS,
    ),
  ),
  'events of deltas as JSON': chat((_, content) =>
    ok(delta({ content: content.slice(0, 5) }) + delta({ content: content.slice(5) }, 'stop')),
  ),
  'events without blank lines': chat((_, content) =>
    ok((delta({ content }) + delta({}, 'stop')).replaceAll('\n\n', '\n'), EVENTS),
  ),
  'one event of the whole': chat((completion) => ok(event(completion), EVENTS)),
  'events of a tool call': chat((_, content) =>
    ok(
      [content.slice(0, 8), content.slice(8)]
        .map((args) => delta({ tool_calls: [{ index: 0, function: { arguments: args } }] }))
        .join(''),
      EVENTS,
    ),
  ),
}

/** The answer says the same in looser words. */
export const CHAT_WORDS: Readonly<Record<string, (good: string) => string | ChatAnswer>> = {
  'single quotes': (good) => good.replaceAll("'", '’').replaceAll('"', "'"),
  'trailing commas': (good) => good.replaceAll('}', ',}').replaceAll(']', ',]'),
  'names without quotes': (good) => good.replaceAll(/"(\w+)":/g, '$1:'),
  'words of Python': (good) => good.replaceAll('null', 'None').replaceAll('true', 'True'),
  comments: (good) => good.replace('[', '[ // the facts\n'),
  'typographic quotes': (good) => good.replaceAll(/"([^"]*)"/g, '“$1”'),
  'a code fence': (good) => `\`\`\`json\n${good}\n\`\`\``,
  'a code fence in prose': (good) => `Here you are:\n\`\`\`\n${good}\n\`\`\`\nShall I go on?`,
  'text before and after': (good) => `Sure! ${good} Let me know {if} I can help.`,
  'a brace before': (good) => `With { in front: ${good}`,
  thoughts: (good) => `<think>{"facts": []} or {not}?</think>${good}`,
  'thoughts without a beginning': (good) => `First {a} { {b}\n</think>\n\n${good}`,
  'thoughts full of braces': (good) => `${'{draft} '.repeat(5_000)}</think>${good}`,
  'thoughts of braces that stay open': (good) => `<think>${'{"a": '.repeat(2_000)}</think>${good}`,
  'reasoning by another name': (good) => `<reasoning>{{"</reasoning>${good}`,
  'thoughts that never end': (good) => `<think>Let me see { hm. ${good}`,
  'the bare list': (good) => JSON.stringify(Object.values(JSON.parse(good) as object)[0]),
  'a wrapper': (good) => `{"result": ${good}}`,
  'two wrappers': (good) => `{"status": "ok", "data": {"output": ${good}}}`,
  'a list around it': (good) => `[${good}]`,
  'a text in JSON': (good) => JSON.stringify({ answer_text: good }),
  'a text in JSON alone': (good) => JSON.stringify(good),
  'another name for the list': (good) => good.replace('"facts"', '"memories"'),
  'a capital letter': (good) => good.replace('"facts"', '"Facts"'),
  'lines of JSON': (good) =>
    (Object.values(JSON.parse(good) as object)[0] as unknown[])
      .map((one) => JSON.stringify(one))
      .join('\n'),
  'numbers for names': (good) =>
    JSON.stringify({ facts: { ...(JSON.parse(good) as { facts: object }).facts } }),
  'the last brackets missing': (good) => good.slice(0, -2),
}

/** A failure that does not look like one. */
export const FAILURES_IN_SUCCESS: Readonly<Record<string, { body: unknown; code: string }>> = {
  'a number as the code': { body: { error: { message: 'slow', code: 429 } }, code: 'vendor_busy' },
  'a text as the code': {
    body: { error: { message: 'slow down', code: 'rate_limit_exceeded' } },
    code: 'vendor_busy',
  },
  'within a choice': {
    body: { choices: [{ error: { code: 503, message: 'upstream' }, finish_reason: 'error' }] },
    code: 'vendor_unavailable',
  },
  'an error of vLLM': {
    body: { object: 'error', message: 'must be less than', type: 'BadRequestError', code: 400 },
    code: 'vendor_refused',
  },
  'a text alone': { body: { error: 'model is overloaded' }, code: 'vendor_unavailable' },
  'a detail and a status': { body: { detail: 'no', status: 403 }, code: 'vendor_unauthorized' },
  'an event of an error': {
    body: 'data: {"error":{"message":"busy","code":429}}\n\n',
    code: 'vendor_busy',
  },
  'something nobody knows': { body: { error: { message: 'oops' } }, code: 'vendor_bad_answer' },
  'a web page': {
    body: '<!doctype html><title>Sign in</title><p>Please sign in.</p>',
    code: 'vendor_bad_answer',
  },
}

const embeddings = (change: (answer: EmbeddingAnswer) => unknown): Deviation => {
  return (good) => ('data' in (good as object) ? ok(change(good as EmbeddingAnswer)) : undefined)
}
const items = (change: (item: EmbeddingAnswer['data'][number], at: number) => unknown) =>
  embeddings((answer) => ({ ...answer, data: answer.data.map(change) }))
const numbersOf = (embedding: unknown): number[] =>
  typeof embedding === 'string'
    ? [...new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer)]
    : (embedding as number[])

/** The vectors are all there, but come in another form. */
export const EMBEDDING_FORMS: Readonly<Record<string, Deviation>> = {
  'no index': items(({ embedding }) => ({ embedding })),
  'an index of null': items(({ embedding }) => ({ index: null, embedding })),
  'an index as a text': items(({ index, embedding }) => ({ index: String(index), embedding })),
  'no index of zero': items(({ index, embedding }) =>
    index === 0 ? { embedding } : { index, embedding },
  ),
  'no index of zero, from the last': embeddings(({ data }) => ({
    data: data
      .map(({ index, embedding }) => (index === 0 ? { embedding } : { index, embedding }))
      .toReversed(),
  })),
  'from the last to the first': embeddings(({ data }) => ({ data: data.toReversed() })),
  'numbers although base64 is asked for': items(({ index, embedding }) => ({
    index,
    embedding: numbersOf(embedding),
  })),
  'numbers as texts': items(({ index, embedding }) => ({
    index,
    embedding: numbersOf(embedding).map(String),
  })),
  'a list as a text': items(({ index, embedding }) => ({
    index,
    embedding: JSON.stringify(numbersOf(embedding)),
  })),
  'a list in a list': items(({ index, embedding }) => ({
    index,
    embedding: [numbersOf(embedding)],
  })),
  'as Ollama answers': embeddings(({ data }) => ({
    embeddings: data.map(({ embedding }) => numbersOf(embedding)),
  })),
  'a bare list of vectors': embeddings(({ data }) =>
    data.map(({ embedding }) => numbersOf(embedding)),
  ),
  'a bare list of items': embeddings(({ data }) => data),
  'as text/plain': (good) => ok(json(good), { 'content-type': 'text/plain' }),
  gzip: (good) => ok(gzipSync(json(good)), { 'content-encoding': 'gzip' }),
  'an event': (good) => ok(event(good), EVENTS),
}

/** What one text gets instead of a vector. */
export const NO_VECTORS: Readonly<Record<string, unknown>> = {
  null: null,
  'nothing at all': undefined,
  'an empty list': [],
  'a list of null': [null],
  'nulls, as JSON writes NaN': Array.from({ length: 16 }, () => null),
  zeros: Array.from({ length: 16 }, () => 0),
  words: Array.from({ length: 16 }, () => 'NaN'),
  'a number beyond 32 bits': Array.from({ length: 16 }, () => 1e39),
  'another length': [1, 2, 3],
  'a text that is no base64': '~'.repeat(88),
  'half a number in base64': Buffer.alloc(66, 1).toString('base64'),
  'NaN in base64': Buffer.alloc(64, 0xff).toString('base64'),
  'an object': { values: 'none' },
  true: true,
}
