import { expect, test } from 'vitest'
import { namesIn } from '../../src/recall/names.ts'

const circle = { participants: ['Ines Okafor', 'Tom', 'Will'], language: 'en', userId: 'u-17' }

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
  const twins = { ...circle, participants: ['Ines Adu', 'Ines Okafor'] }
  expect(namesIn('Where does Ines live?', twins).speakers).toEqual([])
  expect(namesIn('Where does Ines Adu live?', twins).speakers).toEqual(['Ines Adu'])
})

test('names hold signs that mean something to patterns, and any script', () => {
  const odd = { ...circle, participants: ['C. (Cy) +', 'Łukasz', '美咲'] }
  expect(namesIn('Where did Łukasz go?', odd)).toMatchObject({ speakers: ['Łukasz'] })
  expect(namesIn('Where did 美咲 go?', odd)).toMatchObject({ speakers: ['美咲'] })
  expect(namesIn('Where did C. (Cy) + go?', odd)).toMatchObject({ speakers: ['C. (Cy) +'] })
})

test("the user's own name, as the id has it, is taken out and nobody's turns are preferred for it", () => {
  const textOf = (query: string, userId: string, language = 'en') =>
    namesIn(query, { participants: [], language, userId })
  expect(textOf('What is Maya allergic to?', 'maya')).toEqual({
    text: 'What is allergic to?',
    speakers: [],
  })
  expect(textOf("what is maya's dog called?", 'maya').text).toBe('what is dog called?')
  expect(textOf('Where does Inês Carvalho live?', 'ines.carvalho').text).toBe('Where does live?')
  expect(textOf('Wie heißt Mayas Hund?', 'maya', 'de').text).toBe('Wie heißt Hund?')
  expect(textOf('Who is Maya?', 'maya').text).toBe('Who is Maya?')
})

test('a word that only looks like the id stays', () => {
  const textOf = (query: string, userId: string) =>
    namesIn(query, { participants: [], language: 'en', userId }).text
  expect(textOf('Will it rain on the mayan ruins?', 'will')).toBe(
    'Will it rain on the mayan ruins?',
  )
  expect(textOf('Which page did I mark in Dune?', 'mark')).toBe('Which page did I mark in Dune?')
  expect(textOf('Which user wrote U in the log?', 'u-17')).toBe('Which user wrote U in the log?')
})

test('the user’s own name and id are taken out, and words that only look like them stay', () => {
  const own = (query: string, id: string) =>
    namesIn(query, { participants: [], userId: id, language: 'en' })
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
