import { readFileSync } from 'node:fs'
import { assert, asyncProperty, constantFrom, jsonValue, nat } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MemoirError } from '../../src/errors.ts'
import { jsonInText } from '../../src/providers/json-in-text.ts'
import { CHAT_ENVELOPES, CHAT_WORDS, FAILURES_IN_SUCCESS } from '../support/deviations.ts'
import { rawFact } from '../support/fake-chat.ts'
import { failureOf, KEY } from '../support/vendor.ts'
import { BULK, extractOf, useModelVendor } from '../support/vendor-model.ts'

const { vendor, setUp } = useModelVendor()
const fixture = (name: string) =>
  readFileSync(`${import.meta.dirname}/../fixtures/vendors/${name}`, 'utf8')

const SAID = ['I moved to Lisbon in May.', 'Anything else?', 'My allergy is peanuts.']
const FACTS = [
  rawFact('The user moved to Lisbon in May.', {
    evidence: [{ position: 0, quote: 'I moved to Lisbon in May.' }],
  }),
  rawFact('The user is allergic to peanuts.', {
    evidence: [{ position: 2, quote: 'My allergy is peanuts.' }],
  }),
]
const GOOD = JSON.stringify({ facts: FACTS })
const CONTENTS = FACTS.map(({ content }) => content)

async function extract(said: readonly string[] = SAID) {
  const { model, outcomes, worked } = setUp()
  const { value } = await model.extractMemories(extractOf(...said), BULK)
  return { value, contents: value.map(({ content }) => content), outcomes, worked }
}

describe('facts are read from an answer', () => {
  test.each(Object.entries(CHAT_ENVELOPES))('%s', async (_name, deviation) => {
    vendor().answerChat(() => GOOD)
    vendor().deviate(deviation)
    const { contents } = await extract()
    expect(contents).toEqual(CONTENTS)
    expect(vendor().requests).toHaveLength(1)
  })

  test.each(Object.entries(CHAT_WORDS))('with %s', async (name, write) => {
    vendor().answerChat(() => write(GOOD))
    const { contents } = await extract()
    expect(contents).toEqual(CONTENTS)
    // What does not end may go on: it is asked for in halves before it is believed.
    if (name !== 'the last brackets missing') expect(vendor().requests).toHaveLength(1)
  })

  const loose = JSON.parse(fixture('loose-answers.json')) as Record<string, unknown>
  const transcript = JSON.parse(fixture('loose-answers-transcript.json')) as { content: string }[]
  test.each(Object.entries(loose))('with %s', async (_name, answer) => {
    vendor().answerChat(() => JSON.stringify(answer))
    const { contents } = await extract(transcript.map(({ content }) => content))
    expect(contents).toEqual([
      'The user moved to Lisbon in May.',
      "The user's sister Rosa works at Northwind.",
      'The user is allergic to peanuts.',
    ])
    expect(vendor().requests).toHaveLength(1)
  })

  test('after reasoning full of braces, in one request', async () => {
    vendor().answerChat(() => fixture('reasoning-full-of-braces.txt'))
    expect((await extract(['I keep bees.'])).contents).toEqual(['The user keeps bees.'])
    expect(vendor().requests).toHaveLength(1)
  })
})

