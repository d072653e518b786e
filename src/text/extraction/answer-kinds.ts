/** What a question wants to hear, and whether a text has it: a date, a number, somebody's name. */

export type Wanted = 'date' | 'age' | 'number' | 'person' | 'anything'

const begins = (...alternatives: readonly string[]) =>
  new RegExp(`^\\P{L}*(?:${alternatives.join('|')})(?!\\p{L})`, 'iu')

const ASKS: readonly (readonly [wanted: Wanted, pattern: RegExp])[] = [
  ['age', begins('how old', 'wie alt', '(?:qué|cuál) edad', 'cuántos años', 'quel âge')],
  ['age', /多大|几岁|كم عمر/u],
  [
    'date',
    begins(
      'when',
      '(?:since|until) when',
      'how long ago',
      '(?:(?:on|in|since|by) )?(?:what|which) (?:day|date|year|month|week)',
      '(?:seit |bis )?wann',
      '(?:an|in) welche[mnr] (?:tag|datum|jahr|monat)',
      '(?:desde |hasta )?cuándo',
      'qué (?:día|fecha)',
      '(?:depuis |jusqu.à )?quand',
      'quel(?:le)? (?:jour|date|année)',
    ),
  ],
  ['date', /什么时候|何时|哪天|几号|哪一?年|متى|أي (?:يوم|سنة|عام)/u],
  [
    'number',
    begins(
      'how (?:much|many|long|far|often|tall|big)',
      '(?:at )?what time',
      'wie ?(?:viel|lange|weit|oft|groß)\\p{L}*',
      'um wie ?viel uhr',
      'cuánt\\p{L}+',
      '(?:a )?qué hora',
      'combien',
      'à quelle heure',
    ),
  ],
  [
    'number',
    /(?<!\p{L})(?:number|amount|nummer|betrag|número|importe|numéro|montant)(?!\p{L})|\p{L}nummer(?!\p{L})/iu,
  ],
  ['number', /多少|几点|号码|كم|رقم/u],
  [
    'person',
    begins(
      'who(?:m|se)?',
      '(?:what|which) (?:is|are) (?:the )?names? of',
      'what(?:.s| is) \\P{Lu}*names?',
      'we(?:r|m|n|ssen)',
      'wie hei(?:ß|ss)(?:t|en)',
      'cómo se llama\\p{L}*',
      "comment s['’]appelle\\p{L}*",
      '(?:a |con |de )?quién(?:es)?',
      '(?:à |avec |de )?qui',
    ),
  ],
]

export function wantedBy(question: string): Wanted {
  return ASKS.find(([, pattern]) => pattern.test(question))?.[0] ?? 'anything'
}

const LANGUAGES = ['en', 'de', 'es', 'fr', 'ar'] as const

/** Names of months and weekdays, as the languages write them. */
const CALENDAR = new RegExp(
  `(?<!\\p{L})(?:${LANGUAGES.flatMap((language) => calendarOf(language)).join('|')})(?!\\p{L})`,
  'iu',
)

function calendarOf(language: string): string[] {
  const day = (at: number, part: 'month' | 'weekday', style: 'long' | 'short') =>
    new Intl.DateTimeFormat(language, { [part]: style, timeZone: 'UTC' })
      .format(at)
      .replace('.', '')
  const months = Array.from({ length: 12 }, (_, month) => Date.UTC(2024, month, 15))
  const days = Array.from({ length: 7 }, (_, at) => Date.UTC(2024, 0, 1 + at))
  return [
    ...months.flatMap((at) => [day(at, 'month', 'long'), day(at, 'month', 'short')]),
    ...days.map((at) => day(at, 'weekday', 'long')),
  ]
}

const DIGITAL_DATE =
  /(?<!\p{N})(?:\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}(?:[-/.]|(?!\p{N}))|(?:19|20)\d{2}(?!\p{N}))|\d\s?[年月日号]/u
/** "27 December 2025", "the 9th of April", "April 9". */
const DATES = new RegExp(
  `\\d{1,2}(?:st|nd|rd|th|\\.)?\\s+(?:of |de )?${CALENDAR.source}(?:\\s+\\d{4})?|${CALENDAR.source}\\s+\\d{1,2}(?:,?\\s+\\d{4})?`,
  'giu',
)

/** A word written as a name where no sentence begins, or after a title. */
const PERSON =
  /(?<=[\p{Ll}\p{N},;:] )(?!I(?!\p{L}))\p{Lu}\p{Ll}+|(?<!\p{L})(?:Mr|Mrs|Ms|Dr|Herr|Frau|Sra?|Mme|M)\.? \p{Lu}/gu

/** @param known words that are in the question already, folded to lower case */
export function holds(wanted: Wanted, text: string, known: ReadonlySet<string>): boolean {
  if (wanted === 'date') return CALENDAR.test(text) || DIGITAL_DATE.test(text)
  if (wanted === 'number') return /\p{Nd}/u.test(text)
  if (wanted === 'age')
    return /(?<![\p{N}.,-])\p{Nd}{1,3}(?!\p{N}|[.,:-]\p{N})/u.test(text.replaceAll(DATES, ' '))
  if (wanted === 'person') {
    return [...text.matchAll(PERSON)].some(
      ([name]) => !known.has(name.toLowerCase()) && !CALENDAR.test(name) && name !== 'User',
    )
  }
  return true
}
