import { expect, test } from 'vitest'
import { correctionIn, corrects } from '../../src/text/correction.ts'

const isCorrectedBy = (older: string, text: string, language: string) => {
  const correction = correctionIn(text)
  return correction !== null && corrects({ text, language }, correction, older)
}

const CORRECTED: readonly (readonly [language: string, older: string, correction: string])[] = [
  ['en', "Nina's birthday is on 3 May.", "Correction: Nina's birthday is on 4 May."],
  ['en', 'Nina turns six on the 3rd of May.', "I was wrong about Nina, it's the 4th, not the 3rd."],
  ['en', 'The invoice 2025-117 is 720 euros.', 'The invoice 2025-117 is 270 euros, not 720.'],
  [
    'de',
    'Ronja hat am 17. November Geburtstag.',
    'Berichtigung: Ronja hat am 19. November Geburtstag, nicht am 17.',
  ],
  ['es', 'El contrato acaba el 3 de junio.', 'Corrección: el contrato acaba el 13 de junio.'],
  [
    'fr',
    'Le rendez-vous chez Anne est le 6 mai.',
    'Je me suis trompée : le rendez-vous chez Anne est le 7 mai, pas le 6.',
  ],
  ['zh', '小雨的生日是5月3日。', '更正：小雨的生日是5月4日。'],
  ['ar', 'موعد الطبيب يوم 3 مايو.', 'تصحيح: موعد الطبيب يوم 4 مايو، وليس 3 مايو.'],
]

test.each(CORRECTED)('%s: %s ← %s', (language, older, correction) => {
  expect(isCorrectedBy(older, correction, language)).toBe(true)
})

test('without saying that it corrects, only what denies a number does', () => {
  expect(correctionIn('The meeting is in Linz, not in Graz.')).toBeNull()
  expect(
    isCorrectedBy('The meeting is in Graz.', 'Correction: the meeting is in Linz, not Graz.', 'en'),
  ).toBe(true)
})

const APART: readonly (readonly [language: string, older: string, newer: string])[] = [
  ['en', "Nina's birthday is on 3 May.", "Nina's birthday is on 4 May."],
  ['en', "Nina's birthday is on 3 May.", "Correction: Tom's exam is on 4 June."],
  ['en', 'Nina turns six on 3 May. She wants a bike.', "I was wrong, it's the 4th, not the 3rd."],
  ['en', 'I left my job in May.', 'I left my keys on the table, not in the bag.'],
  ['en', 'The dentist is on 3 May.', 'I was wrong about Nina, it is the 4th, not the 3rd.'],
  ['en', 'I live in Porto.', 'I live in Ghent now, and no longer in Porto.'],
  ['de', 'Ich esse kein Fleisch.', 'Ich esse Fisch, aber nicht jeden Tag.'],
  ['es', 'Tengo 2 hijos.', 'En casa, no tengo 3 gatos sino 4.'],
]

test.each(APART)('%s, no correction of it: %s | %s', (language, older, newer) => {
  expect(isCorrectedBy(older, newer, language)).toBe(false)
})
