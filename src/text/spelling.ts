/** One spelling for what writers spell in several ways. Applied to texts, questions and stop words alike. */

/** Signs that NFKC leaves apart from what they are typed as where the keyboard lacks them. */
const TYPED_AS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
}
const RETYPED = new RegExp(`[${Object.keys(TYPED_AS).join('')}]`, 'gu')

const ARABIC = /[\u0600-\u06FF\u0750-\u077F\u08A0-\u08FF]/
/** Latin and Greek letters with marks, and those of TYPED_AS. Elsewhere a mark makes another letter (й, が, Indic vowels). */
const MARKED = /[\u00C0-\u024F\u0370-\u03FF\u1E00-\u1FFF]/
/** Vowel signs, signs of recitation and the stretching bar: written by few, and never by all. */
const ARABIC_OPTIONAL = /(?=[\u0600-\u08FF])\p{M}|\u0640/gu
/** Persian and Urdu have code points of their own for letters that Arabic has, and keyboards of either write both. */
const ARABIC_LETTERS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ۍ: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ک: 'ك',
  ڪ: 'ك',
  ة: 'ه',
  ۃ: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ۂ: 'ه',
  ۓ: 'ے',
}
const ARABIC_VARIED = new RegExp(`[${Object.keys(ARABIC_LETTERS).join('')}]`, 'gu')

/** Vowel points and signs of recitation; the letters alone are what is usually written. */
const NIQQUD = /[\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]/g
/** What shows nothing (joiners, marks of direction, selectors of emoji), and the box around a digit. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\u20E3/gu
const PLAIN = /^[\x20-\x7e\s]*$/

/** Where the ten digits of a script begin that are not those of ASCII. Fullwidth and styled ones are NFKC's. */
const ZEROS = '٠ ۰ ߀ ० ০ ੦ ૦ ୦ ௦ ౦ ೦ ൦ ෦ ๐ ໐ ༠ ၀ ႐ ០ ᠐ ᥆ ᧐ ᪀ ᪐ ᭐ ᮰ ᱀ ᱐ ꘠ ꣐ ꤀ ꧐ ꧰ ꩐ ꯰'
const DIGITS: ReadonlyMap<string, string> = new Map(
  ZEROS.split(' ').flatMap((zero) =>
    Array.from({ length: 10 }, (_, digit) => [
      String.fromCodePoint((zero.codePointAt(0) ?? 0) + digit),
      String(digit),
    ]),
  ),
)
const FOREIGN_DIGIT = /(?![0-9])\p{Nd}/gu
/** Apostrophes as keyboards and word processors write them; the Hebrew geresh too. */
const APOSTROPHES = /[\u02B9\u02BB\u02BC\u02C8\u2019\u2018\u201B\u2032\u05F3\u0060]/g

/** Compatibility forms folded (NFKC), lower case, digits those of ASCII; nothing left of what shows nothing and of halves of pairs. */
export function folded(text: string): string {
  const lower = PLAIN.test(text) ? text.toLowerCase() : foldedSigns(text)
  // Thousands lose their commas.
  return lower.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '')
}

/** Signs that only scripts other than Latin have, or typographers. */
const BEYOND_LATIN = /[\u02B8-\uFFFF]/
const HEBREW = /[\u0591-\u05F4]/
const MAY_BE_DIGIT = /[\u0660-\u1C59\uA620-\uABF9]/

function foldedSigns(text: string): string {
  const beyond = BEYOND_LATIN.test(text)
  const shown = beyond
    ? text.toWellFormed().replaceAll(INVISIBLE, '')
    : text.replaceAll('\u00AD', '')
  // The lower case of İ is an i with a second dot, which nobody types, as hardly any Russian types ё.
  const lower = shown.normalize('NFKC').toLowerCase().replaceAll('i\u0307', 'i')
  if (!beyond) return lower
  const plain = lower.replaceAll('ё', 'е').replaceAll(APOSTROPHES, "'")
  const bare = HEBREW.test(plain) ? plain.replaceAll(NIQQUD, '') : plain
  if (!MAY_BE_DIGIT.test(bare)) return bare
  return bare
    .replaceAll(FOREIGN_DIGIT, (digit) => DIGITS.get(digit) ?? digit)
    .replaceAll('٬', ',')
    .replaceAll('٫', '.')
}

/** A folded word before stemming: ß written out, Arabic without what its writers leave out or vary. */
export function spelled(word: string): string {
  if (!ARABIC.test(word)) return word.includes('ß') ? word.replaceAll('ß', 'ss') : word
  return word
    .replaceAll(ARABIC_OPTIONAL, '')
    .replaceAll(ARABIC_VARIED, (sign) => ARABIC_LETTERS[sign] ?? sign)
}

const LONG: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue' }
const SHORT: Readonly<Record<string, string>> = { ae: 'ä', oe: 'ö', ue: 'ü' }
/** After a vowel or a q they are no umlaut: Bauer, neue, Quelle. */
const WRITTEN_OUT = /(?<![aeiouyäöüq])(?:ae|oe|ue)/g

/** A German word as the other half of its writers may have written it: `müller`, `mueller`. The word itself comes first. */
export function germanSpellings(word: string): readonly string[] {
  const short = word.replaceAll(WRITTEN_OUT, (pair) => SHORT[pair] ?? pair)
  const long = word.replaceAll(/[äöü]/g, (sign) => LONG[sign] ?? sign)
  return [...new Set([word, short, long])]
}

/** Of each emoji what does not vary by keyboard: no selector, no colour of skin. */
export function emojiIn(text: string): string[] {
  if (!MAY_HOLD_EMOJI.test(text)) return []
  return (text.match(EMOJI) ?? []).flatMap((found) => {
    const plain = found.replaceAll(SELECTORS, '')
    // Boxed digits are digits, and signs such as © belong to words.
    return (plain.codePointAt(0) ?? 0) < FIRST_EMOJI ? [] : [plain.slice(0, MAX_EMOJI_CHARS)]
  })
}

const MAY_HOLD_EMOJI = /[\u2190-\u3299\uD83C-\uD83E]/
const EMOJI = /\p{RGI_Emoji}|\p{Extended_Pictographic}/gv
const SELECTORS = /\uFE0E|\uFE0F|\p{Emoji_Modifier}/gu
const FIRST_EMOJI = 0x2190
/** As the longest word; no sequence that is in use is nearly as long. */
const MAX_EMOJI_CHARS = 32

/** A stem without its accents, "müll" as "mull". Stemming comes first, because it goes by the accents. */
export function unaccented(stem: string): string {
  if (!MARKED.test(stem)) return stem
  return stem
    .replaceAll(RETYPED, (sign) => TYPED_AS[sign] ?? sign)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
}
