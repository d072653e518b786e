import { expect, test } from 'vitest'
import { isCorrupted, scoreFacts } from '../../src/cli/eval/facts-score.ts'
import { readPairs, readPeople, readTranscripts } from '../../src/cli/eval/gold-sets.ts'
import { says } from '../../src/cli/eval/matcher.ts'
import {
  judgeAnswer,
  judgeContext,
  judgeNarrative,
  personResult,
} from '../../src/cli/eval/person-score.ts'

test('a matcher finds alternatives in folded text, whole words where asked, and heeds what must be absent', () => {
  expect(says('Ich wohne in  São Paulo.', { all: ['sao paulo', 'wohn|lebe'] })).toBe(true)
  expect(says('She lives in Porto.', { all: ['porto'], none: ['she'] })).toBe(false)
  expect(says('a category', { all: ['=cat'] })).toBe(false)
  expect(says('Category: cat.', { all: ['=cat'] })).toBe(true)
  expect(says('أَنَا مُعَلِّم', { all: ['معلم'] })).toBe(true)
})

test('numbers, codes and quotes that nobody wrote are corrupted, a resolved date is not', () => {
  const said = 'Invoice 2025-117 is due next Friday, she called it "the big one".'
  expect(isCorrupted('The user has invoice 2025-117 due next Friday (2026-03-06).', said)).toBe(
    false,
  )
  expect(isCorrupted('The user has invoice 2025 to 118.', said)).toBe(true)
  expect(isCorrupted('The user calls it "the large one".', said)).toBe(true)
})

const gold = {
  id: 'x',
  language: 'en',
  half: 'dev' as const,
  kind: 'short',
  sessions: [
    {
      at: '2026-03-02T09:00:00Z',
      turns: [
        { role: 'user' as const, content: 'I moved to Graz last May. My boss said "I quit".' },
      ],
    },
  ],
  must: [{ says: { all: ['graz'] }, date: '2025-05' }],
  may: [{ all: ['boss'], none: ['user quit'] }],
  never: [{ says: { all: ['user quit'] }, why: 'quoted' as const }],
}

test('each fact is right or wrong for one reason', () => {
  const facts = [
    'The user moved to Graz last May (2025-05).',
    'The user moved to Graz last May (2024-05).',
    'The user quits.',
    'The user has 3 bosses.',
    'The boss said "I quit".',
    'The user likes tea.',
  ].map((content) => ({ content, active: true }))
  expect(scoreFacts(gold, facts, ['holds'])).toMatchObject({
    right: 2,
    found: 1,
    wrongPerson: ['The user quits.'],
    wrongDate: ['The user moved to Graz last May (2024-05).'],
    corrupted: ['The user has 3 bosses.'],
    other: ['The user likes tea.'],
    missed: [],
  })
})

test('answers, contexts and narratives are judged by what they say and what they must not', () => {
  const question = { id: 'q', half: 'dev' as const, kind: 'fact', q: '?' }
  const about = { ...question, right: { all: ['rash'] }, answer: { all: ['penicillin'] } }
  expect(judgeAnswer({ question: about, answer: 'Penicillin' })).toBe('right')
  expect(judgeAnswer({ question: about, answer: 'Nuts' })).toBe('wrong')
  expect(judgeAnswer({ question: about, answer: null })).toBe('not known')
  expect(judgeAnswer({ question, answer: 'Nuts' })).toBe('wrong')
  expect(judgeAnswer({ question, answer: null })).toBe('right')
  const wants = { must: [{ all: ['vegan'] }], never: [{ all: ['door', 'code'] }] }
  expect(judgeContext('[1] vegan\n[2] door\n[3] code', wants).leaked).toEqual([])
  expect(judgeContext('[1] door code 12', wants)).toMatchObject({ missing: [{ all: ['vegan'] }] })
  const narrative = judgeNarrative('## Who\n- A nurse [1].\n- Lives here.', {
    must: [{ says: { all: ['nurse'] } }],
    never: [{ says: { all: ['lives'] }, why: 'outdated' }],
  })
  expect(narrative).toMatchObject({ lines: 2, missing: [], leaked: ['outdated: lives'] })
  expect(narrative.uncited).toEqual(['- Lives here.'])
  const asked = [
    { question: about, person: 'a', hits: ['the rash', 'x'], answer: 'penicillin' },
    { question: about, person: 'a', hits: ['x', 'the rash'], answer: null },
  ]
  expect(personResult({ asked, contexts: [], narratives: [], pairs: [] })).toMatchObject({
    first: 50,
    first_four: 100,
    answered_right: 50,
    not_known: 50,
  })
})

const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'zh']

test('every transcript holds what it expects, and no id stands twice', async () => {
  const transcripts = await readTranscripts('all')
  expect(transcripts.length).toBeGreaterThanOrEqual(80)
  expect([...new Set(transcripts.map(({ language }) => language))].toSorted()).toEqual(LANGUAGES)
  expect(new Set(transcripts.map(({ id }) => id)).size).toBe(transcripts.length)
  const impossible = transcripts.flatMap(({ id, sessions, must }) => {
    const said = sessions
      .flatMap(({ turns }) => turns.filter(({ role }) => role === 'user'))
      .map(({ content }) => content)
      .join('\n')
    // What must be absent is of one fact, not of the whole transcript.
    return must
      .filter((one) => !says(said, { all: one.says.all }))
      .map((one) => `${id}: ${one.says.all.join(' + ')}`)
  })
  expect(impossible).toEqual([])
})

test('every question of the people is answered by something stored, and pairs come in six languages', async () => {
  const [people, pairs] = await Promise.all([readPeople('all'), readPairs('all')])
  expect(people).toHaveLength(3)
  expect(people.flatMap(({ questions }) => questions).length).toBeGreaterThanOrEqual(60)
  const impossible = people.flatMap(({ person, notes, sessions, questions }) => {
    const stored = [...notes, ...sessions.flatMap(({ turns }) => turns)]
    return questions
      .filter(({ right }) => right && !stored.some(({ content }) => says(content, right)))
      .map(({ id }) => `${person} ${id}`)
  })
  expect(impossible).toEqual([])
  expect(pairs.length).toBeGreaterThanOrEqual(100)
  expect([...new Set(pairs.map(({ language }) => language))].toSorted()).toEqual(LANGUAGES)
})
