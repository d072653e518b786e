/** English verbs with he, she or a name. */

const IRREGULAR: Readonly<Record<string, string>> = {
  am: 'is',
  are: 'is',
  be: 'is',
  were: 'was',
  have: 'has',
  do: 'does',
  go: 'goes',
}
/** The same in the past and the present; who tells of a life means the past more often. */
const UNCHANGED =
  /^(?:is|was|has|had|did|does|been|put|set|cut|hit|let|hurt|cost|quit|shut|spread|read|beat|bet|used|got|gotta|can|could|will|would|shall|should|may|might|must)$/u

/** "live" → "lives"; what has no other form with a name stays. */
export function withName(verb: string): string {
  const norm = verb.toLowerCase()
  const irregular = IRREGULAR[norm]
  if (irregular !== undefined) return irregular
  if (UNCHANGED.test(norm) || /(?:ing|ed)$/u.test(norm)) return verb
  if (/(?:s|x|z|ch|sh|o)$/u.test(norm)) return `${verb}es`
  return /[^aeiou]y$/u.test(norm) ? `${verb.slice(0, -1)}ies` : `${verb}s`
}

/** Stemmers take endings away; these verbs change inside. "When did Jon go?" has to meet "Jon went". */
const PASTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    be: 'was were been',
    become: 'became',
    begin: 'began begun',
    break: 'broke broken',
    bring: 'brought',
    build: 'built',
    buy: 'bought',
    catch: 'caught',
    choose: 'chose chosen',
    come: 'came',
    do: 'did done',
    draw: 'drew drawn',
    drive: 'drove driven',
    eat: 'ate eaten',
    fall: 'fell fallen',
    feel: 'felt',
    find: 'found',
    fly: 'flew flown',
    forget: 'forgot forgotten',
    get: 'got gotten',
    give: 'gave given',
    go: 'went gone',
    grow: 'grew grown',
    hear: 'heard',
    hold: 'held',
    keep: 'kept',
    know: 'knew known',
    leave: 'left',
    lose: 'lost',
    make: 'made',
    mean: 'meant',
    meet: 'met',
    pay: 'paid',
    ride: 'rode ridden',
    run: 'ran',
    see: 'saw seen',
    sell: 'sold',
    send: 'sent',
    sing: 'sang sung',
    sleep: 'slept',
    speak: 'spoke spoken',
    spend: 'spent',
    swim: 'swam swum',
    take: 'took taken',
    teach: 'taught',
    tell: 'told',
    think: 'thought',
    wear: 'wore worn',
    win: 'won',
    write: 'wrote written',
  }).flatMap(([base, pasts]) => pasts.split(' ').map((past) => [past, base] as const)),
)

/** A text with such verbs as their infinitives: to compare by, not to read. */
export const withBaseVerbs = (text: string) =>
  text.replaceAll(/\p{L}+/gu, (word) => PASTS.get(word.toLowerCase()) ?? word)
