import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lexemeCounts, lexemesOf, queryLexemes, queryWords } from '../../src/text/tokens.ts'

describe('lexemes of a text', () => {
  test.each([
    ['en', 'Maya’s brothers were hiking, and they hiked.', 'maya brother hike hike'],
    ['de', 'Die Häuser in Müllheim, gestern gekaufte Äpfel', 'haus mullheim gest gekauft apfel'],
    ['es', 'Los niños corrían; la canción, las canciones', 'nin corr cancion cancion'],
    ['fr', "L'ami d'Amélie aimait les chevaux.", 'ami amel aim cheval'],
    ['ru', 'Вчера купили новые книги и ещё хлеб', 'вчер куп нов книг хлеб'],
    ['ar', 'ذهبت إلى المدرسة، كِتَابٌ في المكتبة', 'ذهب مدرسه كتاب مكتبه'],
    ['zh', '他昨天去了上海的咖啡馆', '昨天 去了 上海 咖啡 馆 他昨 天去 了上 海的 的咖 啡馆'],
    ['ja', '東京のコーヒーショップでラーメン', '東京 コーヒー ショップ ラーメン'],
    ['ko', '학교에서 친구', '학교에서 학교 교에 에서 친구'],
    ['th', 'ฉันไปตลาดกับพี่ชาย', 'ฉัน ไป ตลาด กับ พี่ ชาย'],
    ['el', 'Διάβασαν τα βιβλία', 'διαβασ βιβλ'],
    ['hi', 'लड़कों ने किताबें पढ़ीं', 'लड़क किताब पढ़'],
    ['tr', 'İstanbul’da kitapları okudum', 'istanbul kitap okudu'],
    ['und', 'Maya liked Zürich', 'maya liked zurich'],
  ])('%s', (language, text, lexemes) => {
    expect(lexemesOf(text, language).join(' ')).toBe(lexemes)
  })

  test('ids, versions, addresses and numbers stay whole and give their parts', () => {
    expect(lexemesOf('A-113 v1.2.3 maya@example.com', 'en')).toEqual([
      'a-113',
      'a',
      '113',
      'v1.2.3',
      'v1',
      '2',
      '3',
      'maya@example.com',
      'maya',
      'exampl',
      'com',
    ])
  })

  test('names of programming languages stay themselves', () => {
    expect(lexemesOf('C++ C# C node.js', 'en')).toEqual(['c++', 'c#', 'c', 'node', 'js'])
  })

  test('thousands are found with and without their commas, decimals keep their point', () => {
    expect(lexemesOf('1,250,000 3.14', 'und')).toEqual(['1250000', '3.14', '3', '14'])
    expect(lexemesOf('2019,2020', 'und')).toEqual(['2019', '2020'])
  })

  test('an id inside Chinese stays whole', () => {
    expect(lexemesOf('我用GPT-4模型', 'zh')).toEqual(expect.arrayContaining(['gpt-4', '模型']))
  })

  test('English contractions leave no stumps behind', () => {
    expect(lexemesOf("Didn't we meet, you're late? I can't, Jo's won", 'en')).toEqual([
      'meet',
      'late',
      'jo',
      'won',
    ])
  })

  test.each([
    ['de', 'Müller', 'Muller'],
    ['de', 'Straße', 'Strasse'],
    ['en', 'Łódź', 'lodz'],
    ['tr', 'IŞIK', 'isik'],
    ['ru', 'ещёлка', 'ещелка'],
    ['ar', 'أحمد', 'احمد'],
    ['ar', 'مدرسة', 'مدرســـه'],
    ['und', 'ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['und', 'كِتَابٌ', 'كتــاب'],
    ['und', "l'ami", 'ami'],
    ['und', 'co\u00ADop', 'coop'],
  ])('%s: "%s" and "%s" meet', (language, one, other) => {
    expect(lexemesOf(one, language)).toEqual(lexemesOf(other, language))
    expect(lexemesOf(one, language)).not.toEqual([])
  })

  test('a Chinese question finds what the segmenter cut otherwise', () => {
    const text = new Set(lexemesOf('他在研究生命起源', 'zh'))

    expect(text).toContain('究生')
    expect(lexemesOf('生命', 'zh').filter((lexeme) => text.has(lexeme))).toEqual(['生命'])
  })

  test('a Chinese word of two signs counts once', () => {
    expect(lexemeCounts(lexemesOf('我爱上海', 'zh')).get('上海')).toBe(1)
  })

  test('a run of Chinese without a break is cut without losing a pair but at the cuts', () => {
    expect(lexemesOf('汉字'.repeat(5_000), 'und').length).toBeGreaterThan(9_900)
  })

  test('very long runs are cut at 64 units and never inside a sign', () => {
    expect(lexemesOf('y'.repeat(5_000), 'und')).toEqual(['y'.repeat(64)])
    expect(lexemesOf(`${'y'.repeat(63)}𝒴𐐨`.repeat(2), 'und')).toEqual(['y'.repeat(64)])
    expect(lexemesOf(`${'y'.repeat(63)}𐐨𐐨`, 'und')).toEqual(['y'.repeat(63)])
  })

  test('whatever comes in, no lexeme is empty, over-long, or unfit for Postgres', () => {
    const languages = fc.constantFrom('en', 'de', 'fr', 'ar', 'zh', 'ja', 'ko', 'th', 'tr', 'und')
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            '\0',
            '\uD800',
            '\uDC00',
            'a',
            "'",
            '-',
            'ß',
            '汉',
            'ー',
            '한',
            '1',
            '@',
            ' ',
            'ال',
            '𐐨',
          ),
          { maxLength: 100 },
        )
        .map((units) => units.join('')),
    )
    fc.assert(
      fc.property(text, languages, (text, language) => {
        const lexemes = lexemesOf(text, language)
        expect(lexemesOf(text, language)).toEqual(lexemes)
        for (const lexeme of lexemes) {
          expect(lexeme).not.toBe('')
          expect(lexeme.length).toBeLessThanOrEqual(64)
          expect(lexeme.isWellFormed()).toBe(true)
          expect(lexeme).not.toMatch(/[\0\s]/)
        }
      }),
    )
  })

  test('a language whose name is a property of every object has no stems', () => {
    expect(lexemesOf('running', 'constructor')).toEqual(['running'])
  })
})

