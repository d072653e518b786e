import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { transcript, looseTranscript } from '../../src/api/transcripts.ts'

const body: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/transcripts/parts.json', import.meta.url), 'utf8'),
)

const said = (given: unknown) =>
  transcript.parse(given).map(({ role, name, content }) => [name ?? role, content])

const problems = (given: unknown) =>
  transcript.safeParse(given).error?.issues.map(({ path, message }) => [path.join('.'), message])

test('a part without text says nothing, whether it is missing or null', () => {
  const { session_data } = body as { session_data: unknown }
  const turns = looseTranscript.parse(session_data)
  expect(turns.map(({ role, content }) => [role, content])).toEqual([
    ['user', 'I live in Bodo and I am lactose intolerant.'],
    ['assistant', 'Minus seven degrees.'],
  ])
})

test('messages of OpenAI are taken with all their fields', () => {
  const given = [
    { role: 'developer', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        null,
        { type: 'text', text: 'I live in Bodo.' },
        { type: 'image_url', image_url: { url: 'x' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      refusal: null,
      annotations: [],
      tool_calls: [{ id: 't', type: 'function', function: { name: 'x', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 't', content: 'minus 7' },
    {
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Cold.', annotations: [] }],
      id: 'msg',
      type: 'message',
      status: 'completed',
    },
    { type: 'reasoning', id: 'r', summary: [] },
    { type: 'function_call', call_id: 'c', name: 'x', arguments: '{}' },
    {
      role: 'user',
      content: [
        { type: 'input_audio', transcript: 'Indeed.', input_audio: {} },
        { type: 'text', text: { value: 'Brr.' } },
      ],
    },
    null,
  ]
  expect(said(given)).toEqual([
    ['system', 'Be kind.'],
    ['user', 'I live in Bodo.'],
    ['tool', 'minus 7'],
    ['assistant', 'Cold.'],
    ['user', 'Indeed.\nBrr.'],
  ])
  expect(said({ model: 'x', messages: given })).toEqual(said(given))
  expect(said(JSON.stringify(given))).toEqual(said(given))
})

test('so are those of Anthropic, Gemini, the Vercel AI SDK and LangChain', () => {
  expect(
    said([
      {
        role: 'user',
        content: [
          { type: 'document', source: { type: 'text', data: 'I am ill.' } },
          { type: 'text', text: 'Sum up.', cache_control: {} },
        ],
      },
      {
        id: 'msg',
        type: 'message',
        model: 'x',
        role: 'assistant',
        stop_reason: 'end_turn',
        usage: {},
        content: [
          { type: 'thinking', thinking: 'Hm.', text: 'Hm.' },
          { type: 'text', text: 'Done.' },
        ],
      },
    ]),
  ).toEqual([
    ['user', 'Sum up.'],
    ['assistant', 'Done.'],
  ])
  expect(
    said({
      contents: [
        { role: 'user', parts: [{ text: 'Hi.' }, { inlineData: {} }] },
        { role: 'model', parts: [{ text: 'Hm.', thought: true }, { text: 'Hello.' }] },
      ],
    }),
  ).toEqual([
    ['user', 'Hi.'],
    ['assistant', 'Hello.'],
  ])
  expect(
    said([
      {
        id: '1',
        role: 'user',
        parts: [{ type: 'step-start' }, { type: 'text', text: 'Hi.' }],
        createdAt: '2026-01-01T10:00:00Z',
        metadata: {},
      },
      { type: 'ai', data: { content: 'Hello.', additional_kwargs: {} } },
      { type: 'human', content: 'I live in Bodo.', additional_kwargs: {}, response_metadata: {} },
      {
        lc: 1,
        type: 'constructor',
        id: ['langchain_core', 'messages', 'AIMessage'],
        kwargs: { content: 'Cold.' },
      },
    ]),
  ).toEqual([
    ['user', 'Hi.'],
    ['assistant', 'Hello.'],
    ['user', 'I live in Bodo.'],
    ['assistant', 'Cold.'],
  ])
})

test('messages of Slack come with names, mentions and times, and events of the channel stay out', () => {
  const turns = transcript.parse([
    {
      type: 'message',
      subtype: 'channel_join',
      user: 'U1',
      text: '<@U1> has joined',
      ts: '1760449000.000100',
    },
    {
      type: 'message',
      user: 'U1',
      user_profile: { real_name: 'Ottilie Berg', display_name: 'Ottilie' },
      text: 'I live in <https://bodo.no|Bodo> &amp; <@U2|bram> knows <#C1|general> <!here>',
      ts: '1760449001.000100',
      thread_ts: '1760449001.000100',
    },
    { type: 'message', user: 'U2', text: '&gt; I live in Bodo\nNice.', ts: '1760449002.000100' },
    {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B1',
      username: 'Deploy',
      text: 'Done.',
      ts: '1760449003.000100',
    },
  ])
  expect(turns.map(({ role, name, content }) => [role, name, content])).toEqual([
    ['user', 'Ottilie', 'I live in Bodo & @bram knows #general @here'],
    ['user', 'U2', '> I live in Bodo\nNice.'],
    ['assistant', 'Deploy', 'Done.'],
  ])
  expect(turns[0]?.at).toBe('2025-10-14T13:36:41.000Z')
})

test('a chat of Telegram is its messages, whose text may come in parts', () => {
  const turns = transcript.parse({
    name: 'Bram',
    type: 'personal_chat',
    id: 5,
    messages: [
      {
        id: 1,
        type: 'service',
        date: '2025-10-14T15:30:00',
        actor: 'Bram',
        action: 'phone_call',
        text: '',
      },
      {
        id: 2,
        type: 'message',
        date: '2025-10-14T15:34:41',
        date_unixtime: '1760448881',
        from: 'Ottilie',
        from_id: 'user1',
        text: ['I live in ', { type: 'bold', text: 'Bodo' }, null, '.'],
        text_entities: [],
      },
      {
        id: 3,
        type: 'message',
        date: '2025-10-14T15:35:00',
        from: null,
        from_id: 'user2',
        photo: 'x.jpg',
        text: '',
      },
      {
        id: 4,
        type: 'message',
        date: '2025-10-14T15:36:00',
        from: 'Bram',
        from_id: 'user2',
        text: 'I am ill.',
        forwarded_from: 'Cleo',
      },
    ],
  })
  expect(turns.map(({ name, content, at }) => [name, content, at?.slice(0, 16)])).toEqual([
    ['Ottilie', 'I live in Bodo.', '2025-10-14T13:34'],
    ['Bram', '> I am ill.', '2025-10-14T15:36'],
  ])
})

test('what is refused is named by its place in the list that was posted', () => {
  expect(problems([null, { role: 'user', content: 5 }])?.[0]).toEqual([
    '1.content',
    'must be text or a list of parts { type, text }',
  ])
  expect(problems([{ role: 'user', content: 'a', nmae: 'x' }])).toEqual([
    ['0.nmae', 'unknown field'],
  ])
  expect(problems([null, { content: 'a' }])?.[0]?.[0]).toBe('1.role')
  expect(problems([{ role: 'user', content: [{ type: 'text', text: null }] }])).toEqual([
    ['', 'must say something'],
  ])
  expect(problems({ nothing: 1 })?.[0]?.[0]).toBe('')
})

test('a text that is JSON of something else stays a text', () => {
  for (const text of ['{"a": 1}', '[1, 2]', '[2023] note', '{"messages": []}', '[{"x": 1}]']) {
    expect(said(text)).toEqual([['user', text]])
  }
})

test('any value at any place of a part never loses the sound parts beside it', () => {
  const sound = { type: 'text', text: 'I live in Bodo.' }
  const part = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.record(
      { type: fc.jsonValue({ maxDepth: 1 }), text: fc.jsonValue({ maxDepth: 2 }) },
      { requiredKeys: [] },
    ),
    fc.record({
      type: fc.constant('text'),
      text: fc.jsonValue({ maxDepth: 2 }),
      extra: fc.jsonValue({ maxDepth: 1 }),
    }),
  )
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (before, after) => {
      const items = [{ role: 'user', content: [...before, sound, ...after] }]
      for (const schema of [transcript, looseTranscript]) {
        expect(schema.parse(items)[0]?.content).toContain('I live in Bodo.')
      }
    }),
    { numRuns: 500 },
  )
})
