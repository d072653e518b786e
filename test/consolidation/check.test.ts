import * as fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { evidenceOf, isSupported } from '../../src/consolidation/check.ts'
import { turnOf } from '../../src/consolidation/turns.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import type { DayTrace } from '../../src/stores/consolidation/consolidation-days.ts'
import { detectLanguage } from '../../src/text/language.ts'

/** What the built-in model makes of a day always passes the check that any model's answer has to pass. */

const model = createRulesModel()
const DAY = '2026-03-04'

interface Said {
  readonly role: string
  readonly name?: string | null
  readonly content: string
  readonly kind?: DayTrace['kind']
}

const traceOf = ({ role, name = null, content, kind = 'message' }: Said, n: number): DayTrace => ({
  id: `${n}`,
  revision: 1,
  kind,
  role,
  name,
  content,
  language: detectLanguage(content),
  scope: 'personal',
  collection: null,
  occurredAt: new Date(`${DAY}T09:00:00Z`),
  salience: 0.5,
  extracted: false,
  named: false,
  expires: false,
})

async function summaryOf(said: readonly Said[], maxChars = 1_200) {
  const traces = said.map(traceOf)
  const all = said.map(({ content }) => content).join('\n')
  const language = detectLanguage(all.slice(0, 4_000))
  const turns = traces.map(turnOf)
  const stated = said.every(({ kind }) => kind === 'note')
  const shown = stated
    ? { turns: [], facts: said.map(({ content }) => content) }
    : { turns, facts: [] }
  const { value } = await model.summarise({ ...shown, maxChars, language }, { priority: 'bulk' })
  return {
    value,
    supported: value === '' || isSupported(value, evidenceOf(traces, { day: DAY, language })),
  }
}

const messages = z.array(
  z.object({ role: z.string(), name: z.string().nullish(), content: z.string() }),
)
const conversation = z.object({ id: z.string(), messages })

async function readSample() {
  const lines = await readFile(new URL('../../sample/conversations.jsonl', import.meta.url), 'utf8')
  return lines
    .trim()
    .split('\n')
    .map((line) => conversation.parse(JSON.parse(line)))
}

async function readChats() {
  const text = await readFile(new URL('../../bench/data/chats.json', import.meta.url), 'utf8')
  const { chats } = z
    .object({ chats: z.array(z.object({ conversations: z.array(conversation) })) })
    .parse(JSON.parse(text))
  return chats.flatMap(({ conversations }) => conversations)
}

describe('a summary that the built-in model makes passes the check', () => {
  test.each([
    ['the sample', readSample],
    ['the chats', readChats],
  ])('of each conversation of %s', async (_, read) => {
    const failed: string[] = []
    let empty = 0
    for (const { id, messages: said } of await read()) {
      const whole = await summaryOf(
        said.map(({ name, ...rest }) => ({ ...rest, name: name ?? null })),
      )
      if (whole.value === '') empty += 1
      if (!whole.supported) failed.push(`${id}: ${whole.value}`)
      const notes = said.map(({ content }) => ({ role: 'user', content, kind: 'note' as const }))
      if (!(await summaryOf(notes)).supported) failed.push(`${id}, as notes`)
      // Each message alone: a day may hold no more.
      for (const one of said) {
        const { supported, value } = await summaryOf([{ role: one.role, content: one.content }])
        if (!supported) failed.push(`${id}, ${one.content}: ${value}`)
      }
    }
    expect(failed).toEqual([])
    expect(empty).toBe(0)
  })

  test.each([
    'Invoice 2025-117 is due last Friday, said Ann Lee-Smith at 7:30',
    '1. buy milk\n2. call **Bob**\n- see `foo_bar` at https://example.com/a?b=c',
    '我对花生过敏\n下周三去上海',
    'مرحبا، عيد ميلاد أمي في السابع عشر من نيسان',
    'Ich ziehe am 3. Juni nach Köln 🎉 Danach Urlaub',
    `${'word '.repeat(600)}end`,
    'x'.repeat(3_000),
    '<b>Tuesday</b> we moved to N.Y. with Dr. Who',
  ])('of %j', async (content) => {
    expect(await summaryOf([{ role: 'user', content }])).toMatchObject({ supported: true })
    expect(await summaryOf([{ role: 'user', content, kind: 'note' }])).toMatchObject({
      supported: true,
    })
  })

  test('of whatever is said that has a word', async () => {
    const word = fc.constantFrom(
      'Ann',
      'bought',
      'a',
      'red',
      'bicycle',
      'in',
      'Graz',
      '2025-117',
      '3.5',
      'on',
      'last',
      'Friday',
      '.',
      '!',
      '\n',
      '- ',
      '**',
      '"',
      'I',
      "don't",
      'Köln',
      '我住在上海。',
      'أعيش',
      'e.g.',
      'Dr.',
      '(',
      ')',
      '`',
      '🎉',
      ':',
      ';',
      '，',
      '#',
      'U.S.',
    )
    const content = fc
      .array(word, { minLength: 1, maxLength: 40 })
      .map((words) => `Ann said ${words.join(' ')}`)
    const said = fc.record({
      role: fc.constantFrom('user', 'assistant'),
      name: fc.constantFrom(null, 'Ann', 'Bob'),
      content,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 6 }), async (all) => {
        const { supported, value } = await summaryOf(all)
        expect(supported, value).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
