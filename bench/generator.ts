/** Conversations and memories for measuring: from a fixed seed, so every run measures the same data. */

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for filler text. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const VOCABULARY = 20_000
const SYLLABLES = [
  'ba',
  'ke',
  'li',
  'mo',
  'nu',
  'ra',
  'si',
  'to',
  'va',
  'ze',
  'cha',
  'dri',
  'fen',
  'gol',
  'hum',
  'jar',
]

/** A made-up word for a number; distinct numbers give distinct words. */
function word(index: number): string {
  let rest = index
  let made = ''
  do {
    made += SYLLABLES[rest % SYLLABLES.length] ?? ''
    rest = Math.floor(rest / SYLLABLES.length)
  } while (rest > 0)
  return made
}

/**
 * Words as frequent as in language once its stop words are gone (Zipf and Mandelbrot: frequency falls as 1 / (rank + offset)).
 * The made-up words are in no list of stop words, so without the offset the commonest would stand in most texts.
 */
const COMMONEST_LEFT_OUT = 60
function zipf(random: () => number): number {
  const spread = (VOCABULARY + COMMONEST_LEFT_OUT) / COMMONEST_LEFT_OUT
  const rank = Math.floor(COMMONEST_LEFT_OUT * spread ** random()) - COMMONEST_LEFT_OUT
  return Math.min(VOCABULARY - 1, rank)
}

export function sentence(random: () => number, words: number): string {
  return Array.from({ length: words }, () => word(zipf(random))).join(' ')
}

export interface GeneratedMessage {
  readonly id: string
  readonly conversation_id: string
  readonly role: string
  readonly content: string
  readonly created_at: string
}

export interface GeneratedConversation {
  readonly id: string
  readonly user_id: string
  readonly title: string
  readonly created_at: string
  readonly messages: readonly GeneratedMessage[]
}

const START = Date.parse('2025-01-01T00:00:00Z')
const MINUTE_MS = 60_000

/** Six to fourteen messages of four to forty words, of one of `users` users. */
export function conversation(index: number, users: number): GeneratedConversation {
  const random = createRandom(index + 1)
  const id = `bench-${String(index).padStart(7, '0')}`
  const start = START + index * 10 * MINUTE_MS
  const turns = 6 + Math.floor(random() * 9)
  return {
    id,
    user_id: `user-${index % users}`,
    title: sentence(random, 4),
    created_at: new Date(start).toISOString(),
    messages: Array.from({ length: turns }, (_, turn) => ({
      id: `${id}/${turn}`,
      conversation_id: id,
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: sentence(random, 4 + Math.floor(random() * 37)),
      created_at: new Date(start + turn * MINUTE_MS).toISOString(),
    })),
  }
}
