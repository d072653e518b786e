import { afterEach, describe, expect, test } from 'vitest'
import { forget, type ForgetRequest } from '../../src/forget/forget.ts'
import { clausesToForget } from '../../src/forget/clauses.ts'
import { gateOf } from '../../src/forget/gate.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { findText } from '../support/find-text.ts'

describe('a clause is recognised', () => {
  const gate = (...said: string[]) =>
    gateOf({
      userId: 'u',
      keys: ['k'],
      clauses: said.flatMap((content) =>
        clausesToForget('k', {
          userId: 'u',
          content,
          origin: Buffer.alloc(0),
          deletedOnly: false,
        }),
      ),
    })

  test.each([
    ['word for word', 'I am allergic to walnuts.', ''],
    ['in other marks and case', 'I AM allergic, to walnuts!!', ''],
    [
      'beside others',
      'Hello there. I am allergic to walnuts. My sister flies.',
      'Hello there. My sister flies.',
    ],
    [
      'contracted',
      'Well, I’m allergic to walnuts, and my sister flies.',
      'Well, and my sister flies.',
    ],
    [
      'after what leads to it',
      'Please note that I am allergic to walnuts; my sister flies.',
      'Please note that my sister flies.',
    ],
    [
      'not in other words',
      'My sister is allergic to walnuts.',
      'My sister is allergic to walnuts.',
    ],
  ])('%s', (_, text, left) => {
    expect(gate('I am allergic to walnuts.').text(text)).toBe(left)
  })

  test('in other languages, with and without spaces', () => {
    const { text } = gate(
      'Ich bin gegen Walnüsse allergisch.',
      '我对核桃过敏。',
      'Je suis allergique aux noix',
    )
    expect(text('Übrigens: ich bin gegen Walnüsse allergisch, aber Liv fliegt.')).toBe(
      'Übrigens: aber Liv fliegt.',
    )
    expect(text('你好，我对核桃过敏。丽芙是飞行员。')).toBe('你好，丽芙是飞行员。')
    expect(text('Bonjour, je suis allergique aux noix. Liv est pilote.')).toBe(
      'Bonjour, Liv est pilote.',
    )
  })

  test('of a sentence that was longer, and of two words only where nothing else is said', () => {
    const { text } = gate('I am allergic to walnuts and I smoke.', 'I agree.')
    expect(text('I am allergic to walnuts.')).toBe('')
    expect(text('I agree.')).toBe('')
    expect(text('I agree with my sister Liv.')).toBe('I agree with my sister Liv.')
  })

  test('in a text of a million signs in no time', () => {
    const { text } = gate('I am allergic to walnuts.', 'I am here.', 'I was there once.')
    const long = 'I am a sentence of somebody who says nothing of it. '.repeat(20_000)
    const began = performance.now()
    expect(text(long)).toBe(long)
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

const suite = hasPostgres ? test : test.skip
const SAID = 'I keep a zebrafish named Otto at home.'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

const OTHERS = [
  `By the way, ${SAID}`,
  `${SAID} My sister Liv is a pilot.`,
  'Did I say it? I keep a zebrafish named Otto at home, and my garden is full of beans.',
]

async function world() {
  const store = await createTestDatabase()
  open.push(store)
  const { db } = store
  const ingest = await createIngestFixture(db, {})
  await seed(db, [
    {
      id: 'c1',
      messages: [{ content: SAID }, { content: 'Lovely.' }, { content: 'He is three.' }],
    },
  ])
  await ingest.run({ extract: 'rules' })
  return { db, ingest }
}

const ways: Readonly<Record<string, Partial<ForgetRequest>>> = {
  'by its conversation': { sessionId: 'c1' },
  'by scope': { scopes: ['personal'] },
  'by time': { from: new Date('2026-02-28'), to: new Date('2026-03-02') },
  'by kind': { kinds: ['message', 'fact'] },
}

for (const [way, request] of Object.entries(ways)) {
  suite(`what was forgotten ${way} comes in no other conversation, title or summary`, async () => {
    const { db, ingest } = await world()
    const context = { config: ingest.config, db, launch: () => undefined }
    await forget(context, {
      namespaceId: ingest.namespaceId,
      userId: 'ada',
      dryRun: false,
      ...request,
    })
    expect(await findText(db, 'zebrafish')).toEqual([])
    const turns = OTHERS.map((content) => ({ content }))
    await seed(db, [
      { id: 'c2', title: SAID, messages: [...turns, { content: 'Tell me more of Liv.' }] },
    ])
    await ingest.run({ extract: 'rules' })

    expect(await findText(db, 'zebrafish')).toEqual(['conversations.title', 'messages.content'])
    expect(await findText(db, 'Liv')).toContain('memory_trace.content')
  })
}
