import { setTimeout as sleep } from 'node:timers/promises'
import { MemoirError, SENTENCE } from '../errors.ts'
import {
  abortError,
  LONGEST_HELD_PAUSE_MS,
  rateLimiterOf,
  type RateLimiter,
  type RateLimits,
} from './rate-limit.ts'

/** One rate for all processes that ask the same vendor, where there is something that they share. */
export interface SharedRate {
  /**
   * Takes a request's share when it may go.
   * @returns how long to wait, 0 when it was taken; null when nobody could be asked
   */
  take(request: {
    readonly tokens: number
    readonly bulk: boolean
  }): Promise<{ readonly waitMs: number; readonly paused: boolean } | null>
  /** The vendor asked one of them to wait. */
  pause(ms: number): Promise<void>
}

export interface SharedRates {
  of(provider: string, limits: RateLimits): SharedRate
}

/** A live request that came meanwhile takes what a bulk one waits for, so nobody sleeps for long. */
const LOOK_AGAIN_MS = 1_000

/**
 * Within the process the local limiter orders who goes first; then the request takes its share of what all processes have. Where
 * that cannot be asked, each process keeps the limit by itself.
 */
export function shareRateLimit(local: RateLimiter, shared: SharedRate): RateLimiter {
  return {
    burstTokens: local.burstTokens,
    async acquire(tokens, options) {
      const { priority, signal } = options
      await local.acquire(tokens, options)
      for (;;) {
        const answer = await shared.take({ tokens, bulk: priority === 'bulk' })
        if (signal?.aborted) throw abortError()
        if (answer === null || answer.waitMs <= 0) return
        const { waitMs, paused } = answer
        if (paused && waitMs > LONGEST_HELD_PAUSE_MS) {
          throw new MemoirError('vendor_busy', SENTENCE.vendor_busy, { retryAfterMs: waitMs })
        }
        await wait(Math.min(waitMs, LOOK_AGAIN_MS), signal)
      }
    },
    pause(ms) {
      local.pause(ms)
      void shared.pause(ms)
    },
  }
}

/** The limiter of a provider: this process's own, and with `rates` that of all processes too. */
export function limiterOf(
  rates: SharedRates | null,
  provider: string,
  limits: RateLimits,
): RateLimiter {
  const local = rateLimiterOf(provider, limits)
  return rates === null ? local : shareRateLimit(local, rates.of(provider, limits))
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {})
  } catch {
    throw abortError()
  }
}
