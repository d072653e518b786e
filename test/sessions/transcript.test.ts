import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  normalizeNewlines,
  parseTranscript,
  splitTranscript,
  turnDigests,
} from '../../src/sessions/transcript.ts'

const said = (text: string) =>
  parseTranscript(text).map(({ role, name, content }) => [name ?? role, content])

test('roles in their usual spellings begin a turn', () => {
  for (const [user, assistant] of [
    ['User: ', 'Assistant: '],
    ['Human: ', 'AI: '],
    ['user: ', 'assistant: '],
    ['**User:** ', '**Assistant:** '],
    ['**User**: ', '**Assistant**: '],
    ['### User\n', '### Assistant\n'],
    ['## User:\n', '## ChatGPT:\n'],
    ['**User**\n', '**Assistant**\n'],
    ['[2023-05-08 13:56] User: ', '[2023-05-08 13:57] Assistant: '],
    ['2023-05-08T13:56:00Z User: ', '2023-05-08T13:57:00Z Assistant: '],
    ['User：', 'Assistant：'],
  ]) {
    const text = `${user}I moved to Berlin.\nIn May.\n\n${assistant}How is it?\n${user}Loud.`
    expect([user, said(text)]).toEqual([
      user,
      [
        ['user', 'I moved to Berlin.\nIn May.'],
        ['assistant', 'How is it?'],
        ['user', 'Loud.'],
      ],
    ])
  }
})

test('names begin turns in a conversation of names', () => {
  expect(said('Caroline: Hi Mel!\nMelanie: Hey.\nCaroline: I passed.')).toEqual([
    ['Caroline', 'Hi Mel!'],
    ['Melanie', 'Hey.'],
    ['Caroline', 'I passed.'],
  ])
  expect(said('Ann: hi\nBob: hello\nJean de la Cour: bonjour')).toEqual([
    ['Ann', 'hi'],
    ['Bob', 'hello'],
    ['Jean de la Cour', 'bonjour'],
  ])
  expect(said('李明：你好\n王芳：你好吗')).toEqual([
    ['李明', '你好'],
    ['王芳', '你好吗'],
  ])
  expect(said('SPEAKER_00: one\nSPEAKER_01: two\nSPEAKER_00: three')).toHaveLength(3)
  expect(said('# Call of May\n\nAnn: a\nBob: b\nAnn: c\nBob: d').map(([who]) => who)).toEqual([
    'user',
    'Ann',
    'Bob',
    'Ann',
    'Bob',
  ])
  expect(said('Caroline: I need help.\nAssistant: With what?')).toEqual([
    ['Caroline', 'I need help.'],
    ['assistant', 'With what?'],
  ])
})

test('what only looks like a speaker stays with the words', () => {
  const text = [
    'User: I bought:',
    'Milk: two litres',
    '- Eggs: twelve',
    '1. Bread: rye',
    'Note: call Ann',
    'https://example.org: a page',
    '12:30: lunch',
    '  assistant: indented',
    '```yaml',
    'user: root',
    'assistant: none',
    '```',
    '# Heading',
    'Caroline (my sister): came too',
    'Assistant: Noted.',
  ].join('\n')
  expect(said(text).map(([who]) => who)).toEqual(['user', 'assistant'])
  expect(said('Just words.\nNote: of one person')).toEqual([
    ['user', 'Just words.\nNote: of one person'],
  ])
})

test('a block of code that is never closed hides nobody', () => {
  expect(said('User: see\n```\ncode\nAssistant: yes\nUser: thanks')).toHaveLength(3)
  expect(said('User: see\n```\ncode\nAssistant: run\n```sh\nuser: x\n```\nUser: ok')).toHaveLength(
    3,
  )
})

test('times are read with the offset that they carry; without a zone they are UTC, and the day is the clock’s own', () => {
  const at = (stamp: string) => parseTranscript(`[${stamp}] Caroline: hi`).map((turn) => turn.at)
  for (const [stamp, iso] of [
    ['2023-05-08 13:56', '2023-05-08T13:56:00.000+00:00'],
    ['2023-05-08T13:56:07+02:00', '2023-05-08T13:56:07.000+02:00'],
    ['2023-05-08 13:56Z', '2023-05-08T13:56:00.000Z'],
    ['2023-05-08 23:30 -0500', '2023-05-08T23:30:00.000-05:00'],
    ['2023-05-08', '2023-05-08T00:00:00.000+00:00'],
    ['1:56 pm on 8 May, 2023', '2023-05-08T13:56:00.000+00:00'],
    ['May 8, 2023 12:05 AM', '2023-05-08T00:05:00.000+00:00'],
    ['8 May 2023, 13:56', '2023-05-08T13:56:00.000+00:00'],
  ]) {
    expect([stamp, at(stamp ?? '')]).toEqual([stamp, [iso]])
  }
  expect(parseTranscript('Caroline (2023-05-08 13:56): hi')).toMatchObject([
    { name: 'Caroline', at: '2023-05-08T13:56:00.000+00:00', content: 'hi' },
  ])
  expect(said('[2023-02-31] Caroline: hi')).toEqual([['user', '[2023-02-31] Caroline: hi']])
})

