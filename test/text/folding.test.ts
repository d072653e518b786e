import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lexemesOf, queryLexemes } from '../../src/text/tokens.ts'

/** Two spellings of one word, by what tells them apart, and the language it is of. */
const PAIRS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'Persian letters': [
    ['fa', 'کتاب', 'كتاب'],
    ['fa', 'علی', 'علي'],
    ['fa', 'خانهٔ ما', 'خانه ما'],
  ],
  'Urdu letters': [
    ['ur', 'کہانی', 'كهاني'],
    ['ur', 'مکتبۃ', 'مكتبه'],
    ['ur', 'بھائی', 'بهائي'],
  ],
  'a joiner inside a Persian word': [
    ['fa', 'می‌روم', 'میروم'],
    ['fa', 'کتاب‌ها', 'کتابها'],
  ],
  'Arabic digits': [
    ['ar', 'غرفة ٢٠٥', 'غرفة 205'],
    ['fa', 'اتاق ۲۰۵', 'اتاق 205'],
    ['ur', 'کمرہ ۴۵۶', 'کمرہ 456'],
    ['ar', '١٬٢٥٠٬٠٠٠', '1250000'],
  ],
  'Indic and Thai digits': [
    ['hi', 'कमरा २०५', 'कमरा 205'],
    ['bn', 'ঘর ২০৫', 'ঘর 205'],
    ['th', 'ห้อง ๒๐๕', 'ห้อง 205'],
    ['th', 'ห้อง๒๐๕', 'ห้อง205'],
    ['ta', 'அறை ௨௦௫', 'அறை 205'],
    ['my', 'အခန်း ၂၀၅', 'အခန်း 205'],
    ['ja', '部屋２０５', '部屋205'],
  ],
  niqqud: [
    ['he', 'שָׁלוֹם', 'שלום'],
    ['he', 'בְּרֵאשִׁ֖ית', 'בראשית'],
    ['he', 'ג׳ירפה', "ג'ירפה"],
  ],
  harakat: [
    ['ar', 'كِتَابٌ', 'كتاب'],
    ['ar', 'مُحَمَّد', 'محمد'],
    ['ar', 'ٱلرَّحْمَٰنِ', 'الرحمن'],
    ['ur', 'اُردُو', 'اردو'],
    ['fa', 'مَرد', 'مرد'],
  ],
  'what shows nothing': [
    ['en', 'pass\u200Bport', 'passport'],
    ['en', '\uFEFFharbour\u2060', 'harbour'],
    ['he', '\u200Fשלום\u200E', 'שלום'],
    ['de', 'Donau\u00ADdampfer', 'Donaudampfer'],
    ['ar', '\u061Cمدرسة', 'مدرسة'],
  ],
  'selectors of emoji': [
    ['en', 'I ❤️ it', 'I ❤ it'],
    ['en', '☕️', '☕'],
    ['en', '✈︎', '✈️'],
    ['en', '👍🏽', '👍'],
    ['en', '👩🏿‍💻', '👩‍💻'],
    ['en', 'gate 5️⃣', 'gate 5'],
  ],
  'ß, in any language': [
    ['de', 'Straße', 'Strasse'],
    ['en', 'Weißbier', 'Weissbier'],
    ['fr', 'Strauß', 'Strauss'],
    ['und', 'GROẞ', 'gross'],
  ],
  'letters with dots': [
    ['tr', 'İzmir', 'izmir'],
    ['ru', 'ёлка', 'елка'],
  ],
  apostrophes: [
    ['uk', 'п’ять', "п'ять"],
    ['uk', 'пʼять', "п'ять"],
    ['fr', 'l’école', "l'école"],
  ],
}

describe.each(Object.entries(PAIRS))('%s', (_, pairs) => {
  test.each(pairs)('%s: %s and %s', (language, one, other) => {
    const lexemes = lexemesOf(one, language)
    expect(lexemes).not.toEqual([])
    expect(lexemesOf(other, language)).toEqual(lexemes)
    expect(queryLexemes(one, [language], language)).toEqual(
      queryLexemes(other, [language], language),
    )
  })
})

test('both spellings of a pair are the same words, whatever stands around them and however often', () => {
  const pair = fc.constantFrom(...Object.values(PAIRS).flat())
  const sentence = fc.array(pair, { minLength: 1, maxLength: 6 })
  const text = (
    pairs: readonly (readonly [string, string, string])[],
    side: (index: number) => 1 | 2,
  ) => pairs.map((each, index) => each[side(index)]).join('\n')
  fc.assert(
    fc.property(
      sentence,
      fc.bigInt({ min: 0n, max: 63n }),
      fc.constantFrom('und', 'en', 'ar', 'he'),
      (pairs, sides, language) => {
        const mixed = text(pairs, (index) => ((sides >> BigInt(index)) & 1n ? 2 : 1))
        expect(lexemesOf(mixed, language)).toEqual(
          lexemesOf(
            text(pairs, () => 1),
            language,
          ),
        )
      },
    ),
  )
})

describe('umlauts written out', () => {
  const finds = (asked: string, said: string, language: string) =>
    lexemesOf(said, language).some((lexeme) =>
      queryLexemes(asked, [language], language).includes(lexeme),
    )

  test.each([
    ['Müller', 'Mueller'],
    ['Köln', 'Koeln'],
    ['Ärzte', 'Aerzte'],
    ['Straßenbäume', 'Strassenbaeume'],
    ['Müller', 'Muller'],
  ])('in German %s and %s find each other', (one, other) => {
    expect(finds(one, other, 'de')).toBe(true)
    expect(finds(other, one, 'de')).toBe(true)
  })

  test('in other languages, and where a vowel goes before, they are what is written', () => {
    expect(finds('Mueller', 'Müller', 'en')).toBe(false)
    expect(finds('Poet', 'Pöt', 'fr')).toBe(false)
    expect(queryLexemes('Bauer neue Quelle', ['de'], 'de')).toEqual([
      ...new Set(['Bauer', 'neue', 'Quelle'].flatMap((word) => lexemesOf(word, 'de'))),
    ])
  })
})