test('lexemes are counted in the order they first come', () => {
  expect([...lexemeCounts(['b', 'a', 'b'])]).toEqual([
    ['b', 2],
    ['a', 1],
  ])
})

describe('lexemes of a question', () => {
  test('meet those of a text', () => {
    const text = new Set(lexemesOf('We hiked up to the lakes near Banff.', 'en'))

    expect(
      queryLexemes('Who went hiking to a lake?', ['en']).filter((one) => text.has(one)),
    ).toEqual(['hike', 'lake'])
  })

  test('come stemmed for every language the memories are written in, each once', () => {
    expect(queryLexemes('Where is Maya running in Zürich?', ['en', 'de'])).toEqual([
      'maya',
      'run',
      'zurich',
      'running',
      'zuerich',
    ])
  })

  test('without stop words, unless there is nothing else', () => {
    expect(queryLexemes('Who is Maya?', ['en'])).toEqual(['maya'])
    expect(queryLexemes('Who is he?', ['en'])).toEqual(['who', 'is', 'he'])
  })

  test('of an empty question are none', () => {
    expect(queryLexemes(' ?! ', ['en'])).toEqual([])
  })
})

test('of a word that has a form in each of two languages it is known that they are one', () => {
  const { lexemes, places } = queryWords('Where is Maya running?', ['en', 'de'])
  const forms = lexemes.filter((lexeme) => lexeme.startsWith('run'))
  expect(forms.length).toBeGreaterThan(1)
  expect(new Set(places.filter((_, at) => lexemes[at]?.startsWith('run'))).size).toBe(1)
})
