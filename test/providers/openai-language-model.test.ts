import { describe, expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { estimateTokens } from '../../src/text/chunks.ts'
import {
  chatTask,
  dutifulModel,
  rawFact,
  spoil,
  spoilt,
  type Spoiling,
} from '../support/fake-chat.ts'
import type { FakeRequest } from '../support/fake-vendor.ts'
import { failureOf, KEY } from '../support/vendor.ts'
import { BULK, extractOf, useModelVendor } from '../support/vendor-model.ts'

const { vendor, setUp } = useModelVendor()

const formOf = (request: FakeRequest | undefined) =>
  (request?.body['response_format'] as { type?: string } | undefined)?.type

describe('requests', () => {
  test('model, key, form, room and the quoted turns are sent', async () => {
    vendor().answerChat(dutifulModel())
    const { model, name, outcomes } = setUp()
    const { value, promptVersion } = await model.extractMemories(extractOf('I live in Oslo.'), BULK)

    expect(value).toMatchObject([
      {
        content: 'user said: I live in Oslo.',
        evidence: [{ position: 0, quote: 'I live in Oslo.' }],
        occurredAt: null,
        salience: 0.5,
      },
    ])
    expect(promptVersion).toBe('extract-3')
    expect(model.identity).toEqual({ provider: 'openai', model: name })
    expect(await outcomes()).toEqual({ ok: 1 })
    expect(vendor().requests).toMatchObject([
      {
        path: '/v1/chat/completions',
        headers: { authorization: `Bearer ${KEY}` },
        body: {
          model: name,
          temperature: 0,
          max_completion_tokens: 4096,
          response_format: {
            type: 'json_schema',
            json_schema: {
              name: 'extracted_facts',
              strict: true,
              schema: { type: 'object', required: ['facts'], additionalProperties: false },
            },
          },
        },
      },
    ])
  })

  test('tokens are counted as the vendor says, else by estimate', async () => {
    vendor().answerChat(() => ({
      content: '{"summary":"Fine."}',
      usage: { prompt_tokens: 1000, completion_tokens: 234 },
    }))
    const { model, tokens } = setUp()
    const request = { turns: [], facts: [], maxChars: 100, language: 'en' }
    await model.summarise(request, BULK)
    expect(await tokens()).toBe(1234)

    vendor().answerChat(() => '{"summary":"Fine."}')
    await model.summarise(request, BULK)
    const asked = vendor().requests[1]?.inputs.map(estimateTokens) ?? []
    expect(await tokens()).toBe(
      1234 + asked.reduce((sum, one) => sum + one, 0) + estimateTokens('{"summary":"Fine."}'),
    )
  })

  test('a purse pays for input and room before, and gets back what was not written', async () => {
    const moves: unknown[] = []
    const purse = {
      reserve: async (...tokens: number[]) => void moves.push(['reserve', ...tokens]),
      refund: async (...tokens: number[]) => void moves.push(['refund', ...tokens]),
    }
    vendor().answerChat(() => ({
      content: '{"summary":"Fine."}',
      usage: { prompt_tokens: 1, completion_tokens: 96 },
    }))
    const { model } = setUp()
    const request = { turns: [], facts: [], maxChars: 100, language: 'en' }
    await model.summarise(request, { ...BULK, purse })
    const input = vendor().requests[0]?.inputs.reduce((sum, text) => sum + estimateTokens(text), 0)
    expect(moves).toEqual([
      ['reserve', input, 4096],
      ['refund', 0, 4000],
    ])

    vendor().failNext(1, { status: 500 })
    await failureOf(model.summarise(request, { ...BULK, purse }))
    expect(moves.slice(2)).toEqual([
      ['reserve', input, 4096],
      ['refund', input, 4096],
    ])
  })

  test('a cancelled request is told as cancelled, not as a failure of the vendor', async () => {
    vendor().hangNext(1)
    const { model, outcomes } = setUp()
    const stop = new AbortController()
    const failed = failureOf(
      model.extractMemories(extractOf('Hello.'), { ...BULK, signal: stop.signal }),
    )
    await expect.poll(() => vendor().requests.length).toBe(1)
    stop.abort()
    expect(await failed).toMatchObject({ name: 'AbortError' })
    expect(await outcomes()).toEqual({ cancelled: 1 })
  })
})

describe('an endpoint that lacks something', () => {
  test.each([
    ['json_schema', ['json_schema'] as const, 'json_object'],
    ['any form', ['json_schema', 'json_object'] as const, undefined],
  ])('without %s is asked in a weaker form from then on', async (_name, lacks, form) => {
    vendor().lackForms(...lacks)
    vendor().answerChat(dutifulModel())
    const { model } = setUp()
    for (const text of ['I live in Oslo.', 'I work at Vipps.']) {
      const { value } = await model.extractMemories(extractOf(text), BULK)
      expect(value).toHaveLength(1)
    }
    expect(vendor().requests.slice(lacks.length).map(formOf)).toEqual([form, form])
    expect(vendor().requests.at(-1)?.inputs[0]).toContain('"additionalProperties":false')
  })

  test('is found out even when its refusal says nothing', async () => {
    vendor().failAlways({ when: (request) => formOf(request) === 'json_schema', status: 400 })
    vendor().answerChat(dutifulModel())
    const { model } = setUp()
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    expect(vendor().requests.map(formOf)).toEqual(['json_schema', 'json_object', 'json_object'])
  })

  test('a wordless refusal by one that answered before is of what was said', async () => {
    vendor().answerChat(dutifulModel())
    const { model } = setUp()
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    vendor().failAlways({ whenInputContains: 'secret', status: 400 })
    expect(await failureOf(model.extractMemories(extractOf('A secret.'), BULK))).toMatchObject({
      code: 'vendor_refused',
    })
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    expect(vendor().requests.map(formOf)).toEqual(['json_schema', 'json_schema', 'json_schema'])
  })

  test.each([
    ['temperature', "Unsupported value: 'temperature' does not support 0 with this model."],
    ['max_completion_tokens', 'Extra inputs are not permitted: max_completion_tokens'],
  ])('does without %s from then on', async (name, message) => {
    vendor().failAlways({
      when: ({ body }) => body[name] !== undefined,
      status: 400,
      body: { error: { message, param: name } },
    })
    vendor().answerChat(dutifulModel())
    const { model } = setUp()
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    await model.extractMemories(extractOf('I live in Oslo.'), BULK)
    expect(vendor().requests).toHaveLength(3)
    expect(vendor().requests[2]?.body[name]).toBeUndefined()
    expect(formOf(vendor().requests[2])).toBe('json_schema')
    const room = name === 'temperature' ? 'max_completion_tokens' : 'max_tokens'
    expect(vendor().requests[2]?.body[room]).toBe(4096)
  })
})

describe('an answer that cannot be used', () => {
  const summary = { turns: [], facts: [], maxChars: 100, language: 'en' }
  const good = '{"summary":"They met in Oslo."}'

  test.each<[Spoiling, string]>([
    ['prose', 'vendor_bad_answer'],
    ['truncated', 'vendor_bad_answer'],
    ['cut', 'vendor_bad_answer'],
    ['refusal', 'vendor_refused'],
  ])('(%s) is asked for again, with twice the room, and then fails', async (way, code) => {
    const { model, outcomes } = setUp()
    vendor().answerChat(() => (vendor().requests.length === 1 ? spoil(good, way) : good))
    expect((await model.summarise(summary, BULK)).value).toBe('They met in Oslo.')
    expect(vendor().requests.map(({ body }) => body['max_completion_tokens'])).toEqual([4096, 8192])
    expect(vendor().requests[1]?.inputs[1]).toContain('An answer before this one was')

    vendor().answerChat(() => spoil(good, way))
    expect(await failureOf(model.summarise(summary, BULK))).toMatchObject({ code })
    // A refusal is asked for twice, anything else three times.
    const paid = way === 'refusal' ? 2 : 3
    expect(vendor().requests).toHaveLength(2 + paid)
    expect(await outcomes()).toEqual({ ok: 1, [code]: 1 + paid })
  })

  test.each([
    ['another shape', '{"text":"They met."}'],
    ['nothing', ''],
    ['an empty summary', '{"summary":"  "}'],
    ['a number', '42'],
    ['no content', { content: null }],
    ['a filter that stepped in', { content: null, finish: 'content_filter' }],
  ])('%s is no summary', async (_name, answer) => {
    vendor().answerChat(() => answer)
    const filtered = typeof answer === 'object' && 'finish' in answer
    const code = filtered ? 'vendor_refused' : 'vendor_bad_answer'
    expect(await failureOf(setUp().model.summarise(summary, BULK))).toMatchObject({ code })
    expect(vendor().requests).toHaveLength(filtered ? 2 : 3)
  })

  test.each([
    ['in a code fence', `Here it is:\n\n\`\`\`json\n${good}\n\`\`\`\nAnything else?`],
    ['after prose', `The summary is as follows. ${good}`],
    ['after thoughts', `<think>{"summary":"Not this."} Hm.</think>\n${good}`],
    ['after an example', `Like {"summary":"an example"}, so: ${good}`],
    ['beside stray braces', `With { and } and {x}: ${good}`],
  ])('JSON %s is found', async (_name, content) => {
    vendor().answerChat(() => content)
    expect((await setUp().model.summarise(summary, BULK)).value).toBe('They met in Oslo.')
    expect(vendor().requests).toHaveLength(1)
  })

  test('a body that is not JSON is asked for once more too', async () => {
    vendor().failNext(1, { status: 200, body: '{"choices":[{"mess' })
    vendor().answerChat(() => good)
    expect((await setUp().model.summarise(summary, BULK)).value).toBe('They met in Oslo.')
    expect(vendor().requests).toHaveLength(2)
  })

  test.each([
    [429, 'vendor_busy'],
    [500, 'vendor_unavailable'],
    [401, 'vendor_unauthorized'],
    [404, 'vendor_unauthorized'],
  ])('HTTP %i is the caller’s to come back from', async (status, code) => {
    vendor().failNext(1, { status })
    expect(await failureOf(setUp().model.summarise(summary, BULK))).toMatchObject({ code })
    expect(vendor().requests).toHaveLength(1)
  })
})

describe('an extraction that is too much', () => {
  const said = Array.from({ length: 8 }, (_, at) => `Sentence ${at} about the weather.`)
  const turnsAsked = () => vendor().requests.map((request) => chatTask(request).turns.length)
  const model = dutifulModel()

  test('for one answer is asked for in halves, and the second is shown the end of the first', async () => {
    vendor().answerChat((request) =>
      chatTask(request).turns.length > 4 ? spoil(model(request), 'cut') : model(request),
    )
    const { value } = await setUp().model.extractMemories(extractOf(...said), BULK)
    expect(value.map(({ evidence }) => evidence[0]?.position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(turnsAsked()).toEqual([8, 4, 4])
    expect(vendor().requests[2]?.inputs[1]).toContain('Turns before')
  })

  test('is halved once, and of a half that is always cut the whole facts are kept', async () => {
    vendor().answerChat((request) => spoil(model(request), 'cut'))
    const { value } = await setUp().model.extractMemories(extractOf(...said), BULK)
    expect(value.map(({ evidence }) => evidence[0]?.position)).toEqual([0, 1, 2, 4, 5, 6])
    expect(turnsAsked()).toEqual([8, 4, 4, 4, 4, 4, 4])
  })

  test('for the model is halved as often as it takes, within one turn too', async () => {
    vendor().failAlways({
      when: ({ inputs }) => (inputs[1]?.length ?? 0) > 3_000,
      status: 400,
      body: { error: { code: 'context_length_exceeded', message: 'too long' } },
    })
    vendor().answerChat(dutifulModel({ factsOf: ({ said }) => [`${said.length} signs.`] }))
    const long = 'Maya plays the cello. '.repeat(310)
    const { value } = await setUp().model.extractMemories(extractOf(long, 'Indeed.'), BULK)
    expect(value.length).toBeGreaterThan(2)
    expect(new Set(value.flatMap(({ evidence }) => evidence.map((one) => one.position)))).toEqual(
      new Set([0, 1]),
    )
  })
})

test('what is in no request is asked of nobody', async () => {
  const { model } = setUp()
  const fact = { content: 'A', occurredAt: '2026-01-01', candidates: [] }
  expect((await model.resolve({ facts: [fact] }, BULK)).value).toEqual([
    { relation: 'new', targets: [] },
  ])
  const question = { question: 'Who?', memories: [], now: '2026-01-01T00:00:00Z' }
  expect((await model.answer(question, BULK)).value).toEqual({
    known: false,
    answer: '',
    citations: [],
  })
  expect(vendor().requests).toHaveLength(0)
})

test('a fact without evidence in the request is left out', async () => {
  vendor().answerChat(() => JSON.stringify({ facts: [rawFact('Made up.')] }))
  expect((await setUp().model.extractMemories(extractOf('Hello.'), BULK)).value).toEqual([])
})

test('of a vendor that fails and spoils a fifth of its answers each, no extraction is lost', async () => {
  const ways = ['cut', 'truncated', 'prose', 'refusal'] as const
  vendor().answerChat(spoilt(dutifulModel(), { share: 0.2, ways, seed: 7 }))
  vendor().failShare(0.2, { status: 503 }, 7)
  const { model } = setUp()
  const codes: unknown[] = []
  for (let at = 0; at < 60; at += 1) {
    for (;;) {
      const done = await model
        .extractMemories(extractOf(`I own ${at} boats.`), BULK)
        .catch((error: unknown) => void codes.push(error instanceof MemoirError && error.code))
      if (!done) continue
      expect(done.value).toMatchObject([{ content: `user said: I own ${at} boats.` }])
      break
    }
  }
  expect(codes.length).toBeGreaterThan(5)
  expect(codes).toContain('vendor_unavailable')
})
