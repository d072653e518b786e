import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { withUser } from '../../src/sessions/user-speaker.ts'
import { onlyOwnWords } from '../../src/text/own-words.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/transcripts/${name}`, import.meta.url), 'utf8')

const said = (text: string) =>
  parseTranscript(text).map(({ name, content, at }) => [at?.slice(0, 19), name, content])

test('a chat that an iPhone exported is its messages', () => {
  expect(said(fixture('phone-a.txt'))).toEqual([
    ['2025-10-14T15:34:41', 'Ottilie', 'I got the job at the aquarium!'],
    ['2025-10-14T15:35:02', 'Bram', '<image omitted>'],
    [
      '2025-10-14T23:58:12',
      'Ottilie',
      'My boss is called Dr Sato: she is strict.\nSecond line of the same message.',
    ],
    ['2025-10-15T00:04:00', 'Bram', 'I am allergic to fish.'],
  ])
})

test('a chat that an Android phone exported is its messages', () => {
  expect(said(fixture('phone-b.txt'))).toEqual([
    ['2025-10-14T15:34:00', 'Ottilie', 'I got the job at the aquarium!'],
    ['2025-10-14T23:58:00', 'Bram', 'Congratulations! When do you start?'],
    ['2025-10-15T00:04:00', 'Bram', 'I am allergic to fish.'],
    ['2025-10-15T00:05:00', 'Ottilie', 'On 3 November.'],
  ])
})

test.each([
  ['English of America', '10/14/25, 3:34\u{202F}PM - '],
  ['English of India', '14/10/25, 3:34 pm - '],
  ['English of Ireland', '14/10/2025, 15:34 - '],
  ['German', '14.10.25, 15:34 - '],
  ['German of an iPhone', '\u{200E}[14.10.25, 15:34:00] '],
  ['Spanish', '14/10/25, 15:34 - '],
  ['Spanish with halves of the day', '14/10/2025, 3:34\u{A0}p.\u{A0}m. - '],
  ['Portuguese', '14/10/2025 15:34 - '],
  ['Portuguese with a word between', '14/10/2025 às 15:34 - '],
  ['Finnish of an iPhone', '[14.10.2025 klo 15.34.00] '],
  ['Danish', '14.10.2025 15.34 - '],
  ['Dutch', '14-10-2025 15:34 - '],
  ['Bulgarian', '14.10.2025 г., 15:34 - '],
  ['Hungarian', '2025. 10. 14. 15:34 - '],
  ['Swedish', '2025-10-14 15:34 - '],
  ['English of Canada', '2025-10-14, 3:34 p.m. - '],
  ['Chinese', '2025/10/14 下午3:34 - '],
  ['Chinese of an iPhone', '[2025/10/14 下午3:34:00] '],
  ['Japanese', '2025/10/14 15:34 - '],
  ['Korean', '2025년 10월 14일 오후 3:34 - '],
  ['Korean of an iPhone', '[2025. 10. 14. 오후 3:34:00] '],
  ['Arabic', '\u{200F}١٤‏/١٠‏/٢٠٢٥، ٣:٣٤ م - '.replaceAll('\u{200F}/', '/')],
  ['Persian digits', '۲۰۲۵/۱۰/۱۴، ۱۵:۳۴ - '],
  ['Thai years', '14/10/2568 15:34 - '],
  ['an old iPhone', '14/10/2025, 15:34:00: '],
])('%s: dates and times are read', (_, head) => {
  const text = `${head}Ottilie: I got the job!\nDr Sato: she is strict.\n${head}Bram: Well done.\n`
  expect(said(text)).toEqual([
    ['2025-10-14T15:34:00', 'Ottilie', 'I got the job!\nDr Sato: she is strict.'],
    ['2025-10-14T15:34:00', 'Bram', 'Well done.'],
  ])
})

const days = (text: string) => parseTranscript(text).map(({ at }) => at?.slice(0, 10))

