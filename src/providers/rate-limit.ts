import { createTurns, type Turns } from '../domain/turns.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { EmbedOptions } from './embedder.ts'
import { partyAsking } from './on-behalf.ts'

/** Keeps requests and tokens a minute within what a vendor allows; what is live goes before what is bulk, and namespaces take turns. */

export interface RateLimits {
  readonly requestsPerMinute: number
  readonly tokensPerMinute: number
}

/** Time as a rate limit sees it. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number
  /** Runs something later. @returns what cancels it */
  after(ms: number, run: () => void): () => void
}

export interface RateLimiter {
  /** Tokens that may go at once: a request with more leaves a debt that the next ones wait for. */
  readonly burstTokens: number
  /**
   * Waits until a request with so many tokens may go.
   * @throws MemoirError `vendor_busy` when the vendor asked for a pause too long to wait here; an AbortError when the signal fires
   */
  acquire(tokens: number, options: EmbedOptions): Promise<void>
  /** The vendor asked to wait: nothing goes until then. */
  pause(ms: number): void
}

const MINUTE_MS = 60_000
/** Vendors measure in windows shorter than a minute: what was not used is kept for ten seconds, not for a whole one. */
const BURST_SHARE = 1 / 6
/** Bulk work leaves this share of a burst, so that a question finds something without waiting. */
export const LIVE_SHARE = 0.1
/** A longer pause is the caller's to wait out: it would hold a worker's slot, and the pause would not show on the job. */
export const LONGEST_HELD_PAUSE_MS = 10_000

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

interface Bucket {
  readonly capacity: number
  readonly perMs: number
  level: number
}

interface Ticket {
  readonly tokens: number
  readonly bulk: boolean
  readonly go: () => void
  readonly fail: (error: Error) => void
}

interface State {
  readonly clock: Clock
  readonly requests: Bucket
  readonly tokens: Bucket
  /** Namespaces take turns. */
  readonly live: Turns<Ticket>
  readonly bulk: Turns<Ticket>
  filledAt: number
  pausedUntil: number
  cancelTimer: () => void
}

export function createRateLimiter(limits: RateLimits, clock: Clock = systemClock): RateLimiter {
  const state: State = {
    clock,
    requests: bucketOf(limits.requestsPerMinute),
    tokens: bucketOf(limits.tokensPerMinute),
    live: createTurns(),
    bulk: createTurns(),
    filledAt: clock.now(),
    pausedUntil: 0,
    cancelTimer: () => undefined,
  }
  return {
    burstTokens: Math.floor(state.tokens.capacity),
    acquire: async (tokens, options) => await acquire(state, tokens, options),
    pause(ms) {
      state.pausedUntil = Math.max(state.pausedUntil, clock.now() + ms)
      drain(state)
    },
  }
}

const limiters = new Map<string, RateLimiter>()

/** The one limiter of a provider in this process: whoever asks for the same provider and limits shares it. */
export function rateLimiterOf(provider: string, limits: RateLimits): RateLimiter {
  const key = JSON.stringify([provider, limits.requestsPerMinute, limits.tokensPerMinute])
  const known = limiters.get(key)
  if (known) return known
  const made = createRateLimiter(limits)
  limiters.set(key, made)
  return made
}

/** What a signal turns into wherever vendors are called: never a vendor's error. */
export function abortError(): DOMException {
  return new DOMException('The request to the model vendor was cancelled.', 'AbortError')
}

/** How much may go at once, and how much more each millisecond. */
export function bucketSizeOf(perMinute: number): Pick<Bucket, 'capacity' | 'perMs'> {
  return { capacity: Math.max(1, perMinute * BURST_SHARE), perMs: perMinute / MINUTE_MS }
}

function bucketOf(perMinute: number): Bucket {
  const size = bucketSizeOf(perMinute)
  return { ...size, level: size.capacity }
}

async function acquire(
  state: State,
  tokens: number,
  { priority, signal }: EmbedOptions,
): Promise<void> {
  if (signal?.aborted) throw abortError()
  const queue = priority === 'live' ? state.live : state.bulk
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const party = partyAsking()
  const ticket: Ticket = { tokens, bulk: priority === 'bulk', go: resolve, fail: reject }
  const giveUp = () => {
    queue.remove(party, ticket)
    reject(abortError())
    drain(state)
  }
  queue.push(party, ticket)
  signal?.addEventListener('abort', giveUp, { once: true })
  drain(state)
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

/** Lets go whoever may, and looks again when the next one may. */
function drain(state: State): void {
  state.cancelTimer()
  state.cancelTimer = () => undefined
  refill(state)
  const pausedMs = state.pausedUntil - state.clock.now()
  if (pausedMs > LONGEST_HELD_PAUSE_MS) {
    failAll(state, pausedMs)
    return
  }
  for (;;) {
    const queue = state.live.size > 0 ? state.live : state.bulk
    const ticket = queue.peek()
    if (!ticket) return
    const waitMs = Math.max(pausedMs, waitOf(state, ticket))
    if (waitMs > 0) {
      state.cancelTimer = state.clock.after(Math.ceil(waitMs), () => drain(state))
      return
    }
    queue.shift()
    state.requests.level -= 1
    state.tokens.level -= ticket.tokens
    ticket.go()
  }
}

function refill(state: State): void {
  const now = state.clock.now()
  for (const bucket of [state.requests, state.tokens]) {
    const gained = (now - state.filledAt) * bucket.perMs
    bucket.level = Math.min(bucket.capacity, bucket.level + gained)
  }
  state.filledAt = now
}

function waitOf({ requests, tokens }: State, ticket: Ticket): number {
  return Math.max(
    missingMs(requests, 1, ticket.bulk),
    missingMs(tokens, ticket.tokens, ticket.bulk),
  )
}

/** Until the bucket holds the cost, or is as full as it gets: then a cost beyond it goes too, and leaves a debt. */
function missingMs({ capacity, perMs, level }: Bucket, cost: number, bulk: boolean): number {
  const kept = bulk ? capacity * LIVE_SHARE : 0
  return (Math.min(cost + kept, capacity) - level) / perMs
}

function failAll(state: State, pausedMs: number): void {
  for (const { fail } of [...state.live.clear(), ...state.bulk.clear()]) {
    fail(
      new MemoirError('vendor_busy', SENTENCE.vendor_busy, { retryAfterMs: Math.ceil(pausedMs) }),
    )
  }
}
