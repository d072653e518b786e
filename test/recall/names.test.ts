import { expect, test } from 'vitest'
import { namesIn } from '../../src/recall/names.ts'

const circle = { participants: ['Ines Okafor', 'Tom', 'Will'], language: 'en' }

test('those who speak are found by their whole or first name, and taken out with their genitive', () => {
  expect(namesIn("What is Ines's dog called?", circle)).toEqual({
    text: 'What is dog called?',
    speakers: ['Ines Okafor'],
  })
  expect(namesIn('Did Ines Okafor meet Tom’s sister?', circle)).toEqual({
    text: 'Did meet sister?',
    speakers: ['Ines Okafor', 'Tom'],
  })
})

test('a word that is no name stays, and so does a part of one', () => {
  expect(namesIn('When will the tomatoes ripen?', circle).speakers).toEqual([])
  expect(namesIn('what did tom plant?', circle)).toEqual({
    text: 'what did plant?',
    speakers: ['Tom'],
  })
})

test('a question of nothing but names and stop words stays whole', () => {
  expect(namesIn('Who is Tom?', circle)).toEqual({ text: 'Who is Tom?', speakers: ['Tom'] })
})

test('two who share a first name are not told apart by it', () => {
  const twins = { participants: ['Ines Adu', 'Ines Okafor'], language: 'en' }
  expect(namesIn('Where does Ines live?', twins).speakers).toEqual([])
  expect(namesIn('Where does Ines Adu live?', twins).speakers).toEqual(['Ines Adu'])
})

test('names hold signs that mean something to patterns, and any script', () => {
  const odd = { participants: ['C. (Cy) +', 'Łukasz', '美咲'], language: 'en' }
  expect(namesIn('Where did Łukasz go?', odd)).toMatchObject({ speakers: ['Łukasz'] })
  expect(namesIn('Where did 美咲 go?', odd)).toMatchObject({ speakers: ['美咲'] })
  expect(namesIn('Where did C. (Cy) + go?', odd)).toMatchObject({ speakers: ['C. (Cy) +'] })
})

test('the user’s own name and id are taken out, and words that only look like them stay', () => {
  const own = (query: string, id: string) =>
    namesIn(query, { participants: [], own: id, language: 'en' })
  expect(own('What is Maya allergic to?', 'maya')).toEqual({
    text: 'What is allergic to?',
    speakers: [],
  })
  expect(own('what is maya allergic to?', 'maya').text).toBe('what is allergic to?')
  expect(own("What is Maya's sister called?", 'maya.lopez@example.com').text).toBe(
    'What is sister called?',
  )
  expect(own('What did u-4711 order?', 'u-4711').text).toBe('What did order?')
  expect(own('when will the tomatoes ripen?', 'will').text).toBe('when will the tomatoes ripen?')
  expect(own('What happened in Berlin?', 'berlin-team').text).toBe('What happened in Berlin?')
  expect(own('Who is Maya?', 'maya').text).toBe('Who is Maya?')
})