test('what comes first of day and month is what the file shows', () => {
  const chat = (...dates: readonly string[]) =>
    dates.map((date) => `${date}, 15:34 - Bram: Hi.`).join('\n')
  expect(days(chat('3/4/25', '3/13/25'))).toEqual(['2025-03-04', '2025-03-13'])
  expect(days(chat('3/4/25', '13/4/25'))).toEqual(['2025-04-03', '2025-04-13'])
  // Nothing above 12: the messages follow one another.
  expect(days(chat('1/3/25', '1/4/25', '2/1/25'))).toEqual([
    '2025-01-03',
    '2025-01-04',
    '2025-02-01',
  ])
  expect(days(chat('1/3/25', '2/3/25', '1/4/25'))).toEqual([
    '2025-03-01',
    '2025-03-02',
    '2025-04-01',
  ])
  expect(days('3/4/25, 3:34 PM - Bram: Hi.')).toEqual(['2025-03-04'])
  expect(days('03/04/2025, 15:34 - Bram: Hi.')).toEqual(['2025-04-03'])
})

test('lines of the phone itself are nobody’s, and what it writes for a picture is no statement', () => {
  const text = [
    '14.10.25, 15:30 - Messages and calls are end-to-end encrypted. Only people in this chat can read them.',
    'Tap to learn more.',
    '14.10.25, 15:31 - Ottilie created group "Trip: Wales"',
    '14.10.25, 15:34 - +44 7700 900123: <Media omitted>',
    '14.10.25, 15:35 - Bram: This message was deleted',
    '14.10.25, 15:36 - Bram: IMG-20251014-WA0001.jpg (file attached)',
    'My tent is orange.',
    '14.10.25, 15:37 - Bram: ',
    '14.10.25, 15:38 - ~ Cleo: I live in Bala. \u{200E}<This message was edited>',
  ].join('\r\n')
  const turns = parseTranscript(text)
  expect(turns.map(({ name, content }) => [name, content])).toEqual([
    ['+44 7700 900123', '<Media omitted>'],
    ['Bram', '<This message was deleted>'],
    ['Bram', '<IMG-20251014-WA0001.jpg (file attached)>\nMy tent is orange.'],
    ['Cleo', 'I live in Bala.'],
  ])
  const own = turns.map(({ content }) => onlyOwnWords(content).replaceAll('\u{FFFC}', '').trim())
  expect(own).toEqual(['', '', 'My tent is orange.', 'I live in Bala.'])
})

test('the user is the speaker who is named, and the others are themselves', () => {
  const turns = withUser(parseTranscript(fixture('phone-a.txt')), ' ottilie ')
  expect(turns.map(({ role, name }) => [role, name])).toEqual([
    ['user', null],
    ['participant', 'Bram'],
    ['user', null],
    ['participant', 'Bram'],
  ])
  const nobody = parseTranscript(fixture('phone-a.txt'))
  expect(withUser(nobody, 'Cleo')).toEqual(nobody)
  const withBot = parseTranscript([
    { role: 'user', name: 'Ottilie', content: 'Hi.' },
    { role: 'assistant', name: 'Helper', content: 'Hello.' },
  ])
  expect(withUser(withBot, 'Ottilie').map(({ role }) => role)).toEqual(['user', 'assistant'])
})

test('texts that only begin like a chat stay what they are', () => {
  for (const text of [
    '14.10.25, 15:34 - a walk',
    '14/10/2025 was a good day: we went out.',
    '[99/99/9999, 1:00] Bram: hi',
  ]) {
    expect(
      parseTranscript(text)
        .map(({ content }) => content)
        .join('\n'),
    ).toContain(text.slice(-5))
  }
})

test('whatever is in a chat, it is read, and in time proportional to its length', () => {
  const head = fc.constantFrom(
    '14.10.25, 15:34 - ',
    '[14/10/2025, 3:34:41 PM] ',
    '\u{200E}',
    '',
    '2025/10/14 下午3:34 - ',
  )
  const line = fc.tuple(head, fc.string({ unit: 'binary' })).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const turns = parseTranscript(['1.1.25, 1:00 - A: b', ...lines].join('\n'))
      expect(
        turns.every(
          ({ content, at }) => content !== '' && (at === null || !Number.isNaN(Date.parse(at))),
        ),
      ).toBe(true)
    }),
    { numRuns: 500 },
  )
  for (const hostile of ['14.10.25, 15:34 - ', '14.10.25, 15:34 - A:\n', '\u{200E}', '1', 'A:']) {
    const began = performance.now()
    parseTranscript(`14.10.25, 15:34 - A: b\n${hostile.repeat(1_000_000 / hostile.length)}`)
    expect(performance.now() - began).toBeLessThan(10_000)
  }
})
