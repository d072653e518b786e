import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messagesInJson } from '../../src/sources/json-messages.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createForeignSource } from '../support/foreign-source.ts'

const said = (value: unknown) =>
  messagesInJson(typeof value === 'string' ? value : JSON.stringify(value))?.map(
    ({ role, content }) => [role, content],
  )

describe('messages kept as JSON', () => {
  const ASKED = 'When does the lock open?'
  const ANSWERED = 'At six.'
  const openai = [
    { role: 'system', content: 'You are a lock keeper.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: ASKED },
        { type: 'image_url', image_url: { url: 'data:' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', function: { name: 'hours', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 't', content: '{"open": 6}' },
    { role: 'assistant', content: ANSWERED },
  ]
  test.each<[string, unknown, [string, string]]>([
    ['OpenAI', openai, ['user', 'assistant']],
    ['OpenAI, in an object', { model: 'x', messages: openai }, ['user', 'assistant']],
    ['OpenAI, encoded twice', JSON.stringify(JSON.stringify(openai)), ['user', 'assistant']],
    [
      'OpenAI responses',
      [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: ASKED }] },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hmm.' }] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: ANSWERED }] },
      ],
      ['user', 'assistant'],
    ],
    [
      'Anthropic',
      [
        { role: 'user', content: ASKED },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hmm.' },
            { type: 'tool_use', id: 't', name: 'hours', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'six' }] },
        { role: 'assistant', content: [{ type: 'text', text: ANSWERED }] },
      ],
      ['user', 'assistant'],
    ],
    [
      'LangChain, stored',
      [
        { type: 'system', data: { content: 'You are a lock keeper.' } },
        { type: 'human', data: { content: ASKED, additional_kwargs: {}, type: 'human', id: null } },
        { type: 'ai', data: { content: ANSWERED, response_metadata: {}, type: 'ai' } },
      ],
      ['human', 'ai'],
    ],
    [
      'LangChain, serialised',
      [
        {
          lc: 1,
          type: 'constructor',
          id: ['langchain_core', 'messages', 'HumanMessage'],
          kwargs: { content: ASKED },
        },
        {
          lc: 1,
          type: 'constructor',
          id: ['langchain_core', 'messages', 'AIMessage'],
          kwargs: { content: ANSWERED },
        },
      ],
      ['HumanMessage', 'AIMessage'],
    ],
    [
      'LangChain, pairs',
      [
        ['human', ASKED],
        ['ai', ANSWERED],
      ],
      ['human', 'ai'],
    ],
    [
      'n8n',
      [
        { type: 'human', content: ASKED, additional_kwargs: {}, response_metadata: {} },
        { type: 'ai', content: ANSWERED, tool_calls: [], additional_kwargs: {} },
      ],
      ['human', 'ai'],
    ],
    [
      'n8n, as rows',
      [
        { id: 1, session_id: 's', message: { type: 'human', content: ASKED } },
        { id: 2, session_id: 's', message: { type: 'ai', content: ANSWERED } },
      ],
      ['human', 'ai'],
    ],
    [
      'Vercel AI SDK 4',
      [
        {
          id: 'a',
          role: 'user',
          content: ASKED,
          createdAt: '2026-01-05T10:00:00Z',
          parts: [{ type: 'text', text: ASKED }],
        },
        {
          id: 'b',
          role: 'assistant',
          content: ANSWERED,
          toolInvocations: [{ state: 'result', result: 6 }],
        },
      ],
      ['user', 'assistant'],
    ],
    [
      'Vercel AI SDK 5',
      [
        {
          id: 'a',
          role: 'user',
          parts: [
            { type: 'text', text: ASKED },
            { type: 'file', url: 'x' },
          ],
        },
        {
          id: 'b',
          role: 'assistant',
          parts: [
            { type: 'step-start' },
            { type: 'reasoning', text: 'Hmm.' },
            { type: 'tool-hours', output: { text: 'six' } },
            { type: 'text', text: ANSWERED },
          ],
        },
      ],
      ['user', 'assistant'],
    ],
    [
      'Gemini',
      {
        contents: [
          { role: 'user', parts: [{ text: ASKED }] },
          { role: 'model', parts: [{ text: 'Hmm.', thought: true }, { text: ANSWERED }] },
        ],
      },
      ['user', 'model'],
    ],
    [
      'an object instead of a list',
      { 0: { role: 'user', content: ASKED }, 1: { role: 'assistant', content: ANSWERED } },
      ['user', 'assistant'],
    ],
    [
      'JSON lines',
      `{"role":"user","content":"${ASKED}"}\n{"sender":"assistant","text":"${ANSWERED}"}\n`,
      ['user', 'assistant'],
    ],
  ])('%s', (_, value, [asked, answered]) => {
    expect(said(value)).toEqual([
      [asked, ASKED],
      [answered, ANSWERED],
    ])
  })

  test('what is no list of messages is said to be none', () => {
    expect(said('no JSON at all')).toBeUndefined()
    expect(messagesInJson('17')).toBeNull()
    expect(messagesInJson('null')).toBeNull()
    expect(messagesInJson('[]')).toEqual([])
    expect(messagesInJson('[null, 7, {}, [], {"role": "user"}]')).toEqual([])
  })

  test('whatever stands at any place, what is sound beside it is read', () => {
    const odd = fc.jsonValue({ maxDepth: 3 })
    const sound = { role: 'user', content: ASKED }
    const name = fc.constantFrom(
      'role',
      'content',
      'parts',
      'data',
      'type',
      'id',
      'name',
      'message',
      'createdAt',
      'kwargs',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(odd, fc.dictionary(name, odd)), { maxLength: 4 }),
        fc.nat(4),
        (items, at) => {
          const list = messagesInJson(JSON.stringify(items.toSpliced(at, 0, sound)))
          expect(list?.map(({ content }) => content)).toContain(ASKED)
          for (const message of list ?? []) expect(message.content.trim()).not.toBe('')
        },
      ),
    )
  })
})

