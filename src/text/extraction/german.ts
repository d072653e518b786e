/** German sentences about oneself, told by name: "Ich wohne in Berlin" → "Anna wohnt in Berlin". */

const VERBS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bin: 'ist',
    habe: 'hat',
    hab: 'hat',
    werde: 'wird',
    esse: 'isst',
    lese: 'liest',
    sehe: 'sieht',
    gebe: 'gibt',
    nehme: 'nimmt',
    spreche: 'spricht',
    treffe: 'trifft',
    helfe: 'hilft',
    vergesse: 'vergisst',
    fahre: 'fährt',
    laufe: 'läuft',
    schlafe: 'schläft',
    trage: 'trägt',
    halte: 'hält',
    fange: 'fängt',
    lade: 'lädt',
    arbeite: 'arbeitet',
    heirate: 'heiratet',
    warte: 'wartet',
    leite: 'leitet',
    miete: 'mietet',
    biete: 'bietet',
    bitte: 'bittet',
    heiße: 'heißt',
  }),
)
/** The same for "ich" and "er": modal verbs, pasts. */
const SAME =
  /^(?:mag|will|kann|muss|muß|darf|soll|weiß|war|hatte|wurde|ging|kam|fand|sah|bekam|traf|lernte|las|aß|fuhr|zog|blieb|verlor|gewann|schrieb|begann|möchte|könnte|würde|wollte|sollte|musste|konnte|durfte|\p{L}+te)$/u
const SUBORDINATES =
  /^(?:dass|weil|wenn|ob|als|da|obwohl|damit|während|bevor|nachdem|seit|seitdem|wo|wie|was)$/iu
const POSSESSIVE = /^mein(?:e[rnms]?)?$/iu
const WORDS = /(\p{L}+)|[^\p{L}]+/gu

/** @returns undefined where a verb or a pronoun is not known */
export function germanTold(sentence: string, name: string): string | undefined {
  if (/(?<!\p{L})(?:wir|uns|unser\p{L}*|du|dich|dir|dein\p{L}*)(?!\p{L})/iu.test(sentence)) {
    return undefined
  }
  const parts: string[] = sentence.match(WORDS) ?? []
  let told = false
  const isWord = (at: number) => /\p{L}/u.test(parts[at] ?? '')
  const near = (at: number, step: -1 | 1) => {
    // Punctuation between the two would end what belongs together.
    const between = parts[at + step] ?? ''
    return isWord(at + 2 * step) && /^\s+$/u.test(between) ? at + 2 * step : undefined
  }
  for (let at = 0; at < parts.length; at += 1) {
    if (parts[at]?.toLowerCase() !== 'ich') continue
    const place = verbPlace(parts, at, near)
    const third = place === undefined ? undefined : thirdPerson(parts[place] ?? '')
    if (place === undefined || third === undefined) return undefined
    parts[place] = third
    parts[at] = name
    told = true
  }
  if (told) parts.forEach((_, at) => withSecondVerb(parts, at))
  return withOwn(parts, name)
}

/** "… und arbeite bei Siemens": small letters, and what verbs go with. */
function withSecondVerb(parts: string[], at: number): void {
  const verb = parts[at + 2] ?? ''
  if (!/^(?:und|oder|aber)$/u.test(parts[at] ?? '') || !/^\p{Ll}+$/u.test(verb)) return
  if (!VERBS.has(verb) && !AFTER_VERB.test(parts[at + 4] ?? '')) return
  parts[at + 2] = (VERBS.has(verb) || verb.endsWith('e') ? thirdPerson(verb) : undefined) ?? verb
}

const AFTER_VERB = /^(?:bei|in|im|als|an|am|auf|mit|für|gern|gerne|seit|zu|zur|zum|nicht|oft)$/u

/** Beside "ich"; at the end of the clause after "weil", "dass" and the like. */
function verbPlace(
  parts: readonly string[],
  at: number,
  near: (at: number, step: -1 | 1) => number | undefined,
): number | undefined {
  const before = near(at, -1)
  const after = near(at, 1)
  if (before !== undefined && SUBORDINATES.test(parts[before] ?? '')) {
    const end = parts.findIndex((part, place) => place > at && /[,.;:!]/u.test(part))
    return (end < 0 ? parts.length : end) - 1
  }
  if (before !== undefined && thirdPerson(parts[before] ?? '') !== undefined) return before
  return after
}

function thirdPerson(verb: string): string | undefined {
  const norm = verb.toLowerCase()
  const known = VERBS.get(norm)
  const third = known ?? (SAME.test(norm) ? norm : undefined)
  const regular = third ?? (/^\p{L}{2,}[^t]e$/u.test(norm) ? `${norm.slice(0, -1)}t` : undefined)
  return regular === undefined || verb === norm
    ? regular
    : (regular[0]?.toUpperCase() ?? '') + regular.slice(1)
}

/** German has no "their" for one person: what is one's own is told by name each time. */
function withOwn(parts: readonly string[], name: string): string {
  const genitive = /[sxzß]$/u.test(name) ? `${name}'` : `${name}s`
  const named = parts.includes(name)
  return parts
    .map((part) => {
      if (POSSESSIVE.test(part)) return genitive
      if (/^(?:mich|mir)$/iu.test(part)) return named ? 'sich' : name
      return part
    })
    .join('')
}
