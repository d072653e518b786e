import { describe, expect, test } from 'vitest'
import { partOf } from '../../src/providers/model-answers.ts'
import { chatTask, rawFact } from '../support/fake-chat.ts'
import { BULK, extractOf, turnsOf, REFERENCE, useModelVendor } from '../support/vendor-model.ts'

const { vendor, setUp } = useModelVendor()

async function factsOf(
  facts: readonly unknown[],
  said: readonly string[] = ['I moved  to\nOslo.'],
) {
  vendor().answerChat(() => JSON.stringify({ facts }))
  return (await setUp().model.extractMemories(extractOf(...said), BULK)).value
}

const stands = { evidence: [{ position: 0, quote: '' }] }

describe('evidence', () => {
  test.each([
    ['stands there word for word', 'I moved', 'I moved'],
    ['differs in spaces only', ' moved to Oslo. ', 'moved  to\nOslo.'],
    ['differs in a letter', 'I move to Oslo', ''],
    ['differs in case', 'i moved', 'I moved'],
    ['is a pattern', 'I .* to', ''],
    ['is empty', '', ''],
  ])('a quote that %s', async (_name, quote, found) => {
    const [fact] = await factsOf([
      rawFact('Maya moved to Oslo.', { evidence: [{ position: 0, quote }] }),
    ])
    expect(fact?.evidence).toEqual([{ position: 0, quote: found }])
  })

  test('a position that was not to be extracted from is left out, and a fact with no other too', async () => {
    vendor().answerChat(() =>
      JSON.stringify({
        facts: [
          rawFact('Of both.', {
            evidence: [2, 1, 7, -1, 1.5].map((position) => ({ position, quote: '' })),
          }),
          rawFact('Of what came before.', { evidence: [{ position: 1, quote: 'b' }] }),
        ],
      }),
    )
    const [a, b, c] = turnsOf('a', 'b', 'c')
    if (!a || !b || !c) throw new Error('three turns')
    const { value } = await setUp().model.extractMemories(
      { turns: [c], before: [a, b], referenceTime: REFERENCE, language: 'en' },
      BULK,
    )
    expect(value).toMatchObject([{ content: 'Of both.', evidence: [{ position: 2, quote: '' }] }])
  })

  test('a quote of a million signs in a million signs is found in no time', () => {
    const text = 'a '.repeat(500_000)
    const began = performance.now()
    expect(partOf(`${text}b`, `${text}c`)).not.toBe('')
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('what a model may say of a fact', () => {
  test('is one bounded line without control signs, no question, and said once', async () => {
    const facts = await factsOf([
      rawFact(' Maya\u0000 moved \n to Oslo. ', stands),
      rawFact('Maya moved to Oslo.', stands),
      rawFact('Did Maya move?', stands),
      rawFact('', stands),
      rawFact('word '.repeat(100), stands),
    ])
    expect(facts.map(({ content }) => content)).toEqual([
      'Maya moved to Oslo.',
      'word '.repeat(60).trim(),
    ])
  })

  test('holds at most five facts a turn', async () => {
    const many = Array.from({ length: 50 }, (_, at) => rawFact(`Fact ${at}.`, stands))
    expect(await factsOf(many)).toHaveLength(5)
  })

  test.each([
    ['2026-05-01', '2026-05-01T00:00:00.000Z'],
    ['2026-05', '2026-05-01T00:00:00.000Z'],
    ['2026-05-01T12:30:00+02:00', '2026-05-01T10:30:00.000Z'],
    ['2026-05-01T12:30', '2026-05-01T12:30:00.000Z'],
    ['2026-13-01', null],
    ['last Tuesday', null],
    [null, null],
  ])('a time %s counts as %s', async (occurred_at, expected) => {
    const [fact] = await factsOf([rawFact('Maya moved.', { ...stands, occurred_at })])
    expect(fact?.occurredAt).toBe(expected)
  })

  test.each([
    [7, 1],
    [-1, 0],
    [0.25, 0.25],
  ])('a salience of %d counts as %d', async (salience, expected) => {
    const [fact] = await factsOf([rawFact('Maya moved.', { ...stands, salience })])
    expect(fact?.salience).toBe(expected)
  })

  test('entities are normalised and said once, relations are in snake case', async () => {
    const [fact] = await factsOf([
      rawFact('Maya works at Café Nord.', {
        ...stands,
        entities: [
          { type: 'organization', value: ' The Café\nNord ' },
          { type: 'organization', value: 'cafe nord.' },
          { type: 'person', value: '' },
        ],
        relations: [
          { subject: 'Maya', predicate: 'worksAt!', object: 'Café Nord' },
          { subject: 'Maya', predicate: '--', object: 'Oslo' },
        ],
      }),
    ])
    expect(fact?.entities).toMatchObject([
      { type: 'organization', normalized: 'cafe nord', source: 'model' },
    ])
    expect(fact?.relations).toEqual([
      { subject: 'Maya', predicate: 'works_at', object: 'Café Nord' },
    ])
  })
})

describe('resolutions', () => {
  const candidates = [
    { id: 'id-a', content: 'Maya lives in Bergen.', occurredAt: '2025-01-01T00:00:00Z' },
    { id: 'id-b', content: 'Maya likes tea.', occurredAt: '2025-01-01T00:00:00Z' },
  ]
  const facts = [
    { content: 'Nobody knows this.', occurredAt: REFERENCE, candidates: [] },
    { content: 'Maya lives in Oslo.', occurredAt: REFERENCE, candidates },
    { content: 'Maya likes coffee.', occurredAt: REFERENCE, candidates: candidates.slice(1) },
  ]

  test('name shown memories only, and ids never reach the vendor', async () => {
    vendor().answerChat(() =>
      JSON.stringify({
        resolutions: [
          { fact: 1, relation: 'contradicts', targets: ['0-0', 'id-a', '9-9'] },
          { fact: 0, relation: 'contradicts', targets: ['0-0', '1-0', 'id-b'] },
        ],
      }),
    )
    const { value, promptVersion } = await setUp().model.resolve({ facts }, BULK)
    expect(value).toEqual([
      { relation: 'new', targets: [] },
      { relation: 'contradicts', targets: ['id-a'] },
      { relation: 'new', targets: [] },
    ])
    expect(promptVersion).toBe('resolve-1')
    expect(vendor().requests[0]?.inputs.join('')).not.toContain('id-')
    expect(chatTask(vendor().requests[0] ?? ({} as never)).facts).toHaveLength(2)
  })

  const replaces = { fact: 0, relation: 'contradicts', targets: ['0-0'] }
  test.each([
    ['missing', [replaces]],
    ['there twice', [replaces, ...['new', 'refines'].map((relation) => ({ fact: 1, relation }))]],
    ['related in a way nobody knows', [replaces, { fact: 1, relation: 'x', targets: [] }]],
  ])(
    'a fact that is %s is asked for three times, and is new then; the others stand',
    async (_name, resolutions) => {
      vendor().answerChat(() => JSON.stringify({ resolutions }))
      const { value } = await setUp().model.resolve({ facts }, BULK)
      expect(value).toEqual([NEW, { relation: 'contradicts', targets: ['id-a'] }, NEW])
      expect(vendor().requests).toHaveLength(3)
    },
  )

  test('an answer in which no fact is related makes it none', async () => {
    vendor().answerChat(() => JSON.stringify({ resolutions: [{ fact: 0, relation: 'x' }] }))
    await expect(setUp().model.resolve({ facts }, BULK)).rejects.toMatchObject({
      code: 'vendor_bad_answer',
    })
    expect(vendor().requests).toHaveLength(3)
  })
})

const NEW = { relation: 'new', targets: [] }
