import type { FactRelation } from '../../providers/language-model.ts'
import { datesIn } from './dates.ts'

/** What plain sentences state of somebody, in six languages: where they live, what they do, whom they have. What is not plain is not guessed. */

/** One person has one of these at a time: a newer one takes the place of the older. */
const SINGLE = new Set(['lives_in', 'works_at', 'name_is', 'age_is'])

export const isSingleValued = (predicate: string) => SINGLE.has(predicate)

export interface Attribute extends FactRelation {
  /** The sentence says this and at most since when, nothing else. */
  readonly plain: boolean
}

/** Somebody who begins a fact: "The user", "Caroline", "User:". */
const SUBJECT = String.raw`(?<subject>[Tt]he user|\p{Lu}[\p{L}\p{M}'-]*(?: \p{Lu}[\p{L}\p{M}'-]*){0,2})`
const NAMED = String.raw`(?<object>\p{Lu}[\p{L}\p{M}\p{N}&'’-]*(?: (?:(?:de|da|do|del|di|la|le|van|von|am|an der|and|&) )?\p{Lu}[\p{L}\p{M}\p{N}&'’-]*){0,3})`
const YEARS = String.raw`(?<object>\d{1,3})`
const SIGNS = String.raw`(?<object>[\p{Script=Han}A-Z][\p{Script=Han}\w]{1,9}?)(?=[了。！，,.]|现在|$)`
const ARABIC = String.raw`(?<object>[\p{Script=Arabic}]{2,}(?: ال[\p{Script=Arabic}]{2,})?)`
const OFTEN = String.raw`(?:(?:now|currently|still|just|recently|finally|has|have) )*`

