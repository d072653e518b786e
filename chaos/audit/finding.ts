/** What an audit found wrong: which check, and an example of each kind of damage. */
export interface Finding {
  readonly check: string
  readonly detail: string
}

/** Examples of one check that are told; more of the same say nothing new. */
const TOLD = 5

export function findingsOf(check: string, details: readonly string[]): Finding[] {
  const more = details.length - TOLD
  return [
    ...details.slice(0, TOLD).map((detail) => ({ check, detail })),
    ...(more > 0 ? [{ check, detail: `and ${more} more` }] : []),
  ]
}

/** A word of the load: they look like nothing else. */
const TOKEN = /zq\d+x[0-9a-z]+v[0-9a-z]+7/g

export const tokensIn = (text: string): string[] => [...new Set(text.toLowerCase().match(TOKEN))]
