import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openFile } from '../../../src/sources/files/open.ts'
import { readRecords } from '../../../src/sources/files/read.ts'
import { readFileOf, readPath } from './read-file.ts'
import { zipOf } from './zip.ts'

const transcripts = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/transcripts/${name}`, import.meta.url))

test('a chat of a phone is one conversation, in a zip too', async () => {
  const { format, said } = await readPath(transcripts('phone-b.txt'))
  expect(format).toBe('transcript')
  expect(said).toEqual({
    'chat/phone-b': [
      'I got the job at the aquarium!',
      'Congratulations! When do you start?',
      'I am allergic to fish.',
      'On 3 November.',
    ],
  })
  const chat = await readFile(transcripts('phone-a.txt'))
  const zip = zipOf({ '_chat.txt': chat, 'PHOTO-1.jpg': Buffer.from('x') })
  const inside = await readFileOf(zip, { name: 'WhatsApp Chat - Bram.zip' })
  expect(Object.keys(inside.said)).toEqual(['chat/WhatsApp Chat - Bram'])
  const utf16 = Buffer.from(`\u{FEFF}${chat.toString('utf8')}`, 'utf16le')
  expect((await readFileOf(utf16, { name: 'chat.txt' })).said['chat/chat']).toHaveLength(4)
})

test('--speaker says who of them is the user', async () => {
  await using file = await openFile(transcripts('phone-b.txt'))
  const options = { format: 'transcript', user: 'ottilie', speaker: 'Ottilie' } as const
  for await (const { made } of readRecords(file, options)) {
    if (made.kind !== 'conversation') throw new Error(made.kind)
    expect(made.conversation.userId).toBe('ottilie')
    expect(made.conversation.messages.map(({ role, name }) => [role, name])).toEqual([
      ['user', null],
      ['participant', 'Bram'],
      ['participant', 'Bram'],
      ['user', null],
    ])
  }
})

const telegram = {
  name: 'Bram',
  type: 'personal_chat',
  id: 5,
  messages: [
    { id: 9, type: 'service', date: '2025-10-14T15:30:00', action: 'phone_call', text: '' },
    {
      id: 10,
      type: 'message',
      date: '2025-10-14T15:34:41',
      from: 'Ottilie',
      from_id: 'user1',
      text: ['I live in ', { type: 'bold', text: 'Bodo' }],
    },
    {
      id: 11,
      type: 'message',
      date: '2025-10-14T15:34:41',
      from: 'Bram',
      from_id: 'user2',
      text: 'Nice.',
    },
    { id: 12, type: 'message', date: null, from: 7, from_id: 'user2', text: null, photo: 'x' },
  ],
}

test('a chat of Telegram, and the export of all of them', async () => {
  const read = await readFileOf(JSON.stringify(telegram), { name: 'result.json' })
  expect(read).toMatchObject({
    format: 'telegram',
    said: { 'telegram/5': ['I live in Bodo', 'Nice.'] },
    leftOut: { no_text: 2 },
  })
  const all = {
    about: 'Here is',
    personal_information: {},
    chats: { about: 'x', list: [telegram, { ...telegram, id: 6 }] },
  }
  expect(
    Object.keys((await readFileOf(JSON.stringify(all), { name: 'result.json' })).said),
  ).toEqual(['telegram/5', 'telegram/6'])
})

test('a chat of Telegram that is larger than a record is read message by message', async () => {
  const text = 'The lake was cold and we walked back. '.repeat(30)
  const messages = Array.from({ length: 32_000 }, (_, id) => ({
    id,
    type: 'message',
    date: '2025-10-14T15:34:41',
    from: 'Bram',
    from_id: 'user2',
    text: `${id} ${text}`,
  }))
  const { said, refused } = await readFileOf(JSON.stringify({ ...telegram, messages }))
  expect(refused).toEqual([])
  expect(said['telegram/5']).toHaveLength(32_000)
}, 120_000)

test('the zip of Slack has names for ids, and a conversation a day and a thread', async () => {
  const message = (ts: string, over = {}) => ({
    type: 'message',
    user: 'U1',
    text: 'I live in Bodo.',
    ts,
    ...over,
  })
  const files = {
    'users.json': Buffer.from(
      JSON.stringify([{ id: 'U1', name: 'ob', profile: { display_name: 'Ottilie' } }, null]),
    ),
    'channels.json': Buffer.from('[]'),
    'general/2025-10-14.json': Buffer.from(
      JSON.stringify([
        message('1760449000.000100'),
        message('1760449001.000100', { subtype: 'channel_join' }),
        message('1760449002.000100', {
          user: 'U2',
          text: 'Hi <@U1>',
          thread_ts: '1760449000.000200',
        }),
        null,
      ]),
    ),
    'general/2025-10-15.json': Buffer.from(JSON.stringify([message('1760535400.000100')])),
  }
  const { format, said, leftOut, refused } = await readFileOf(zipOf(files), { name: 'slack.zip' })
  expect(format).toBe('slack')
  expect(said).toEqual({
    'slack/general/2025-10-14': ['I live in Bodo.'],
    'slack/general/1760449000.000200': ['Hi @Ottilie'],
    'slack/general/2025-10-15': ['I live in Bodo.'],
  })
  expect(leftOut).toEqual({ no_text: 1 })
  expect(refused).toHaveLength(1)
})

test('messages of vendors are one conversation a list, with parts, and without times', async () => {
  const list = [
    { role: 'system', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'I live in Bodo.' },
        { type: 'text', text: null },
      ],
    },
    { role: 'assistant', content: null, tool_calls: [] },
    { role: 'tool', tool_call_id: 't', content: 'minus 7' },
    { role: 'assistant', content: 'Cold.' },
  ]
  const read = await readFileOf(JSON.stringify(list), { name: 'talk.json' })
  expect(read).toMatchObject({
    format: 'messages',
    said: { 'messages/talk': ['I live in Bodo.', 'Cold.'] },
    leftOut: { system: 1, tool: 1, no_text: 1 },
  })
  const lines = [list, list.slice(1)].map((messages) => JSON.stringify({ messages })).join('\n')
  const tuned = await readFileOf(lines, { name: 'tuned.jsonl' })
  expect(Object.values(tuned.said)).toEqual([
    ['I live in Bodo.', 'Cold.'],
    ['I live in Bodo.', 'Cold.'],
  ])
  const one = await readFileOf(JSON.stringify({ model: 'x', messages: list }), {
    name: 'request.json',
  })
  expect(Object.values(one.said)).toEqual([['I live in Bodo.', 'Cold.']])
})

test('captions are a conversation, and a text in which nobody speaks is no export', async () => {
  const vtt = 'WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Ottilie>I live in Bodo.</v>\n'
  expect((await readFileOf(vtt, { name: 'call.vtt' })).said).toEqual({
    'chat/call': ['I live in Bodo.'],
  })
  await expect(readFileOf('Just a note.', { name: 'note.txt' })).rejects.toMatchObject({
    code: 'invalid_request',
  })
})
