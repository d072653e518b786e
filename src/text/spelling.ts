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

const ARABIC = /[\u0600-\u06FF]/
/** Latin and Greek letters with marks, and those of TYPED_AS. Elsewhere a mark makes another letter (й, が, Indic vowels). */
const MARKED = /[\u00C0-\u024F\u0370-\u03FF\u1E00-\u1FFF]/
/** Vowel signs and the stretching bar: written by few, and never by all. */
const ARABIC_OPTIONAL = /[\u064B-\u0652\u0670\u0640]/g

/** Compatibility forms folded (NFKC), lower case, nothing left of soft hyphens, NUL bytes and halves of surrogate pairs. */
export function folded(text: string): string {
  const lower = text.toWellFormed().normalize('NFKC').toLowerCase()
  // The lower case of İ is an i with a second dot, which nobody types, as hardly any Russian types ё. Thousands lose their commas.
  return lower
    .replaceAll('i\u0307', 'i')
    .replaceAll('ё', 'е')
    .replaceAll('\u00AD', '')
    .replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, '')
}

/** A folded word before stemming: Arabic without what its writers leave out or vary (forms of alef, final ya, ta marbuta). */
export function spelled(word: string): string {
  if (!ARABIC.test(word)) return word
  return word
    .replaceAll(ARABIC_OPTIONAL, '')
    .replaceAll(/[أإآٱ]/g, 'ا')
    .replaceAll('ى', 'ي')
    .replaceAll('ة', 'ه')
}

/** A stem without its accents, "müll" as "mull". Stemming comes first, because it goes by the accents. */
export function unaccented(stem: string): string {
  if (!MARKED.test(stem)) return stem
  return stem
    .replaceAll(RETYPED, (sign) => TYPED_AS[sign] ?? sign)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
}
