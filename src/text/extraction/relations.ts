import type { FactRelation } from '../../providers/language-model.ts'

/** Simple relations that an English sentence in the third person states. What is not said in plain words is not guessed. */

/** One person has one of these at a time: a newer one takes the place of the older. */
const SINGLE =
  /^(?:lives_in|works_at|works_as|name_is|age_is|married_to|birthday_is|born_in|is_from|favourite_\w+)$/u

export const isSingleValued = (predicate: string) => SINGLE.test(predicate)

interface Pattern {
  readonly predicate: string
  /** What follows the subject and comes before the object. */
  readonly verb: string
  /** How the object may begin; any words where left out. */
  readonly object?: string
}

const NAMED = String.raw`(?:the )?\p{Lu}`
const ADVERBS = String.raw`(?:(?:also|now|just|really|still|currently|recently|finally|has|is|been|absolutely|always|even) )*`

const PATTERNS: readonly Pattern[] = [
  {
    predicate: 'works_at',
    verb: '(?:works|working|got a (?:new )?job|started (?:working|a (?:new )?job)) (?:at|for)',
    object: NAMED,
  },
  { predicate: 'works_as', verb: '(?:works|working) as' },
  {
    predicate: 'lives_in',
    verb: '(?:lives|living) in|(?:moved|relocated) (?:back )?to',
    object: NAMED,
  },
  { predicate: 'is_from', verb: '(?:comes )?from', object: NAMED },
  { predicate: 'born_in', verb: '(?:was )?born in' },
  { predicate: 'married_to', verb: 'married to|engaged to', object: NAMED },
  { predicate: 'visited', verb: '(?:visited|went to|to visit)', object: NAMED },
  { predicate: 'studies', verb: '(?:studies|studying|majors in|majoring in)' },
  { predicate: 'allergic_to', verb: 'allergic to' },
  {
    predicate: 'likes',
    verb: '(?:likes|loves|enjoys|adores|passionate about|into|keen on|a (?:big |huge )?fan of)',
  },
  { predicate: 'dislikes', verb: '(?:dislikes|hates|does not (?:like|enjoy)|can ?not stand)' },
  { predicate: 'plans', verb: '(?:planning|going|plans|hopes|intends|wants) to' },
  {
    predicate: 'has',
    verb: '(?:has|owns|has got|got|adopted|bought)',
    object: String.raw`(?:an?|one|two|three|four|five|six|seven|\d+|some) \p{L}`,
  },
]

/** Where an object ends: at a mark or where another thought begins. */
const OBJECT_END =
  /[,;:.!?()"]| [-–—] | (?:and|but|because|'cause|since|so|when|while|where|which|who|that|as|if|after|before|during|with|for|to|in|at|on|from|called|named|together|lately|now|last|next|yesterday|today|tomorrow|this)(?= )/iu
const OBJECT_CHARS = 60

const compiled = PATTERNS.map(({ predicate, verb, object }) => ({
  predicate,
  pattern: new RegExp(
    String.raw`^ ${ADVERBS}(?:${verb}) (?=${object ?? String.raw`[\p{L}\p{N}]`})`,
    'u',
  ),
}))

const OWNED =
  /^(?<owner>The user|\p{Lu}[\p{L}\p{M}-]*(?: \p{Lu}[\p{L}\p{M}-]*){0,2})['’]s? (?<thing>[\p{L}' -]{2,40}?) (?:is|was|are)(?: (?<called>called|named))? (?<object>[\p{L}\p{N}].*)$/u
const AGED =
  /^ (?:is|(?:has )?(?:just )?turned) (\d{1,3})(?: years old)?(?=$|[.,;!]| (?:and|now|today)\b)/u

/** @param subject whose sentence it is, as the sentence names them */
export function relationsIn(content: string, subject: string): FactRelation[] {
  const found: FactRelation[] = [...ownedIn(content)]
  for (const { who, rest } of told(content, subject)) {
    const age = AGED.exec(rest)
    if (age !== null) found.push({ subject: who, predicate: 'age_is', object: age[1] ?? '' })
    for (const { predicate, pattern } of compiled) {
      const verb = pattern.exec(rest)
      if (verb === null) continue
      const object = objectOf(rest.slice(verb[0].length), predicate)
      if (object !== '') found.push({ subject: who, predicate, object })
      break
    }
  }
  return found
}

