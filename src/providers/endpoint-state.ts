import { createHash } from 'node:crypto'

/** What is learnt of an endpoint that embeds, as long as the process lives: how much it takes at once, and which texts it fails for. */
export interface EndpointState {
  /** Texts a request. */
  limit(): number
  /** It was late lately: one request at a time. */
  isSlow(): boolean
  /** It answers so many, and no more. */
  tooMany(most: number): void
  /** It did not answer more than so many in time. */
  tooLate(most: number): void
  failuresOf(key: string): number
  failed(key: string, failures: number): void
  forgive(key: string): void
  /** Vectors of a call that failed wait for the next one: what was paid for is not paid for again. */
  carry(done: readonly (readonly [text: string, vector: Float32Array])[]): void
  carried(text: string): Float32Array | undefined
  release(texts: readonly string[]): void
}

/** Vendors take from 256 (small local servers, less) to 2,048 inputs a request; more only makes a refusal dearer. */
export const MAX_BATCH_INPUTS = 256
/** What was late for its load may be in time later; twice as much is tried then. */
const LATE_MS = 10 * 60_000
const MAX_SUSPECTS = 1_000
/** Of 1,536 numbers, 12 MB. */
const MAX_CARRIED = 2_000

const states = new Map<string, EndpointState>()

/** The one state of an endpoint and its model in this process. @param note called when less is sent than before */
export function stateOf(endpoint: string, now: () => number = Date.now): EndpointState {
  const known = states.get(endpoint)
  if (known) return known
  const made = createState(now)
  states.set(endpoint, made)
  return made
}

/** Texts are known by their hashes, so that nothing anybody said outlives its request here. */
export const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64')

export function createState(now: () => number = Date.now): EndpointState {
  let most = MAX_BATCH_INPUTS
  let late = { most: MAX_BATCH_INPUTS, at: Number.NEGATIVE_INFINITY }
  const suspects = new Map<string, number>()
  const carried = new Map<string, Float32Array>()
  const isSlow = () => now() - late.at < LATE_MS
  return {
    limit() {
      if (!isSlow() && late.most < MAX_BATCH_INPUTS) {
        late = { most: Math.min(MAX_BATCH_INPUTS, 2 * late.most), at: now() - LATE_MS / 2 }
      }
      return Math.min(most, late.most)
    },
    isSlow,
    tooMany(answered) {
      most = Math.min(most, answered)
    },
    tooLate(answered) {
      late = { most: Math.min(late.most, answered), at: now() }
    },
    failuresOf: (key) => suspects.get(key) ?? 0,
    failed(key, failures) {
      keep(suspects, { key, value: failures, most: MAX_SUSPECTS })
    },
    forgive: (key) => void suspects.delete(key),
    carry(done) {
      for (const [text, value] of done)
        keep(carried, { key: keyOf(text), value, most: MAX_CARRIED })
    },
    carried: (text) => (carried.size === 0 ? undefined : carried.get(keyOf(text))),
    release(texts) {
      if (carried.size > 0) for (const text of texts) carried.delete(keyOf(text))
    },
  }
}

/** The oldest makes room. */
function keep<Value>(
  map: Map<string, Value>,
  { key, value, most }: { key: string; value: Value; most: number },
): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
