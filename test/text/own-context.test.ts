import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Hit } from '../../src/domain/recall.ts'
import { quote } from '../../src/mcp/quote.ts'
import { contextOf } from '../../src/recall/context.ts'
import { saysMore, withoutOwnContext } from '../../src/text/own-context.ts'

const ID = '0192f0c1-2a4b-7c3d-8e5f-1a2b3c4d5e6f'
const said = (content: string): Hit =>
  ({
    id: ID,
    kind: 'fact',
    role: null,
    content,
    occurred_at: '2026-03-04T18:02:00Z',
    metadata: {},
    scores: { relevance: 0.9 },
    message_ids: [],
    conversation_id: null,
  }) as unknown as Hit

const hits = [said('The user lives in Graz.'), said('The user is allergic to <sesame>.')]
const context = contextOf({ hits }, { question: 'Who?', maxTokens: 500 }).context
const ofTools = quote(hits, 'Nothing.')

const PLACE = '<memories></memories>'

test('what Memoir told is taken out however an application puts it in, and the words around it stay', () => {
  expect(context).toContain('[2]')
  const parcel = 'My parcel holds candles.'
  for (const told of [context, ofTools]) {
    for (const [given, rest] of [
      [
        `Here is what you know:\n${told}\n\n${parcel}`,
        `Here is what you know:\n${PLACE}\n\n${parcel}`,
      ],
      [`${told}\n${parcel}`, `${PLACE}\n${parcel}`],
      [`${parcel}\n${told}`, `${parcel}\n${PLACE}`],
      [`${told.replace('</memories>', '')}\n\n${parcel}`, `${PLACE}\n${parcel}`],
      [`${told}\n\n${told}\n${parcel}`, `${PLACE}\n${parcel}`],
      [told.replaceAll('<', '&lt;').replaceAll('>', '&gt;') + parcel, `${PLACE}\n${parcel}`],
      [`"${told}" ${parcel}`, `${PLACE}\n${parcel}`],
    ]) {
      const left = withoutOwnContext(given ?? '')
      expect(left).toBe(rest)
      expect(saysMore(left)).toBe(true)
    }
    const bare = told
      .split('\n')
      .filter((line) => !line.includes('memories>'))
      .join('\n')
    expect(withoutOwnContext(`${bare}\n${parcel}`)).toBe(`${PLACE}\n${parcel}`)
    expect(saysMore(withoutOwnContext(told))).toBe(false)
  }
})

test('texts that hold no memories stay as they are', () => {
  const list = '[1] 2024-05-03 Smith: On rivers.\n[2] 2024-05-04 Jones: On lakes.'
  for (const text of [
    'I have fond memories of Graz.',
    list,
    '1. 2026-01-01 (a walk): nice',
    '<memory>x</memory>',
    '',
  ]) {
    expect(withoutOwnContext(text)).toBe(text)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(withoutOwnContext(text)).toBe(text)
    }),
  )
})

test('megabytes take time in proportion', () => {
  for (const hostile of [
    '<memories>',
    '&lt;memories&gt;',
    '[1] 2026-01-01 a',
    '1. 2026-01-01 (',
    '> ',
    '\n',
  ]) {
    const text = `memories 2026-01-01${hostile.repeat(1_000_000 / hostile.length)}`
    const began = performance.now()
    withoutOwnContext(text)
    expect(performance.now() - began).toBeLessThan(10_000)
  }
})
