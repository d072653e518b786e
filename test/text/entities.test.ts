import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ENTITY_TYPES } from '../../src/domain/entity.ts'
import { findEntities, normalizeEntity } from '../../src/text/entities.ts'

describe('one spelling', () => {
  test.each([
    ['person', 'John Doe', 'john doe'],
    ['person', 'john  doe', 'john doe'],
    ['person', 'Mr. John Doe', 'john doe'],
    ['person', 'Dr John Doe', 'john doe'],
    ['person', 'Doe, John', 'john doe'],
    ['person', "John Doe's", 'john doe'],
    ['person', 'Señora Müller', 'muller'],
    ['place', 'The Hague', 'hague'],
    ['place', 'Zürich', 'zurich'],
    ['organization', 'Acme, Inc.', 'acme'],
    ['organization', 'the ACME Corp', 'acme'],
    ['thing', 'C++', 'c++'],
    ['person', '   ', ''],
  ] as const)('%s %s', (type, value, normalized) => {
    expect(normalizeEntity(type, value)).toBe(normalized)
  })

  test('but two different Johns stay two', () => {
    const johns = ['John Doe', 'John Smith', 'John', 'Johnny Doe', 'Mr. Smith']
    expect(new Set(johns.map((name) => normalizeEntity('person', name))).size).toBe(johns.length)
  })

  const type = fc.constantFrom(...ENTITY_TYPES)
  const word = fc.stringMatching(/^[A-Z][a-z]{3,9}$/u)

  test('normalising again changes nothing', () => {
    fc.assert(
      fc.property(type, fc.string({ unit: 'grapheme' }), (type, value) => {
        const once = normalizeEntity(type, value)
        expect(normalizeEntity(type, once)).toBe(once)
      }),
      { numRuns: 1_000 },
    )
  })

  test('case, spaces and titles do not tell people apart, other last names do', () => {
    fc.assert(
      fc.property(word, word, word, (first, last, other) => {
        const name = normalizeEntity('person', `${first} ${last}`)
        expect(normalizeEntity('person', `  Dr. ${first.toUpperCase()}   ${last}, `)).toBe(name)
        const namesake = normalizeEntity('person', `${first} ${other}`)
        expect(namesake === name).toBe(other === last)
      }),
    )
  })
})

describe('entities of a text', () => {
  const found = (text: string, language = 'en') =>
    findEntities(text, language).map(({ type, value }) => `${type} ${value}`)

  test.each([
    ['I met Priya Raman in San Francisco.', ['person Priya Raman', 'place San Francisco']],
    ['She works at Stripe.', ['organization Stripe']],
    ['Mr. John Doe came. John Doe left.', ['person Mr. John Doe']],
    ['I talked to Tomás.', ['person Tomás']],
    ['nothing is named here at all', []],
    ['On Monday in March I stayed at home.', []],
  ])('%s', (text, entities) => {
    expect(found(text)).toEqual(entities)
  })

  test('of German, by what stands before them', () => {
    expect(found('Ich wohne in Berlin und arbeite bei Siemens mit Anna Müller.', 'de')).toEqual([
      'organization Siemens',
      'place Berlin',
      'person Anna Müller',
    ])
  })

  test('are parts of it, each once, with something left after normalising', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const entities = findEntities(text, 'en')
        const keys = entities.map(({ type, normalized }) => `${type}:${normalized}`)
        expect(new Set(keys).size).toBe(keys.length)
        expect(entities.every(({ normalized }) => normalized !== '')).toBe(true)
      }),
    )
  })
})