describe('what is wrong is left out alone', () => {
  const [first, second] = FACTS
  test.each<[string, unknown, number]>([
    ['a fact of null', { facts: [first, null, second] }, 2],
    ['a fact that is a text', { facts: ['They moved.', first, second] }, 2],
    ['a fact that is a list', { facts: [[], first, second] }, 2],
    ['content of a number', { facts: [first, { ...second, content: 7 }] }, 1],
    ['content in a list', { facts: [first, { ...second, content: ['x'] }] }, 1],
    ['no content', { facts: [first, { ...second, content: undefined }] }, 1],
    ['no evidence', { facts: [first, { ...second, evidence: undefined }] }, 1],
    ['evidence of a number', { facts: [first, { ...second, evidence: 2 }] }, 1],
    ['a quote that nobody said', { facts: [first, { ...second, evidence: ['peas'] }] }, 1],
  ])('%s', async (_name, answer, kept) => {
    vendor().answerChat(() => JSON.stringify(answer))
    const { contents } = await extract()
    expect(contents).toEqual(CONTENTS.slice(0, kept))
    expect(vendor().requests).toHaveLength(1)
  })

  test.each<[string, Record<string, unknown>]>([
    ['a quote as the evidence', { evidence: 'My allergy is peanuts.' }],
    ['quotes as the evidence', { evidence: ['My allergy is peanuts.'] }],
    ['one piece of evidence', { evidence: { position: 2, quote: 'My allergy is peanuts.' } }],
    ['a position as a text', { evidence: [{ position: '2', quote: 'My allergy is peanuts.' }] }],
    ['a position from one', { evidence: [{ position: 3, quote: 'My allergy is peanuts.' }] }],
    ['no position', { evidence: [{ quote: 'My allergy is peanuts.' }] }],
    ['salience in words', { salience: 'high' }],
    ['a date that is none', { occurred_at: { year: 2026 } }],
    ['an unknown kind of entity', { entities: [{ type: 'food', value: 'Peanut' }] }],
    ['entities of null', { entities: null }],
    ['a relation of two', { relations: [{ subject: 'user', object: 'peanuts' }] }],
    ['fields nobody asked for', { confidence: 1, evidence_quality: {} }],
  ])('a fact with %s stands', async (_name, change) => {
    vendor().answerChat(() => JSON.stringify({ facts: [first, { ...second, ...change }] }))
    const { value, contents } = await extract()
    expect(contents).toEqual(CONTENTS)
    expect(value[1]?.evidence).toEqual([{ position: 2, quote: 'My allergy is peanuts.' }])
    expect(value[1]?.entities).toEqual([])
  })

  test('a kind of entity in capitals is the same kind', async () => {
    const entities = [{ type: 'Place', value: 'Lisbon' }]
    vendor().answerChat(() => JSON.stringify({ facts: [{ ...first, entities }] }))
    expect((await extract()).value[0]?.entities).toMatchObject([{ type: 'place' }])
  })

  test('a repaired fact needs its quote as any other does', async () => {
    vendor().answerChat(
      () =>
        `{'facts': [{'content': 'Made up.', 'evidence': [{'position': 0, 'quote': 'never'}]},]}`,
    )
    const { value } = await extract()
    expect(value.flatMap(({ evidence }) => evidence.map(({ quote }) => quote))).toEqual([''])
  })

  test('it is counted what was put up with', async () => {
    vendor().answerChat(() => `{'facts': [${JSON.stringify(first)}, null,]}`)
    const { worked } = await extract()
    expect(await worked()).toEqual({ repaired: 1, parts_dropped: 1 })
  })
})

describe('an answer of which nothing can be used', () => {
  test.each<[string, string]>([
    ['prose', 'There are several interesting facts.'],
    ['facts of nothing', '{"facts": [null, {}, {"content": null}]}'],
    ['another object', '{"ok": true}'],
    ['a number', '7'],
    ['a list of numbers', '[1, 2]'],
  ])('is paid for three times: %s', async (_name, said) => {
    vendor().answerChat(() => said)
    const error = await failureOf(extract())
    expect(error).toMatchObject({ code: 'vendor_bad_answer', vendorText: said })
    expect(vendor().requests).toHaveLength(3)
  })

  test('its words are kept without keys', async () => {
    vendor().answerChat(() => `my key is ${KEY}, Bearer abcdef123456 and sk-proj-0123456789`)
    expect(await failureOf(extract())).toMatchObject({
      vendorText: 'my key is …, Bearer … and …',
    })
  })
})

describe('a failure with status 200', () => {
  const bodies = JSON.parse(fixture('failures-with-status-200.json')) as Record<string, unknown>

  test('that says 429 is busy, with what the vendor behind it said', async () => {
    vendor().deviate(() => ({ status: 200, headers: { 'retry-after': '3' }, body: bodies['busy'] }))
    expect(await failureOf(extract())).toMatchObject({
      code: 'vendor_busy',
      retryAfterMs: 3_000,
      vendorText: expect.stringContaining('temporarily rate-limited upstream') as string,
    })
    expect(vendor().requests).toHaveLength(1)
  })

  test('that refuses the form is asked in a weaker one', async () => {
    vendor().answerChat(() => GOOD)
    vendor().deviate((_good, { body }) =>
      JSON.stringify(body['response_format'] ?? '').includes('json_schema')
        ? { status: 200, body: bodies['refused'] }
        : undefined,
    )
    const { contents, worked } = await extract()
    expect(contents).toEqual(CONTENTS)
    expect(vendor().requests).toHaveLength(2)
    expect(await worked()).toEqual({ error_in_success: 1, form: 1 })
  })

  test('that refuses whatever is asked ends with the vendor’s words', async () => {
    vendor().deviate(() => ({ status: 200, body: bodies['refused'] }))
    expect(await failureOf(extract())).toMatchObject({
      code: 'vendor_refused',
      vendorText: expect.stringContaining('json_schema is not supported') as string,
    })
  })

  test.each(Object.entries(FAILURES_IN_SUCCESS))('%s', async (_name, { body, code }) => {
    vendor().deviate(() => ({ status: 200, body }))
    expect(await failureOf(extract())).toMatchObject({ code })
  })

  test('a web page is told by its words', async () => {
    vendor().deviate(() => ({
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>502 Bad Gateway</title><style>a{}</style></head><body><h1>Bad Gateway</h1></body></html>',
    }))
    expect(await failureOf(extract())).toMatchObject({
      code: 'vendor_unavailable',
      vendorText: '502 502 Bad Gateway Bad Gateway',
    })
  })
})

