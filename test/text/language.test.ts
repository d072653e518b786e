import { describe, expect, test } from 'vitest'
import { detectAmong, detectLanguage } from '../../src/text/language.ts'

test.each([
  ['en', 'Yesterday I went to the market with my brother and we bought fruit.'],
  ['de', 'Gestern war ich mit meiner Schwester im Kino und danach beim Essen.'],
  ['es', 'Ayer fui al mercado con mi hermano y compramos fruta para la semana.'],
  ['fr', 'Hier je suis allée au marché avec mon frère et nous avons mangé.'],
  ['ru', 'Вчера я ходил на рынок с братом и мы купили фрукты.'],
  ['ar', 'ذهبت أمس إلى السوق مع أخي'],
  ['fa', 'دیروز با برادرم به بازار رفتم و میوه خریدیم'],
  ['ur', 'میں کل اپنے بھائی کے ساتھ بازار گیا تھا'],
  ['zh', '昨天我和弟弟去了市场'],
  ['ja', '昨日、弟と市場に行きました'],
  ['ko', '어제 동생과 시장에 갔어요'],
  ['th', 'เมื่อวานฉันไปตลาดกับน้องชาย'],
  ['el', 'Χθες πήγα στην αγορά'],
  ['he', 'אתמול הלכתי לשוק'],
])('tells %s', (language, text) => {
  expect(detectLanguage(text)).toBe(language)
})

test.each(['', '42', '!?', 'hi', 'Tom'])('says nothing of "%s"', (text) => {
  expect(detectLanguage(text)).toBe('und')
})

test('a short text is taken for the language around it', () => {
  expect(detectLanguage('Danke schön')).toBe('de')
  expect(detectLanguage('Danke schön', 'nl')).toBe('nl')
  expect(detectLanguage('Вчера купили хлеб', 'ru')).toBe('ru')
  expect(detectLanguage('Hey Melanie', 'en')).toBe('en')
  expect(detectLanguage('42', 'nl')).toBe('nl')
})

test('a text in another script is not taken for the language around it, however short', () => {
  expect(detectLanguage('你好', 'en')).toBe('zh')
  expect(detectLanguage('Вчера мы ходили в кино', 'en')).toBe('ru')
  expect(detectLanguage('کتاب خوبی است', 'en')).toBe('fa')
})

test('a foreign name does not make a text foreign', () => {
  expect(detectLanguage('My friend محمد said hello to everyone in the office')).toBe('en')
  expect(detectLanguage('We had lunch at 吉野家 near the station in the city')).toBe('en')
  expect(detectLanguage('他说这部电影叫《となり》，是一部非常有名的日本动画电影，我很喜欢')).toBe(
    'zh',
  )
})

test('foreign terms in a Chinese text leave it Chinese', () => {
  expect(detectLanguage('我今天用 React 写了一个 component')).toBe('zh')
})

test('a text of a million signs is told by its beginning', () => {
  const text = 'Der Hund heißt Bruno und mag Äpfel. '.repeat(30_000)

  expect(detectLanguage(text)).toBe('de')
})

test('of a short question the likeliest language of the memories is taken', () => {
  expect(detectAmong('Wo ist Bruno?', ['en', 'de'])).toBe('de')
  expect(detectAmong('Where is he?', ['de', 'en'])).toBe('en')
  expect(detectLanguage('Jeg er vegetar')).toBe('no')
  expect(detectAmong('Jeg er vegetar', ['en', 'da'])).toBe('da')
  expect(detectAmong('hola que tal', ['en', 'es'])).toBe('es')
  expect(detectAmong('Bxq?', ['de', 'en'])).toBe('de')
})

test('a long question in another language than the memories keeps its own', () => {
  expect(detectAmong('Qu’est-ce que nous avons mangé hier au restaurant ?', ['en'])).toBe('fr')
})

test('without any memory the question alone is asked', () => {
  expect(detectAmong('Where did we eat yesterday evening?', [])).toBe('en')
})

describe('a short sentence is told by its small words, whatever names stand in it', () => {
  test.each([
    ['en', 'I live in Porto.'],
    ['en', 'I am vegetarian.'],
    ['en', 'I have a dog.'],
    ['en', 'I love Barcelona.'],
    ['en', 'I prefer tea.'],
    ['en', "I love Ed Sheeran's songs."],
    ['en', 'My name is João Pereira.'],
    ['de', 'Ich bin Vegetarier.'],
    ['de', 'Ich wohne in Porto.'],
    ['es', 'Soy enfermera.'],
    ['es', 'Me llamo Ana.'],
    ['fr', "J'habite à Lyon."],
    ['pt', 'Moro no Porto.'],
    ['da', 'Jeg bor i København.'],
    ['it', 'Mi chiamo Anna.'],
    ['nl', 'Ik woon in Utrecht.'],
  ])('%s %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language)
    // Nor does a conversation in English make it English.
    expect(detectLanguage(text, 'en')).toBe(language)
  })

  test('one that has none is taken for the language around it', () => {
    expect(detectLanguage('Ok.')).toBe('und')
    expect(detectLanguage('Ok.', 'da')).toBe('da')
  })
})
