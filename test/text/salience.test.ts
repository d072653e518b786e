import { expect, test } from 'vitest'
import { indexMessages, ownLexemes } from '../../src/ingest/text-index.ts'
import {
  asksToRemember,
  salienceOfSaid,
  TELLS_SOMETHING,
  type Said,
} from '../../src/text/salience.ts'

function salience(content: string, more: Partial<Said> & { said?: string } = {}) {
  const [first, second] = indexMessages([more.said ?? '', content], 'en')
  const around = more.said === undefined ? {} : { before: ownLexemes(first) }
  const lexemes = ownLexemes(second)
  return salienceOfSaid({ content, role: 'user', language: 'en', lexemes, ...around, ...more })
}

const TOLD = 'We moved to the second floor in Gdańsk, at 14 Mill Street, with the piano.'

test('what says who, what and where deserves more than what says little', () => {
  expect(salience(TOLD)).toBeGreaterThan(salience('We moved to a new place with it.'))
  expect(salience('We moved to a new place with it.')).toBeGreaterThan(salience('Ok, great!'))
  expect(salience('')).toBeGreaterThanOrEqual(0)
})

test('what was just said is worth less when it is said again', () => {
  const again = 'The choir sings in the old mill.'
  expect(salience(again, { said: again })).toBeLessThan(salience(again))
  expect(salience(again, { said: 'The dog sleeps.' })).toBe(salience(again))
})

test('names, numbers and feelings count, and what an assistant says counts less', () => {
  expect(salience('my aunt Ruth comes on the 9th')).toBeGreaterThan(
    salience('my aunt soon comes by train'),
  )
  expect(salience('I love the lake')).toBeGreaterThan(salience('I know the lake'))
  expect(salience(TOLD, { role: 'assistant' })).toBeLessThan(salience(TOLD))
})

test('whatever has a word of its own is worth a vector; courtesies and echoes are not', () => {
  for (const content of ['I am vegetarian.', 'Peanuts.', '1200', 'Thanks, in Lisbon!']) {
    expect(salience(content)).toBeGreaterThanOrEqual(TELLS_SOMETHING)
    expect(salience(content, { role: 'assistant' })).toBeGreaterThanOrEqual(TELLS_SOMETHING)
  }
  for (const content of [
    'Hello!',
    'Ok, great, thanks a lot!',
    'Good morning',
    'Yes, exactly.',
    ';)',
    '',
  ]) {
    expect(salience(content)).toBeLessThan(TELLS_SOMETHING)
  }
  expect(salience('Lisbon?', { said: 'I moved to Lisbon.' })).toBeLessThan(TELLS_SOMETHING)
  const inTongue = (language: string, content: string) => {
    const [text] = indexMessages([content], language)
    return salience(content, { language, lexemes: ownLexemes(text) })
  }
  for (const [language, content] of [
    ['de', 'Vielen Dank, tschüss!'],
    ['fr', 'Merci, au revoir !'],
    ['es', '¡Hola, buenos días!'],
    ['ru', 'Спасибо, пока!'],
    ['zh', '太好了！谢谢'],
  ] as const) {
    expect([content, inTongue(language, content) < TELLS_SOMETHING]).toEqual([content, true])
  }
  expect(inTongue('de', 'Vegetarisch.')).toBeGreaterThanOrEqual(TELLS_SOMETHING)
})

test('what somebody wants remembered outweighs what is merely telling', () => {
  expect(salience('Please remember that I take no sugar.')).toBeGreaterThan(salience(TOLD) - 0.2)
  expect(salience('tea', { asked: true })).toBeGreaterThan(salience('tea') + 0.25)
  for (const wish of [
    'Don’t forget the key.',
    'Merk dir das.',
    'Recuerda que no como carne.',
    '记住我不吃肉',
  ]) {
    expect(asksToRemember(wish)).toBe(true)
  }
  expect(asksToRemember('I cannot remember his name.')).toBe(false)
})

test('it stays within 0 and 1 for anything', () => {
  for (const content of ['', '🙂', 'A1 B2 C3 '.repeat(5000), 'x'.repeat(100_000)]) {
    expect(salience(content, { asked: true })).toBeLessThanOrEqual(1)
    expect(salience(content)).toBeGreaterThanOrEqual(0)
  }
})
