import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createTokenBuckets } from '../domain/token-bucket.ts'
import { issuerUrlProblem } from './address-rules.ts'

/**
 * The keys of an OpenID Connect issuer, found by its discovery document. Those that are known go on serving while the issuer is away, and
 * a request waits for it only when its token names a key that nobody knows yet.
 */
export interface TokenIssuer {
  /** The key that a token names. @throws MemoirError `issuer_unavailable`; JWKSNoMatchingKey of jose where there is none */
  readonly key: JWTVerifyGetKey
  /** As its discovery document spells it, which is what tokens have. @throws MemoirError `issuer_unavailable` */
  name(): Promise<string>
}

export interface TokenIssuerOptions {
  readonly issuer: string
  /** http to other machines too: for development. */
  readonly allowHttp: boolean
  readonly log?: Pick<Logger, 'warn'>
  /** Milliseconds, monotonic. */
  readonly now?: () => number
}

/** Discovery and keys together. Longer than a healthy issuer takes, short enough for somebody who waits. */
const DEADLINE_MS = 2_000
/** A key that the issuer withdrew is believed no longer than this while the issuer answers. */
const FRESH_MS = 600_000
/** After a failure nobody else waits for so long. */
const PAUSE_MS = 1_000
/** Unknown keys: a rotation is seen at once, and made-up names cost the issuer one request in five seconds. */
const LOOK_AGAIN = { capacity: 5, perSecond: 0.2 }

interface Known {
  readonly name: string
  readonly find: ReturnType<typeof createLocalJWKSet>
  readonly at: number
}

export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const kept = createKeptKeys(options)
  return {
    name: async () => (await kept.current()).name,
    async key(header, token) {
      const looked = await kept.current()
      try {
        return await looked.find(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
        const renewed = await kept.renewed(looked, error)
        return await renewed.find(header, token)
      }
    },
  }
}

interface KeptKeys {
  /** What is known, however old; waited for only where nothing is. */
  current(): Promise<Known>
  /** Newer ones than those that were looked into. @throws what `missing` is where they are not read again so soon */
  renewed(looked: Known, missing: Error): Promise<Known>
}

function createKeptKeys({
  issuer,
  allowHttp,
  log,
  now = () => performance.now(),
}: TokenIssuerOptions): KeptKeys {
  const lookups = createTokenBuckets(now)
  let known: Known | undefined
  let pending: Promise<Known> | undefined
  let failedAt = Number.NEGATIVE_INFINITY

  const read = async (): Promise<Known> => {
    try {
      const { name, keys } = await readKeys(issuer, { allowHttp })
      known = { name, find: createLocalJWKSet(keys), at: now() }
      return known
    } catch (error) {
      failedAt = now()
      log?.warn({ error }, 'the keys of the token issuer could not be read')
      throw unavailable(error)
    } finally {
      pending = undefined
    }
  }
  const isPaused = () => now() - failedAt < PAUSE_MS
  /** One read at a time, however many ask. */
  const reload = async (): Promise<Known> => {
    if (pending === undefined && isPaused()) throw unavailable()
    pending ??= read()
    return await pending
  }
  return {
    async current() {
      if (known === undefined) return await reload()
      // Nobody waits for it, and a failure was logged.
      if (now() - known.at > FRESH_MS) reload().catch(() => undefined)
      return known
    },
    async renewed(looked, missing) {
      if (known !== undefined && known !== looked) return known
      // Many may come with a new key at once: one of them has the keys read, and the others wait for that.
      const isFirst = pending === undefined && !isPaused()
      if (isFirst && !lookups.take(issuer, LOOK_AGAIN).allowed) {
        throw failedAt > looked.at ? unavailable(missing) : missing
      }
      return await reload()
    },
  }
}

const unavailable = (cause?: unknown) =>
  new MemoirError('issuer_unavailable', SENTENCE.issuer_unavailable, {
    cause,
    retryAfterMs: PAUSE_MS,
  })

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

/** OpenID Connect Discovery 1.0, section 4, and the keys that it names. */
async function readKeys(issuer: string, rules: Pick<TokenIssuerOptions, 'allowHttp'>) {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const base = withoutSlash(issuer)
  const document = discovered.parse(await read(`${base}/.well-known/openid-configuration`, signal))
  // A document that speaks for another issuer would let that one in.
  if (withoutSlash(document.issuer) !== base) {
    throw new Error(`the discovery document is of another issuer than ${issuer}`)
  }
  const url = new URL(document.jwks_uri)
  const problem = issuerUrlProblem(new URL(url.pathname, url.origin), rules)
  if (problem !== undefined) throw new Error(`jwks_uri: ${problem}`)
  return { name: document.issuer, keys: keySet.parse(await read(url.href, signal)) }
}

async function read(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    // The address that the operator gave is believed, not wherever it leads.
    redirect: 'error',
    signal,
  })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return await response.json()
}

/** Operators write an issuer with a slash at its end or without one. */
export const withoutSlash = (url: string): string => (url.endsWith('/') ? url.slice(0, -1) : url)