test('a time of day belongs to the date before it, and stays a word where there is none', () => {
  const text = '[2023-05-08 23:58] Ann: late\n[23:59] Bob: yes\n[00:01] Ann: night'
  expect(parseTranscript(text).map(({ at }) => at?.slice(0, 16))).toEqual([
    '2023-05-08T23:58',
    '2023-05-08T23:59',
    '2023-05-09T00:01',
  ])
  expect(parseTranscript('[2023-05-08 23:58 -05:00] Ann: late\n[00:01] Ann: night')[1]?.at).toBe(
    '2023-05-09T00:01:00.000-05:00',
  )
  expect(parseTranscript('[13:56] Ann: hi')).toMatchObject([{ at: null, content: '13:56:00 hi' }])
})

test('items of an array are turns, empty ones none', () => {
  expect(
    parseTranscript([
      { role: 'human', content: 'a\r\nb', name: ' Ann ' },
      { role: 'AI', content: ' ' },
      { role: 'Model', content: 'User: c', at: '2023-05-08T00:00:00.000Z' },
      { role: 'narrator', content: 'd' },
    ]),
  ).toEqual([
    { position: 0, role: 'user', name: 'Ann', content: 'a\nb', at: null },
    {
      position: 1,
      role: 'assistant',
      name: null,
      content: 'User: c',
      at: '2023-05-08T00:00:00.000Z',
    },
    { position: 2, role: 'narrator', name: null, content: 'd', at: null },
  ])
})

/** Lines as transcripts have them, and lines as nobody has. */
const line = fc.oneof(
  fc.constantFrom(
    'User: hi',
    'Assistant:',
    '### Human',
    '**AI:** x',
    'Ann: a',
    'Bob: b',
    '- Ann: c',
  ),
  fc.constantFrom('', '```', '~~~ts', ' Ann: d', '[13:56] Ann: e', '[2023-05-08 13:56] Bob: f'),
  fc.constantFrom('\tUser: g', 'Note: h', '[x', '**', ':', '： '),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
)
const transcript = fc.array(line).map((lines) => lines.join('\n'))
const words = (text: string) => text.split(/\s+/).filter(Boolean)

test('whatever the text is, its pieces are the text and its turns hold every word that is no label', () => {
  fc.assert(
    fc.property(transcript, (text) => {
      const normal = normalizeNewlines(text)
      const pieces = splitTranscript(normal)
      expect(pieces.map(({ head, body }) => head + body).join('')).toBe(normal)
      const turns = parseTranscript(text)
      expect(turns.map(({ position }) => position)).toEqual(turns.map((_, index) => index))
      const kept = words(turns.map(({ content }) => content).join('\n'))
      const bodies = words(pieces.map(({ body }) => body).join('\n'))
      expect(kept.filter((word) => !/^\d\d:\d\d:\d\d$/.test(word))).toEqual(
        bodies.filter((word) => !/^\d\d:\d\d:\d\d$/.test(word)),
      )
      for (const { label, head } of pieces) if (label !== null) expect(head).toContain(label.text)
    }),
    { numRuns: 2_000 },
  )
})

test('turns written as text are read as they were', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  const content = fc.array(fc.array(word, { minLength: 1 }), { minLength: 1, maxLength: 4 })
  const turn = fc.record({ role: fc.constantFrom('User', 'Assistant'), content })
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1 }), (turns) => {
      const texts = turns.map(({ content }) => content.map((each) => each.join(' ')).join('\n'))
      const text = turns.map(({ role }, index) => `${role}: ${texts[index]}`).join('\n')
      expect(said(text)).toEqual(turns.map(({ role }, index) => [role.toLowerCase(), texts[index]]))
    }),
  )
})

test('ten megabytes in ten thousand turns take time in proportion', () => {
  const turn = (index: number) =>
    `${index % 2 === 0 ? 'Caroline' : 'Assistant'}: ${'word '.repeat(200)}\n`
  const of = (turns: number) => Array.from({ length: turns }, (_, index) => turn(index)).join('')
  const seconds = (text: string) => {
    const from = performance.now()
    turnDigests(parseTranscript(text))
    return (performance.now() - from) / 1000
  }
  seconds(of(1_000))
  expect(parseTranscript(of(10_000))).toHaveLength(10_000)
  expect(seconds(of(10_000))).toBeLessThan(3)
  for (const hostile of ['A:\n', '\n', '*', '[', '`', 'A', ' ', 'A ', '[1', '# ', 'Aa.-']) {
    const text = hostile.repeat(Math.ceil(4_000_000 / hostile.length))
    expect([hostile, seconds(text) < 5]).toEqual([hostile, true])
  }
})

test('digests say whether a post extends another', () => {
  const turns = parseTranscript('User: a\nAssistant: b\nUser: c')
  const all = turnDigests(turns)
  expect(all).toHaveLength(24)
  expect(turnDigests(turns.slice(0, 2)).equals(all.subarray(0, 16))).toBe(true)
  expect(
    turnDigests(parseTranscript('User: a\nUser: b')).subarray(8).equals(all.subarray(8, 16)),
  ).toBe(false)
})
