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
  /^(?:put|set|cut|hit|let|hurt|cost|quit|shut|spread|read|beat|bet|used|got|gotta|can|could|will|would|shall|should|may|might|must)$/u

/** "live" → "lives"; what has no other form with a name stays. */
export function withName(verb: string): string {
  const norm = verb.toLowerCase()
  const irregular = IRREGULAR[norm]
  if (irregular !== undefined) return irregular
  if (UNCHANGED.test(norm) || /(?:ing|ed)$/u.test(norm)) return verb
  if (/(?:s|x|z|ch|sh|o)$/u.test(norm)) return `${verb}es`
  return /[^aeiou]y$/u.test(norm) ? `${verb.slice(0, -1)}ies` : `${verb}s`
}