/** Whom or what something is told of, and what: "Jon" and what follows, or "Jon's daughter Anna" and what follows. */
function* told(content: string, subject: string): Generator<{ who: string; rest: string }> {
  for (const rest of after(content, subject)) {
    yield { who: subject, rest }
    const owned = OWNED_SUBJECT.exec(rest)
    if (owned !== null) yield { who: subject + owned[0], rest: rest.slice(owned[0].length) }
  }
}

const OWNED_SUBJECT =
  /^['’]s? \p{L}+(?: \p{L}+){0,2}?(?= (?:is|was|has|lives|works|moved|likes|loves|hates|enjoys|studies) )/u

const READ_CHARS = 200

/** What follows the subject each time it is named. */
function* after(content: string, subject: string): Generator<string> {
  if (subject === '') return
  for (let at = content.indexOf(subject); at >= 0; at = content.indexOf(subject, at + 1)) {
    const rest = content.slice(at + subject.length, at + subject.length + READ_CHARS)
    yield rest
    // "Jon lives in Berlin and works at Siemens": both are Jon's.
    for (const { index } of rest.matchAll(/ and(?= \p{Ll}+s )/gu)) yield rest.slice(index + 4)
  }
}

function objectOf(rest: string, predicate: string): string {
  const end = OBJECT_END.exec(rest.slice(0, OBJECT_CHARS))
  // A plan is nothing without what follows "to": it ends at a mark only.
  const mark = predicate === 'plans' ? /[,;:.!?()"]/u.exec(rest.slice(0, OBJECT_CHARS)) : end
  const object = rest.slice(0, mark?.index ?? OBJECT_CHARS)
  const whole = mark === null && rest.length > OBJECT_CHARS ? object.replace(/ \S*$/u, '') : object
  return whole.replace(/['’]s$/u, '').trim()
}

/** "Caroline's dog's name is Toby", "Melanie's favourite book is …", "Jon's wife is called Ana". */
function* ownedIn(content: string): Generator<FactRelation> {
  const { owner, thing = '', called, object = '' } = OWNED.exec(content)?.groups ?? {}
  if (owner === undefined) return
  const named = objectOf(object, 'is')
  const favourite = /^(?:favou?rite|fav|fave) (.+)$/iu.exec(thing)
  if (named === '') return
  if (favourite !== null) {
    yield { subject: owner, predicate: `favourite_${snake(favourite[1] ?? '')}`, object: named }
  } else if (/(?:^|['’]s )names?$/u.test(thing) || called !== undefined) {
    const what = thing.replace(/(?:['’]s? )?names?$/u, '')
    yield {
      subject: what === '' ? owner : `${owner}'s ${what}`,
      predicate: 'name_is',
      object: named,
    }
  } else if (/^(?:birthday)$/u.test(thing)) {
    yield { subject: owner, predicate: 'birthday_is', object: named }
  } else if (/^(?:wife|husband|spouse)$/u.test(thing) && /^\p{Lu}/u.test(named)) {
    yield { subject: owner, predicate: 'married_to', object: named }
  }
}

const snake = (words: string) =>
  words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/gu, '')

/** Whoever a sentence names can be whose sentence it is. More names than this are a list. */
const SUBJECTS = 5
const NAMES = /[Tt]he user(?=['’ ])|\p{Lu}[\p{L}\p{M}-]*(?: \p{Lu}[\p{L}\p{M}-]*){0,2}/gu

/** The relations of a sentence whose subject is not known beforehand. */
export function relationsOfNamed(content: string): FactRelation[] {
  const names = new Set([...content.matchAll(NAMES)].slice(0, SUBJECTS).map(([name]) => name))
  return [...names].flatMap((name) => relationsIn(content, name))
}
