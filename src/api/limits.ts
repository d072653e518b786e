import { createHash } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { looksLikeToken } from '../providers/access-token.ts'
import { createTokenBuckets, type Taken } from '../domain/token-bucket.ts'
import type { RequestRates } from '../stores/request-rates.ts'
import type { GuardedEnv } from './environment.ts'

/** How many requests a key may make in a second, by what they cost, and how many wrong keys an address may try. */

/** `work` is what looks through a whole user or namespace. */
export type LimitName = 'reads' | 'writes' | 'work'

export interface Limits {
  /** Takes one of the requests of who is known by this text; null where there is no limit. */
  take(by: string | undefined, name: LimitName): Promise<Spent | null>
  /** @throws MemoirError `rate_limited` when the address has tried too many keys that are none */
  wrongKey(address: string | undefined): void
}

export interface Spent extends Taken {
  readonly name: LimitName
  readonly perSecond: number
}

/** More than anybody mistypes; a program that guesses is slowed to one in three seconds. */
const WRONG_KEYS = { capacity: 20, perSecond: 1 / 3 }

const variableOf = {
  reads: 'RATE_LIMIT_READS',
  writes: 'RATE_LIMIT_WRITES',
  work: 'RATE_LIMIT_WORK',
} as const satisfies Record<LimitName, keyof Config>

export function createLimits(config: Config, rates: RequestRates): Limits {
  const addresses = createTokenBuckets(() => performance.now())
  return {
    async take(by, name) {
      // Nobody is known by that: it is refused anyway.
      if (by === undefined && config.MEMOIR_AUTH === 'on') return null
      const perSecond = config[variableOf[name]]
      const bucket = `${name}:${createHash('sha256')
        .update(by ?? '')
        .digest('base64url')}`
      return { name, perSecond, ...(await rates.take(bucket, perSecond)) }
    },
    wrongKey(address) {
      if (address === undefined) return
      const { allowed, waitMs } = addresses.take(address, WRONG_KEYS)
      if (allowed) return
      throw new MemoirError('rate_limited', 'Too many keys that are none came from this address.', {
        retryAfterMs: waitMs,
      })
    },
  }
}

/** Of the other end of the connection; undefined without one. What a proxy says of it may be made up. */
export function addressOf(c: Context<GuardedEnv>): string | undefined {
  const { env }: { env: unknown } = c
  const connected = typeof env === 'object' && env !== null && 'incoming' in env
  return connected ? getConnInfo(c).remote.address : undefined
}

/** Says what is left, and refuses what is too much: `RateLimit` and `RateLimit-Policy` as draft-ietf-httpapi-ratelimit-headers has them. */
export function tellLimit(c: Context<GuardedEnv>, spent: Spent | null): void {
  if (spent === null) return
  const { name, perSecond, remaining, waitMs } = spent
  c.header('RateLimit-Policy', `"${name}";q=${perSecond};w=1`)
  c.header('RateLimit', `"${name}";r=${remaining};t=${Math.ceil(waitMs / 1000)}`)
  refuseTooMuch(spent)
}

/** By the key that came; undefined for a token, which is renewed every few minutes: who holds it is known when it was read. */
export function takeByHeader(
  { req, var: { limits } }: Context<GuardedEnv>,
  name: LimitName,
): Promise<Spent | null> | undefined {
  const header = req.header('authorization')
  return looksLikeToken(header?.split(' ').at(-1) ?? '') ? undefined : limits?.take(header, name)
}

/** By who asks. */
export const takeOfPrincipal = (
  { var: { limits, principal } }: Context<GuardedEnv>,
  name: LimitName,
): Promise<Spent | null> | undefined => limits?.take(principal.actor, name)

/** For a tool that writes: its call has been counted as a read. */
export const countWrite = (c: Context<GuardedEnv>) => async (): Promise<void> => {
  refuseTooMuch((await (takeByHeader(c, 'writes') ?? takeOfPrincipal(c, 'writes'))) ?? null)
}

function refuseTooMuch(spent: Spent | null): void {
  if (spent === null || spent.allowed) return
  const { name, perSecond, waitMs } = spent
  throw new MemoirError('rate_limited', SENTENCE.rate_limited, {
    retryAfterMs: waitMs,
    details: { limit: name, per_second: perSecond },
  })
}
