import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTranscript } from '../../src/sessions/transcript.ts'

const said = (text: string) =>
  parseTranscript(text).map(({ role, name, content }) => [name ?? role, content])

test('voices of WebVTT are speakers, and cues of one that follow one another are a turn', () => {
  const text = `\u{FEFF}WEBVTT - Call

NOTE
Not said: I live in Rome.

STYLE
::cue { color: red }

1
00:00:01.000 --> 00:00:04.000 align:start
<v Ottilie Berg>I got the job</v>

2
00:00:04.000 --> 00:00:06.500
<v.loud Ottilie Berg>at the <i>aquarium</i> &amp; zoo!</v>

00:07.000 --> 00:09.000
<v Bram>Dr Sato: she is strict.
<v Ottilie Berg>Yes.`.replace('\u{FEFF}', '')
  expect(said(text)).toEqual([
    ['Ottilie Berg', 'I got the job at the aquarium & zoo!'],
    ['Bram', 'Dr Sato: she is strict.'],
    ['Ottilie Berg', 'Yes.'],
  ])
})

test('names before a colon are speakers where there are no voices', () => {
  const vtt = `WEBVTT

00:00:01.000 --> 00:00:04.000
Ottilie Berg: I got the job

00:00:04.000 --> 00:00:06.500
at the aquarium!

00:00:07.000 --> 00:00:09.000
Bram: Well done.`
  expect(said(vtt)).toEqual([
    ['Ottilie Berg', 'I got the job at the aquarium!'],
    ['Bram', 'Well done.'],
  ])
})

test('SRT is read alike, with dashes, markup and roles', () => {
  const srt = `1\r
00:00:01,000 --> 00:00:04,000\r
- OTTILIE: <i>I got the job.</i>\r
- BRAM: Well done.\r
\r
2\r
00:00:05,000 --> 00:00:06,000\r
Assistant: Congratulations.\r
\r
3\r
00:00:07,000 --> 00:00:08,000 X1:10\r
<font color="red">Thank you.</font>\r
`
  expect(said(srt)).toEqual([
    ['OTTILIE', 'I got the job.'],
    ['BRAM', 'Well done.'],
    ['assistant', 'Congratulations. Thank you.'],
  ])
})

test('a text that is no captions stays what it is, and megabytes of them take a moment', () => {
  expect(said('WEBVTT')).toEqual([['user', 'WEBVTT']])
  expect(said('1\nfoo --> bar')).toEqual([['user', '1\nfoo --> bar']])
  const cue = '\n\n00:00:01.000 --> 00:00:04.000\n'
  for (const hostile of ['<v ', '<', '&', '\n', '<v a>', `${cue}A: b`, '- A: b\n']) {
    const began = performance.now()
    parseTranscript(`WEBVTT${cue}${hostile.repeat(1_000_000 / hostile.length)}`)
    expect(performance.now() - began).toBeLessThan(10_000)
  }
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (cues) => {
      const turns = parseTranscript(`WEBVTT${cues.map((each) => cue + each).join('')}`)
      expect(turns.every(({ content }) => content !== '')).toBe(true)
    }),
  )
})
