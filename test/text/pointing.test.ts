import { expect, test } from 'vitest'
import { countTelling } from '../../src/text/tokens.ts'

test.each([
  ['en', 'And when was that?'],
  ['de', 'Und warum nicht?'],
  ['fr', "Et quand est-ce que c'était ?"],
  ['es', '¿Y cuándo fue eso?'],
  ['it', 'E quando è stato?'],
  ['nl', 'En waarom?'],
  ['ru', 'А почему?'],
  ['pl', 'A kiedy to było?'],
  ['zh', '那是什么时候？'],
  ['ja', 'それはいつですか？'],
])('%s: a question that only asks and points has no word of its own', (language, question) => {
  expect(countTelling(question, language)).toBe(0)
})

test.each([
  ['en', 'When was the wedding?'],
  ['de', 'Warum der Umzug?'],
  ['fr', 'Pourquoi la barque ?'],
  ['zh', '女儿喜欢什么？'],
  ['ja', '犬はどこですか？'],
])('%s: one that names something has', (language, question) => {
  expect(countTelling(question, language)).toBeGreaterThan(0)
})
