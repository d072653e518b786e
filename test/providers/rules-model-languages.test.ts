import { describe, expect, test } from 'vitest'
import { createRulesModel } from '../../src/providers/rules-model.ts'

const AT = '2023-05-09T13:56:00.000Z'

async function contentsOf(language: string, content: string) {
  const { value } = await createRulesModel().extractMemories(
    {
      turns: [{ position: 0, role: 'user', name: 'Ana', content, at: AT }],
      before: [],
      referenceTime: AT,
      language,
    },
    { priority: 'live' },
  )
  for (const { evidence } of value) expect(content).toContain(evidence[0]?.quote ?? 'no quote')
  return value.map((fact) => fact.content)
}

describe('what is said in other languages than English is kept as it was said', () => {
  test.each([
    ['de', 'Ich wohne in Berlin und arbeite bei Siemens.'],
    ['de', 'Wir wohnen seit 2010 in Berlin.'],
    ['de', 'Mein Hund heißt Toby.'],
    ['es', 'Vivo en Madrid desde 2019.'],
    ['es', 'Me gusta mucho el fútbol.'],
    ['es', 'No tengo hijos en Madrid.'],
    ['fr', "J'habite à Lyon depuis dix ans."],
    ['fr', "Mon chien s'appelle Toby."],
    ['it', 'Vivo a Roma e lavoro per Eni.'],
    ['ru', 'Я живу в Москве.'],
    ['zh', '我住在上海。'],
    ['ja', '私は東京に住んでいます。'],
    ['ar', 'أعيش في القاهرة.'],
    ['pl', 'Mieszkam w Warszawie od 2010 roku.'],
  ])('%s %s', async (language, said) => {
    expect((await contentsOf(language, said)).join(' ').replaceAll(' Ana: ', ' ')).toBe(
      `Ana: ${said}`,
    )
  })

  test.each([
    ['de', 'Letztes Jahr habe ich meine Stelle verloren.', 'Letztes Jahr (2022)'],
    ['de', 'Übermorgen ziehe ich nach Rom.', 'Übermorgen (2023-05-11)'],
    ['es', 'Ayer compré una casa en Sevilla.', 'Ayer (2023-05-08)'],
    ['es', 'Hace dos semanas empecé a correr.', 'Hace dos semanas (2023-04-25)'],
    ['fr', 'Je visite Rome le mois prochain.', 'le mois prochain (2023-06)'],
    ['fr', "Avant-hier j'ai vendu ma voiture.", 'Avant-hier (2023-05-07)'],
    ['zh', '我下个月去上海。', '下个月 (2023-06)'],
    ['ar', 'اشتريت سيارة أول أمس.', 'أول أمس (2023-05-07)'],
  ])('with what its dates mean beside them: %s %s', async (language, said, dated) => {
    const [fact = ''] = await contentsOf(language, said)
    expect(fact).toContain(dated)
    expect(fact.replaceAll(/ \(\d{4}[^)]*\)/gu, '')).toBe(`Ana: ${said}`)
  })
})

describe('no facts', () => {
  test.each([
    ['de', 'Hallo! Wie geht es dir? Vielen Dank!'],
    ['es', '¡Hola! ¿Dónde vives? Muchas gracias.'],
    ['fr', 'Bonjour ! Où habites-tu ? Merci beaucoup.'],
    ['zh', '你好！你住在哪里？谢谢你。'],
    ['ar', 'مرحبا! كيف حالك؟ شكرا.'],
    ['ru', 'Привет! Как дела? Спасибо!'],
  ])('%s %s', async (language, said) => {
    expect(await contentsOf(language, said)).toEqual([])
  })
})

test('a language nobody named is found out from what is said', async () => {
  const said = 'Ich wohne in Berlin und arbeite seit vielen Jahren bei Siemens als Ingenieur.'
  expect(await contentsOf('und', said)).toEqual([`Ana: ${said}`])
})
