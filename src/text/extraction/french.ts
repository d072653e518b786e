/** French sentences about oneself, told by name: "J'habite à Lyon" → "Marie habite à Lyon". */

const VERBS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    suis: 'est',
    ai: 'a',
    vais: 'va',
    fais: 'fait',
    veux: 'veut',
    peux: 'peut',
    dois: 'doit',
    sais: 'sait',
    viens: 'vient',
    prends: 'prend',
    apprends: 'apprend',
    vends: 'vend',
    lis: 'lit',
    écris: 'écrit',
    bois: 'boit',
    cours: 'court',
    dors: 'dort',
    pars: 'part',
    mets: 'met',
    connais: 'connaît',
    vis: 'vit',
    finis: 'finit',
    choisis: 'choisit',
  }),
)
const CLAUSE =
  /(?<!\p{L})(?:je |j['’])(?<no>ne |n['’])?(?<me>me |m['’])?(?<it>(?:l[ae]s? |l['’]|y |en ))?(?<verb>\p{L}+)/giu
const OWN: Readonly<Record<string, string>> = { mon: 'son', ma: 'sa', mes: 'ses' }
const LEFT =
  /(?<!\p{L})(?:je|moi|me|mon|ma|mes|mienn?e?s?|nous|notre|nos|tu|te|toi|vous|votre|vos)(?!\p{L})|(?<!\p{L})[jm]['’]/iu

/** @returns undefined where a verb or a pronoun is not known */
export function frenchTold(sentence: string, name: string): string | undefined {
  let unknown = false
  const told = sentence.replaceAll(CLAUSE, (...match) => {
    const { no = '', me = '', it = '', verb = '' } = match.at(-1) as Record<string, string>
    const third = thirdPerson(verb)
    unknown ||= third === undefined
    return `${name} ${no}${me.replace(/^m/iu, 's')}${it}${third ?? verb}`
  })
  if (unknown) return undefined
  const owned = told.replace(
    /^(mon|ma|mes) (\p{L}+)/iu,
    (_, own: string, thing: string) =>
      // "Mon chien": whose it is has to be said, and the article goes by what is owned.
      `${ARTICLES[own.toLowerCase()] ?? ''}${thing} de ${name}`,
  )
  const whole = owned.replaceAll(/(?<!\p{L})(?:mon|ma|mes)(?!\p{L})/giu, (own) => OWN[own] ?? own)
  return LEFT.test(whole) ? undefined : whole
}

const ARTICLES: Readonly<Record<string, string>> = { mon: 'Le ', ma: 'La ', mes: 'Les ' }

function thirdPerson(verb: string): string | undefined {
  const norm = verb.toLowerCase()
  const known = VERBS.get(norm)
  if (known !== undefined) return known
  // "habite" is the same; "-ais" and "-rai" are the past and the future.
  if (/\p{L}ais$/u.test(norm)) return norm.replace(/ais$/u, 'ait')
  if (/\p{L}rai$/u.test(norm)) return norm.replace(/ai$/u, 'a')
  return norm.endsWith('e') ? norm : undefined
}
