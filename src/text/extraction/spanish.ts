/** Spanish sentences about oneself, told by name: "Vivo en Madrid" → "Ana vive en Madrid". */

const VERBS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    soy: 'es',
    estoy: 'está',
    tengo: 'tiene',
    he: 'ha',
    voy: 'va',
    hago: 'hace',
    vivo: 'vive',
    trabajo: 'trabaja',
    estudio: 'estudia',
    quiero: 'quiere',
    puedo: 'puede',
    prefiero: 'prefiere',
    juego: 'juega',
    como: 'come',
    bebo: 'bebe',
    leo: 'lee',
    hablo: 'habla',
    odio: 'odia',
    amo: 'ama',
    busco: 'busca',
    necesito: 'necesita',
    espero: 'espera',
    planeo: 'planea',
    toco: 'toca',
    llamo: 'llama',
    mudo: 'muda',
    mudé: 'mudó',
    fui: 'fue',
    era: 'era',
    tenía: 'tenía',
    vivía: 'vivía',
    trabajaba: 'trabajaba',
    estuve: 'estuvo',
    tuve: 'tuvo',
    hice: 'hizo',
    vine: 'vino',
    quería: 'quería',
    nací: 'nació',
    conocí: 'conoció',
    aprendí: 'aprendió',
    perdí: 'perdió',
    vi: 'vio',
    leí: 'leyó',
    di: 'dio',
    compré: 'compró',
    empecé: 'empezó',
    encontré: 'encontró',
    visité: 'visitó',
    trabajé: 'trabajó',
    gané: 'ganó',
    terminé: 'terminó',
    casé: 'casó',
  }),
)
/** "Me gusta" and its like: the one who feels is no subject. */
const FELT =
  /^(?<no>no )?me (?<verb>gustan?|encantan?|interesan?|duelen?|gustaría|encantaría|preocupan?)(?!\p{L})/iu
const VERB = [...VERBS.keys()].toSorted((a, b) => b.length - a.length).join('|')
/** Up to where the verb stands, with what leans on it. */
const SUBJECT = new RegExp(
  String.raw`(?<!\p{L})(?:yo )?(?<no>no )?(?<me>me )?(?<lo>l[aeo]s? )?(?<verb>${VERB})(?!\p{L})`,
  'iu',
)
const OWN = /(?<!\p{L})(?<own>mi|mis)(?!\p{L})/giu
const LEFT = /(?<!\p{L})(?:yo|me|m[ií]o?s?|m[ií]as?|conmigo|nos|nuestr\p{L}+|tú|te|tus?)(?!\p{L})/iu
/** A verb of one's own that is not in the list, after "y", "pero", "que": it would be told of nobody. */
const SECOND = new RegExp(
  String.raw`(?<!\p{L})(?:y|pero|que|porque) (?:no )?(?:me )?(${VERB})(?!\p{L})`,
  'giu',
)

/** @returns undefined where a verb or a pronoun is not known */
export function spanishTold(sentence: string, name: string): string | undefined {
  const felt = sentence.replace(FELT, (...match) => {
    const { no = '', verb = '' } = match.at(-1) as Record<string, string | undefined>
    return `A ${name} ${no.toLowerCase()}le ${verb}`
  })
  const told = felt === sentence ? toldByVerb(sentence, name) : felt
  if (told === undefined) return undefined
  const own = ownFirst(told, name)
  if (/^mis? /iu.test(own)) return undefined
  const whole = own.replaceAll(OWN, (word) => (word.toLowerCase() === 'mis' ? 'sus' : 'su'))
  return LEFT.test(whole) ? undefined : whole
}

function toldByVerb(sentence: string, name: string): string | undefined {
  if (/^mis? /iu.test(sentence)) return sentence
  const found = SUBJECT.exec(sentence)
  if (found === null) return undefined
  const { no = '', me = '', lo = '', verb = '' } = found.groups ?? {}
  const third = VERBS.get(verb.toLowerCase()) ?? verb
  const head = sentence.slice(0, found.index)
  const tail = sentence.slice(found.index + found[0].length)
  const clitics = `${no}${me === '' ? '' : 'se '}${lo}`.toLowerCase()
  return `${head}${name} ${clitics}${third}${withSecondVerbs(tail)}`
}

const withSecondVerbs = (tail: string) =>
  tail.replaceAll(SECOND, (all: string, verb: string) =>
    all.replace(/me /iu, 'se ').replace(verb, VERBS.get(verb.toLowerCase()) ?? verb),
  )

/** "Mi perro" → "El perro de Ana": the article goes by the ending, where that is a sure sign. */
const ownFirst = (sentence: string, name: string) =>
  sentence.replace(/^mis? (\p{L}+?)(os|as|o|a)(?!\p{L})/iu, (_, stem: string, ending: string) => {
    const article = ARTICLES[ending.toLowerCase()] ?? ''
    return `${article} ${stem}${ending} de ${name}`
  })

const ARTICLES: Readonly<Record<string, string>> = { o: 'El', a: 'La', os: 'Los', as: 'Las' }
