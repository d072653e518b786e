import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readFileOf } from './read-file.ts'
import { zipOf } from './zip.ts'

const messages = [
  {
    uuid: 'm1',
    sender: 'human',
    text: 'Ich wohne in Gößweinstein 🏔️.',
    created_at: '2026-02-01T09:00:00Z',
  },
]
const inside = (uuid: string) => ({
  uuid,
  created_at: '2026-02-01T09:00:00Z',
  chat_messages: messages,
})
const text = JSON.stringify([inside('a'), inside('b')], null, 2)
const both = { a: [messages[0]?.text], b: [messages[0]?.text] }

const utf16le = (given: string) => Buffer.from(given, 'utf16le')
const utf16be = (given: string) => utf16le(given).swap16()

test.each([
  ['UTF-8 with a byte order mark', Buffer.from(`\u{FEFF}${text}`)],
  ['UTF-16 of Windows', utf16le(`\u{FEFF}${text}`)],
  ['UTF-16, the other order', utf16be(`\u{FEFF}${text}`)],
  ['UTF-16 without a mark', utf16le(text)],
  ['UTF-16 without a mark, the other order', utf16be(text)],
  ['CRLF', Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['gzip', gzipSync(text)],
])('a file in %s is read', async (_, content) => {
  expect((await readFileOf(content)).said).toEqual(both)
})

test('lines in UTF-16 with empty ones and marks between them are read', async () => {
  const lines = [inside('a'), inside('b')].map((each) => JSON.stringify(each))
  const given = `\u{FEFF}${lines[0]}\r\n\r\n  \r\n\u{FEFF}${lines[1]}\r\n`
  for (const content of [utf16le(given), utf16be(given), Buffer.from(given)]) {
    expect((await readFileOf(content, { name: 'x.jsonl' })).said).toEqual(both)
  }
})

test('a gzip that was cut off or unpacks to too much is refused', async () => {
  const refused = { code: 'invalid_request' }
  await expect(readFileOf(gzipSync(text).subarray(0, 40))).rejects.toMatchObject(refused)
  const bomb = gzipSync(`[${' '.repeat(100_000_000)}`)
  await expect(readFileOf(bomb)).rejects.toMatchObject({
    ...refused,
    cause: { message: 'unpacks to too much' },
  })
})

test.each([
  ['packed', 'conversations.json', {}],
  ['not packed', 'conversations.json', { stored: true }],
  ['sizes after the data', 'conversations.json', { descriptor: true }],
  ['fields for large files', 'conversations.json', { zip64: true }],
  ['a folder', 'data-2026/export/conversations.json', {}],
  ['paths of Windows', 'export\\conversations.json', {}],
  ['absolute paths', '/home/maya/conversations.json', {}],
  ['a drive', 'C:\\export\\conversations.json', {}],
  ['paths that lead up', '../conversations.json', {}],
  ['capitals', 'Conversations.JSON', {}],
  ['a copy of a part', 'conversations (1).json', {}],
])('a zip with %s is read', async (_, name, packing) => {
  const files = {
    [name]: Buffer.from(text),
    'users.json': Buffer.from('[]'),
    '__MACOSX/._conversations.json': Buffer.from('x'),
  }
  expect((await readFileOf(zipOf(files, packing), { name: 'export.zip' })).said).toEqual(both)
})

test('parts are read in the order of their numbers, each in its own encoding', async () => {
  const part = (uuid: string) => JSON.stringify([inside(uuid)])
  const files = {
    'conversations-10.json': Buffer.from(part('c')),
    'conversations-2.json': utf16le(`\u{FEFF}${part('b')}`),
    'conversations-1.json': Buffer.from(`\u{FEFF}${part('a')}`),
  }
  const { said } = await readFileOf(zipOf(files), { name: 'export.zip' })
  expect(Object.keys(said)).toEqual(['a', 'b', 'c'])
})

test('the memories in the zip of OpenMemory are found among its files', async () => {
  const memories = [
    {
      id: 'a',
      content: 'Likes tea.',
      state: 'active',
      app_id: null,
      created_at: '2026-02-01T09:00:00Z',
    },
  ]
  const files = {
    'memories.json': Buffer.from(JSON.stringify({ user: { user_id: 'priya' }, memories })),
    'memories.jsonl.gz': gzipSync('x'),
  }
  const { said } = await readFileOf(zipOf(files), { name: 'memories_export.zip' })
  expect(said).toEqual({ 'mem0/priya': ['Likes tea.'] })
})
