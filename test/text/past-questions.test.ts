import { expect, test } from 'vitest'
import { asksForPast } from '../../src/text/past-questions.ts'

const PAST: readonly (readonly [language: string, question: string])[] = [
  ['en', 'Where did I live before?'],
  ['en', 'What was my old address?'],
  ['en', 'Who used to cut my hair?'],
  ['en', 'Which car had we last year?'],
  ['de', 'Wo habe ich früher gewohnt?'],
  ['de', 'Wo wohnte ich vor dem Umzug?'],
  ['de', 'Welches Auto hatte ich damals?'],
  ['de', 'Was hat das Sofa gekostet?'],
  ['es', '¿Dónde vivía antes?'],
  ['es', '¿Qué coche tenía el año pasado?'],
  ['es', '¿Dónde trabajó mi hermana?'],
  ['fr', "Où est-ce que j'ai grandi ?"],
  ['fr', 'Quel était mon ancien numéro ?'],
  ['fr', 'Où ai-je travaillé avant ?'],
  ['zh', '我以前住在哪里？'],
  ['zh', '我去过哪些国家？'],
  ['ar', 'أين كنت أسكن؟'],
  ['ar', 'ما هو رقمي السابق؟'],
]

test.each(PAST)('%s, about the past: %s', (language, question) => {
  expect(asksForPast(question, language)).toBe(true)
})

const PRESENT: readonly (readonly [language: string, question: string])[] = [
  ['en', 'Where do I live?'],
  ['en', 'How old is my son?'],
  ['en', 'Which car have I got?'],
  ['en', 'Do I have a sister?'],
  ['de', 'Wo arbeite ich gerade?'],
  ['de', 'Bin ich gegen Penicillin allergisch?'],
  ['de', 'Was ist mein Gewicht, und habe ich einen Garten?'],
  ['de', 'Was möchte ich im Mai machen?'],
  ['es', '¿Qué tipo de café bebo?'],
  ['es', '¿Cuándo es el día de María?'],
  ['fr', 'Quelle voiture ai-je ?'],
  ['fr', "Est-ce que j'ai un ami à Paris ?"],
  ['fr', 'Où est-ce que j’habite ?'],
  ['zh', '我住在哪里？'],
  ['ar', 'أين أسكن؟'],
  ['xx', 'Where did I live before?'],
]

test.each(PRESENT)('%s, about now: %s', (language, question) => {
  expect(asksForPast(question, language)).toBe(false)
})
