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

describe('the first person is told by name', () => {
  test.each([
    ['de', 'Hallo! Ich wohne in Berlin.', 'Ana wohnt in Berlin.'],
    [
      'de',
      'Ich wohne in Berlin und arbeite bei Siemens.',
      'Ana wohnt in Berlin und arbeitet bei Siemens.',
    ],
    [
      'de',
      'Letztes Jahr habe ich meine Stelle verloren.',
      'Letztes Jahr (2022) hat Ana Anas Stelle verloren.',
    ],
    ['de', 'Mein Hund heißt Toby.', 'Anas Hund heißt Toby.'],
    ['de', 'Ich freue mich, weil ich nach Rom fahre.', 'Ana freut sich, weil Ana nach Rom fährt.'],
    [
      'es',
      'Vivo en Madrid y trabajo en Telefónica.',
      'Ana vive en Madrid y trabaja en Telefónica.',
    ],
    ['es', 'Me gusta mucho el fútbol.', 'A Ana le gusta mucho el fútbol.'],
    ['es', 'No tengo hijos en Madrid.', 'Ana no tiene hijos en Madrid.'],
    [
      'es',
      'Ayer compré una casa en Sevilla.',
      'Ayer (8 de mayo de 2023) Ana compró una casa en Sevilla.',
    ],
    ['es', 'Mi perro se llama Toby.', 'El perro de Ana se llama Toby.'],
    [
      'fr',
      "J'habite à Lyon et je travaille chez Michelin.",
      'Ana habite à Lyon et Ana travaille chez Michelin.',
    ],
    [
      'fr',
      "J'aimerais visiter Rome le mois prochain.",
      'Ana aimerait visiter Rome le mois prochain (juin 2023).',
    ],
    ['fr', "Mon chien s'appelle Toby.", "Le chien de Ana s'appelle Toby."],
  ])('%s %s', async (language, said, told) => {
    expect(await contentsOf(language, said)).toEqual([told])
  })
})

describe('what no pattern settles is kept as it was said', () => {
  test.each([
    ['de', 'Wir wohnen seit 2010 in Berlin.', 'Ana: Wir wohnen seit 2010 in Berlin.'],
    ['it', 'Vivo a Roma e lavoro per Eni.', 'Ana: Vivo a Roma e lavoro per Eni.'],
    ['ru', 'Я живу в Москве.', 'Ana: Я живу в Москве.'],
    ['zh', '我住在上海。', 'Ana: 我住在上海。'],
    ['ja', '私は東京に住んでいます。', 'Ana: 私は東京に住んでいます。'],
    ['ar', 'أعيش في القاهرة.', 'Ana: أعيش في القاهرة.'],
    ['pl', 'Mieszkam w Warszawie od 2010 roku.', 'Ana: Mieszkam w Warszawie od 2010 roku.'],
  ])('%s %s', async (language, said, told) => {
    expect((await contentsOf(language, said)).map((fact) => fact.replace(/[。.]+$/u, ''))).toEqual([
      told.replace(/[。.]+$/u, ''),
    ])
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
  expect(await contentsOf('und', said)).toEqual([
    'Ana wohnt in Berlin und arbeitet seit vielen Jahren bei Siemens als Ingenieur.',
  ])
})
