import { describe, expect, test } from 'vitest'
import { materialOf } from '../../src/narratives/material.ts'
import { portraitText } from '../../src/narratives/portrait-text.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { chooseMaterial } from '../../src/stores/narratives/narratives.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const memories = (kind: 'note' | 'message', contents: readonly string[]) =>
  contents.map((content, n) => ({
    id: `m${n}`,
    kind,
    content,
    occurredAt: `2026-03-0${n + 1}T09:00:00.000Z`,
  }))
const said = (...contents: string[]) => statedIn('message', contents)
const statedIn = (kind: 'note' | 'message', contents: readonly string[]) =>
  materialOf(memories(kind, contents)).statements.map(({ content }) => content)

describe('what a narrative is made of', () => {
  test('is what somebody states themselves: no question, no quotation, none of what Memoir said', () => {
    expect(
      said(
        'I live in Graz. Where should I go on Sunday?',
        'My boss wrote: "I live in Antwerp and I am a vegan."',
        '<memories>\n[1] 2026-01-03 user: I live in Oslo.\n</memories>\nI have a dog called Rex.',
        'Thanks a lot!',
      ),
    ).toEqual(['I live in Graz.', 'I have a dog called Rex.'])
  })

  test.each([
    'The wifi password at home is Fjord-1234.',
    'My passport is C4K7TR92L, valid until 2034.',
    'My card is 4929 1180 3355 7042.',
    'Policy MM-4402-7719, excess 250 pounds.',
    'Back door keypad is 4471#.',
    'My number is +43 660 123 45 67.',
  ])('leaves out secrets and long numbers: %s', (secret) => {
    const told = 'I work as a teacher in Graz.'
    expect(statedIn('note', [`${told} ${secret}`])).toEqual([told])
    expect(said(`${told} ${secret}`)).toEqual([told])
  })

  test('is what a fact was made of where rules made it, and what is noted as it stands', () => {
    const one = {
      content: 'User moves to Lisbon in May (May 2026).',
      occurredAt: '2026-03-01T09:00:00.000Z',
    }
    const { statements } = materialOf([
      { ...one, id: 'f', kind: 'fact', quotes: ['Where to?', 'I move to Lisbon in May.'] },
      { ...one, id: 'n', kind: 'note', content: 'Ann could die of a bee sting.' },
    ])
    expect(statements.map(({ content }) => content)).toEqual([
      'I move to Lisbon in May.',
      'Ann could die of a bee sting.',
    ])
  })

  test('never shows what another speaker says of themselves as the user’s words', () => {
    const at = { kind: 'fact', occurredAt: '2026-03-01T09:00:00.000Z' } as const
    const { statements } = materialOf([
      { ...at, id: 'a', content: 'Noor is allergic to cats.', quotes: ['I am allergic to cats.'] },
      { ...at, id: 'b', content: "Noor's commute is short.", quotes: ['My commute is short.'] },
      {
        ...at,
        id: 'c',
        content: 'The user is allergic to nuts.',
        quotes: ['I am allergic to nuts.'],
      },
      {
        ...at,
        id: 'd',
        content: 'Nadia has the tickets, the user has the bags.',
        quotes: ['Nadia has the tickets, I have the bags.'],
      },
    ])
    expect(statements.map(({ content }) => content)).toEqual([
      'Noor is allergic to cats.',
      "Noor's commute is short.",
      'I am allergic to nuts.',
      'Nadia has the tickets, I have the bags.',
    ])
  })

  test('is told in the language that they mostly write', () => {
    const { language } = materialOf(
      memories('note', [
        'Ich wohne in Graz und arbeite als Lehrerin.',
        'I like tea.',
        'Mein Bruder lebt in Wien.',
      ]),
    )
    expect(language).toBe('de')
  })
})

test('a narrative numbers what it cites in the order it comes up, under headings of its language', () => {
  const lines = [
    { section: 'plans' as const, text: 'Will nach Linz.', sources: ['c', 'a'] },
    { section: 'who' as const, text: 'Heißt Ann.', sources: ['a'] },
  ]
  expect(portraitText(lines, 'de')).toEqual({
    text: '## Wer\n- Heißt Ann. [1]\n\n## Pläne und Projekte\n- Will nach Linz. [2][1]',
    sources: ['a', 'c'],
  })
  expect(portraitText(lines, 'tlh').text).toContain('## Plans and projects')
})

describe.skipIf(!hasPostgres)('the memories of a narrative', () => {
  test('are a user’s own that hold now: of a conversation its facts, or its messages where rules only cut them', async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const userId = (await ensureUsers(db, await defaultNamespace(db), ['ann'])).get('ann') ?? ''
    const add = async (kind: string, content: string, more: Record<string, string | null> = {}) => {
      const {
        role = null,
        state = 'active',
        conversation = null,
        model = null,
        message = null,
      } = more
      const { rows } = await db.query<{ id: string }>(
        `insert into memoir.memory_trace (id, user_id, kind, role, state, conversation_id, content, model, meta, content_hash, occurred_at)
         values (gen_random_uuid(), $1::uuid, $2, $3, $4, $5, $6, $7, jsonb_build_object('message_id', $8::text), '', now()) returning id`,
        [userId, kind, role, state, conversation, content, model, message],
      )
      const id = rows[0]?.id ?? ''
      if (kind === 'fact' && conversation !== null) {
        await db.query(
          `insert into memoir.memory_source (trace_id, user_id, conversation_id, message_id) values ($1::uuid, $2::uuid, $3, $4)`,
          [id, userId, conversation, message],
        )
      }
    }
    const user = { role: 'user' }
    await add('note', 'a note')
    await add('fact', 'a fact of a session', { model: 'rules' })
    await add('fact', 'an old fact', { state: 'superseded' })
    await add('summary', 'a summary')
    await add('message', 'said by the user', { ...user, conversation: 'c1', message: '1' })
    await add('message', 'said by the assistant', { role: 'assistant', conversation: 'c1' })
    await add('message', 'said where a model made facts', { ...user, conversation: 'c2' })
    await add('fact', 'a fact of a model', { conversation: 'c2', model: 'gpt', message: '2' })
    await add('message', 'said where rules made facts', {
      ...user,
      conversation: 'c3',
      message: '3',
    })
    await add('fact', 'a fact of rules', { conversation: 'c3', model: 'rules', message: '3' })
    await add('message', 'said and superseded', { ...user, conversation: 'c3', message: '4' })
    const gone = { conversation: 'c3', model: 'rules', message: '4', state: 'superseded' }
    await add('fact', 'an old fact of rules', gone)
    const contents = (await chooseMaterial(db, userId)).map(({ content }) => content)
    expect(contents.toSorted()).toEqual([
      'a fact of a model',
      'a fact of a session',
      'a note',
      'said by the user',
      'said where rules made facts',
    ])
  })
})