test.skipIf(!hasPostgres)(
  'a column with all messages is read: times, order and ids, and what is no JSON is listed',
  async () => {
    await using store = await createTestDatabase()
    const messages = JSON.stringify([
      { role: 'human', content: 'one', created_at: '2026-01-05T10:00:00' },
      { role: 'ai', content: 'two' },
      { role: 'human', content: 'three', created_at: 1767603660 },
      { role: 'tool', content: 'four' },
    ])
    await using source = await createForeignSource(
      store,
      `create table conversations (id int primary key, user_id text, created_at timestamptz, updated_at timestamptz, log text);
       insert into conversations values (1, 'mira', null, null, '${messages}'), (2, 'mira', '2026-01-05', null, 'no JSON'),
         (3, 'mira', '2026-01-05', null, null), (4, 'mira', '2026-01-05', null, '[]'), (5, 'mira', '2026-01-05', null, '{"messages": [["human", "five"]]}')`,
      { SOURCE_MESSAGES_JSON: 'log', SOURCE_TIMEZONE: 'Europe/Berlin' },
    )
    await source.run({ pageSize: 2 })
    expect(await source.outcomes()).toEqual({
      1: 'created',
      2: 'source_row_invalid',
      3: 'too_few_turns',
      4: 'too_few_turns',
      5: 'created',
    })
    expect(await source.said('1')).toEqual([
      ['user', '2026-01-05T09:00:00.000Z', 'one'],
      ['assistant', '2026-01-05T09:00:00.001Z', 'two'],
      ['user', '2026-01-05T09:01:00.000Z', 'three'],
    ])
    expect(await source.run()).toMatchObject({ updated: 0, errors: 1 })
    expect(await source.nightly()).toMatchObject({ updated: 0 })
    await source.app.query(
      `update conversations set log = '[["human", "six"]]', updated_at = now() where id = 5`,
    )
    expect(await source.nightly()).toMatchObject({ updated: 1 })
  },
)

/** LangChain's and n8n's own tables have a whole message in one column, and no table of conversations. */
test.skipIf(!hasPostgres)('a message a row, as LangChain and n8n store them', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `create table n8n_chat_histories (id serial primary key, session_id varchar(255), message jsonb);
       insert into n8n_chat_histories (session_id, message) values
         ('s', '{"type": "human", "content": "one"}'), ('s', '{"type": "ai", "content": "two", "tool_calls": []}'),
         ('s', '{"type": "human", "data": {"content": "three"}}'), ('s', '{"type": "ai", "content": ""}'), ('s', '[]');
       create view sessions as select distinct session_id as id, 'mira' as user_id from n8n_chat_histories`,
    {
      SOURCE_CONVERSATIONS_TABLE: 'sessions',
      SOURCE_MESSAGES_TABLE: 'n8n_chat_histories',
      SOURCE_MESSAGE_CONVERSATION: 'session_id',
      SOURCE_MESSAGE_ROLE: 'message',
      SOURCE_MESSAGE_CONTENT: 'message',
    },
  )
  await source.run()
  expect((await source.said('s')).map(([role, , content]) => [role, content])).toEqual([
    ['user', 'one'],
    ['assistant', 'two'],
    ['user', 'three'],
  ])
})