describe('a million signs are read in no time', () => {
  const fact = `{'content': 'The user likes tea.', 'evidence': [{'position': 0, 'quote': 'tea'}],}`
  test.each<[string, string]>([
    [
      'facts in single quotes',
      `{facts: [${Array.from({ length: 12_000 }, () => fact).join(',')}]}`,
    ],
    ['open braces', '{"a":'.repeat(200_000)],
    ['open brackets', '['.repeat(1_000_000)],
    ['closing brackets', `[${'}'.repeat(1_000_000)}`],
    ['crossed brackets', '[{'.repeat(250_000) + '}]'.repeat(250_000)],
    ['open ones with a pair each', '{[]'.repeat(330_000)],
    ['pairs', '{}'.repeat(500_000)],
    ['quotes', `{"a":"${'"'.repeat(1_000_000)}`],
    ['quotes and commas', `{"a":"${'b","'.repeat(250_000)}`],
    ['backslashes', `{"a":"${'\\'.repeat(1_000_000)}`],
    ['spaces', `{"a":${' '.repeat(1_000_000)}x`],
    ['quotes between spaces', `{"a":"${'" '.repeat(500_000)}`],
    ['thoughts', `${'</think'.repeat(140_000)}{"facts":[]}`],
    ['whole JSON', JSON.stringify({ facts: Array.from({ length: 10_000 }, () => FACTS[0]) })],
  ])('%s', (name, text) => {
    const began = performance.now()
    const found = [...jsonInText(text)]
    const took = performance.now() - began
    // What is quadratic takes minutes; others work on this machine too.
    expect(took, name).toBeLessThan(2_000)
    if (name === 'facts in single quotes') {
      expect([found[0]?.value].flat(2)).toHaveLength(12_000)
    }
  })
})

/** Every place in a value. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  return [
    [...path],
    ...Object.entries(value).flatMap(([name, inside]) => placesIn(inside, [...path, name])),
  ]
}

function replacedAt(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return by
  if (Array.isArray(value)) {
    return value.map((one, at) => (at === Number(name) ? replacedAt(one, rest, by) : one))
  }
  const fields = value as Record<string, unknown>
  return { ...fields, [name]: replacedAt(fields[name], rest, by) }
}

test('any JSON at any place of the facts leaves the sound ones, and is never an internal failure', async () => {
  const answer = { facts: FACTS }
  const places = placesIn(answer)
  await assert(
    asyncProperty(constantFrom(...places), jsonValue(), async (path, by) => {
      vendor().answerChat(() => JSON.stringify(replacedAt(answer, path, by)))
      const done = await extract().catch((error: unknown) => error)
      if (done instanceof Error) {
        expect((done as MemoirError).code).toBe('vendor_bad_answer')
        expect(path.length).toBeLessThan(2)
        return
      }
      const { contents } = done as Awaited<ReturnType<typeof extract>>
      // Whatever stands in one fact, the other is kept.
      const touched = path.length > 1 ? Number(path[1]) : undefined
      for (const [at, content] of CONTENTS.entries()) {
        if (touched !== undefined && touched !== at) expect(contents).toContain(content)
      }
    }),
    { numRuns: 300 },
  )
})

test('any JSON at any place around the answer is never an internal failure', async () => {
  const completion = {
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: GOOD } }],
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  }
  const places = placesIn(completion)
  await assert(
    asyncProperty(constantFrom(...places), jsonValue(), nat(1), async (path, by, extra) => {
      const changed = replacedAt(completion, path, by)
      vendor().deviate(() => ({
        status: 200,
        body: JSON.stringify(extra === 0 ? changed : { ...completion, error: by, extra: by }),
      }))
      const done = await extract().catch((error: unknown) => error)
      if (done instanceof Error) expect((done as MemoirError).code).toMatch(/^vendor_/)
      else expect((done as Awaited<ReturnType<typeof extract>>).contents).toEqual(CONTENTS)
      // Neither the usage, nor the role, nor an error beside a whole answer makes it worse.
      if (extra === 1 || path[0] === 'usage') expect(done).not.toBeInstanceOf(Error)
    }),
    { numRuns: 200 },
  )
})