const PLACES: readonly (readonly [predicate: string, pattern: string])[] = [
  [
    'lives_in',
    String.raw`^${SUBJECT} ${OFTEN}(?:lives|live|is living|has lived|have lived) in (?:the )?${NAMED}`,
  ],
  ['lives_in', String.raw`^${SUBJECT} ${OFTEN}(?:moved|relocated) (?:back )?to (?:the )?${NAMED}`],
  [
    'works_at',
    String.raw`^${SUBJECT} ${OFTEN}(?:works|is working|started working) (?:at|for) (?:the )?${NAMED}`,
  ],
  ['name_is', String.raw`^${SUBJECT}['’]s? name is ${NAMED}`],
  ['name_is', String.raw`^${SUBJECT} is called ${NAMED}`],
  [
    'age_is',
    String.raw`^${SUBJECT} (?:is|(?:has )?(?:just )?turned) ${YEARS}(?: years old)?(?![\p{L}\p{N}]| (?!years|now|today|and))`,
  ],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:ich (?:wohne|lebe)|(?:jetzt|inzwischen|seit \S+) (?:wohne|lebe) ich) (?:jetzt |nun |inzwischen |seit \S+ )*in ${NAMED}`,
  ],
  ['lives_in', String.raw`^${SUBJECT}: ich bin (?:[^,;:.]{1,40} )?nach ${NAMED} (?:um)?gezogen`],
  [
    'works_at',
    String.raw`^${SUBJECT}: ich arbeite (?:jetzt |nun |inzwischen |seit \S+ )*(?:bei|für) (?:der |dem )?${NAMED}`,
  ],
  ['name_is', String.raw`^${SUBJECT}: (?:ich heiße|mein name ist) ${NAMED}`],
  ['age_is', String.raw`^${SUBJECT}: ich bin (?:jetzt )?${YEARS}(?: Jahre alt)?`],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:yo )?(?:ahora )?(?:vivo|resido) (?:ahora |actualmente )?en ${NAMED}`,
  ],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:yo )?(?:ya )?me (?:mudé|he mudado|trasladé|he trasladado) a ${NAMED}`,
  ],
  ['works_at', String.raw`^${SUBJECT}: (?:yo )?(?:ahora )?trabajo (?:ahora )?(?:en|para) ${NAMED}`],
  ['name_is', String.raw`^${SUBJECT}: (?:me llamo|mi nombre es) ${NAMED}`],
  ['age_is', String.raw`^${SUBJECT}: tengo ${YEARS} años`],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:j['’]habite|je vis|je réside) (?:maintenant |désormais |actuellement )?(?:à|en|au|aux) ${NAMED}`,
  ],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:j['’]ai (?:déménagé|emménagé) (?:à|en|au)|je me suis installée? (?:à|en|au)) ${NAMED}`,
  ],
  ['works_at', String.raw`^${SUBJECT}: je travaille (?:maintenant |désormais )?chez ${NAMED}`],
  ['name_is', String.raw`^${SUBJECT}: (?:je m['’]appelle|mon (?:pré)?nom est) ${NAMED}`],
  ['age_is', String.raw`^${SUBJECT}: j['’]ai ${YEARS} ans`],
  [
    'lives_in',
    String.raw`^${SUBJECT}: 我(?:现在|目前|已经)?(?:住在|搬到了?|搬去了?|搬家到了?)${SIGNS}`,
  ],
  [
    'works_at',
    String.raw`^${SUBJECT}: 我(?:现在|目前)?在(?<object>[\p{Script=Han}\w]{2,12}?)(?:上班|工作)`,
  ],
  ['name_is', String.raw`^${SUBJECT}: 我(?:叫|的名字是)${SIGNS}`],
  ['age_is', String.raw`^${SUBJECT}: 我(?:今年)?${YEARS}岁`],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:أنا )?(?:الآن )?(?:أعيش|أسكن|أقيم) (?:الآن |حاليا )?في (?:مدينة )?${ARABIC}`,
  ],
  [
    'lives_in',
    String.raw`^${SUBJECT}: (?:لقد )?انتقلت (?:للعيش |للسكن )?(?:الى|إلى) (?:مدينة )?${ARABIC}`,
  ],
  [
    'works_at',
    String.raw`^${SUBJECT}: (?:أنا )?(?:أعمل) (?:الآن |حاليا )?(?:لدى|في شركة) ${ARABIC}`,
  ],
  ['name_is', String.raw`^${SUBJECT}: (?:أنا )?اسمي ${ARABIC}`],
]

const COMPILED = PLACES.map(([predicate, pattern]) => ({
  predicate,
  pattern: new RegExp(pattern, 'u'),
}))

/** "my sister Anna", "their dog is called Momo": somebody or something of theirs, with a name. */
const OWNED: readonly RegExp[] = [
  /(?:[Tt]he user['’]s|(?<!\p{L})(?:their|[Mm]y|\p{Lu}[\p{L}\p{M}]+['’]s?))(?<kind>(?: \p{Ll}[\p{Ll}-]+){1,2})(?: is called| is named| called| named|['’]s name is| is|,)? (?<object>\p{Lu}[\p{L}\p{M}-]+(?: \p{Lu}[\p{L}\p{M}-]+)?)(?!['’])/u,
  /(?<!\p{L})[Mm]eine?[rnms]?(?<kind> \p{Lu}[\p{Ll}-]+)(?: heißt| namens|,)? (?<object>\p{Lu}[\p{L}\p{M}-]+)/u,
  /(?<!\p{L})[Mm]i(?<kind> \p{Ll}+)(?: se llama|,)? (?<object>\p{Lu}[\p{L}\p{M}-]+)/u,
  /(?<!\p{L})(?:[Mm]on|[Mm]a)(?<kind> \p{Ll}+)(?: s['’]appelle|,)? (?<object>\p{Lu}[\p{L}\p{M}-]+)/u,
]
const READ_CHARS = 300

/** @param content a fact as the built-in model writes it */
export function attributesOf(content: string): Attribute[] {
  // Sentences begin large in all languages, and verbs in these patterns do not.
  const read = content
    .slice(0, READ_CHARS)
    .replace(/(?<=^[^:]{1,80}: )\p{Lu}/u, (letter) => letter.toLowerCase())
  const found: Attribute[] = []
  for (const { predicate, pattern } of COMPILED) {
    const match = pattern.exec(read)
    const { subject = '', object = '' } = match?.groups ?? {}
    if (match === null || object === '') continue
    const plain = saysNothingElse(read.slice(match.index + match[0].length))
    found.push({ subject: subject === 'User' ? 'The user' : subject, predicate, object, plain })
  }
  return found
}

/** How else the same may have been said, in words: "lives in" for who moves. */
export const wordsOfAttributes = (content: string): string =>
  attributesOf(content)
    .filter(({ predicate }) => isSingleValued(predicate))
    .map(({ predicate }) => SAID_AS[predicate] ?? '')
    .join(' ')

const SAID_AS: Readonly<Record<string, string>> = {
  lives_in:
    'live lives moved wohne lebe gezogen vivo mudé habite déménagé emménagé 住在 搬到 أعيش أسكن انتقلت',
  works_at: 'work works arbeite trabajo travaille 工作 上班 أعمل',
}

/** Words that go with a date, or say that it is so now. */
const SINCE =
  /(?<![\p{L}\p{N}])(?:now|currently|these days|in|on|since|at|the|of|last|jetzt|nun|inzwischen|seit|im|am|ahora|actualmente|desde|en|el|hace|de|maintenant|désormais|depuis|le|الآن|حاليا|منذ|في|عام)(?![\p{L}\p{N}])|了|现在|目前/giu

function saysNothingElse(rest: string): boolean {
  let open = rest.replaceAll(/ \(\d{4}[^)]*\)/gu, '')
  for (const language of ['en', 'de', 'es', 'fr', 'zh', 'ar']) {
    for (const { said } of datesIn(open, '2000-01-01T00:00:00Z', language))
      open = open.replace(said, '')
  }
  return /^[\s.,!。！，،]*$/u.test(open.replaceAll(SINCE, ''))
}

/**
 * What a fact relates, for the graph.
 * @param subject whose fact it is, as the fact names them
 */
export function relationsIn(content: string, subject: string): FactRelation[] {
  const attributes = attributesOf(content).filter((one) => one.predicate !== 'age_is')
  const relations = attributes.map(({ predicate, object }) => ({ subject, predicate, object }))
  for (const pattern of OWNED) {
    const { kind = '', object = '' } = pattern.exec(content.slice(0, READ_CHARS))?.groups ?? {}
    const predicate = kind
      .trim()
      .toLowerCase()
      .replaceAll(/[^a-z]+/gu, '_')
    if (predicate !== '' && object !== '') relations.push({ subject, predicate, object })
  }
  return relations
}
