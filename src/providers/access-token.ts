import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose'
import { MemoirError } from '../errors.ts'
import { withoutSlash, type TokenIssuer } from './token-issuer.ts'

/** Signed tokens (JWT, RFC 7519 and RFC 9068) of the configured issuer. */

/** Keys that only the issuer holds. Never those that both sides share, and never none. */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ')
/** Of access tokens and ID tokens; others, such as logout tokens, are signed with the same keys. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt'])
/** How far the issuer's clock may be ahead. That a token has expired is taken to the second. */
const AHEAD_SECONDS = 30
/** Groups and all; HTTP servers allow some 16 KB for all headers. */
const MAX_CHARS = 16_384

const WHY = {
  malformed: 'The token cannot be read.',
  algorithm: 'The token is not signed in a way that is accepted.',
  type: 'The token is of another type.',
  issuer: 'The token is of another issuer.',
  audience: 'The token is for another audience.',
  expired: 'The token has expired.',
  not_yet_valid: 'The token is not valid yet.',
  claims: 'The token lacks a claim that every token needs.',
  signature: 'The signature of the token is not of its issuer.',
} as const
type Reason = keyof typeof WHY

/** Whether a bearer's secret is a signed token and not a key: three parts, the first of which is a JSON object. */
export const looksLikeToken = (secret: string): boolean =>
  /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(secret)

export interface TokenRules {
  readonly issuer: string
  readonly audience: readonly string[]
}

/** A verified token: what it says, and when it ends. */
export interface VerifiedToken {
  readonly payload: JWTPayload
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** @throws MemoirError `unauthorized` with the reason, `issuer_unavailable` when its keys cannot be read */
export async function verifyToken(
  token: string,
  { issuer, audience }: TokenRules,
  keys: TokenIssuer,
): Promise<VerifiedToken> {
  refuseAtOnce(token, { issuer, audience })
  try {
    const options = {
      algorithms: ALGORITHMS,
      issuer: await keys.name(),
      audience: [...audience],
      clockTolerance: AHEAD_SECONDS,
      requiredClaims: ['exp'],
    }
    const { payload } = await jwtVerify(token, keys.key, options).catch(
      async (error: unknown) => await verifyByEach(token, options, error),
    )
    const expiresAt = (payload.exp ?? 0) * 1000
    if (expiresAt <= Date.now()) throw refusal('expired')
    return { payload, expiresAt }
  } catch (error) {
    if (error instanceof MemoirError) throw error
    throw refusal(reasonOf(error), error)
  }
}

/** A token that names no key, where the issuer has several of the kind: one of them has signed it, or none. */
async function verifyByEach(token: string, options: JWTVerifyOptions, error: unknown) {
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
  for await (const key of error) {
    try {
      return await jwtVerify(token, key, options)
    } catch (refused) {
      if (!(refused instanceof errors.JWSSignatureVerificationFailed)) throw refused
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

/** What needs no key: the issuer is not asked for the keys of tokens that would be refused anyway. */
function refuseAtOnce(token: string, { issuer, audience }: TokenRules): void {
  if (token.length > MAX_CHARS) throw refusal('malformed')
  const { header, payload } = decoded(token)
  // Nothing has checked their types yet.
  const { alg, typ = 'jwt' }: { alg?: unknown; typ?: unknown } = header
  const { iss, exp }: { iss?: unknown; exp?: unknown } = payload
  if (!ALGORITHMS.some((one) => one === alg)) throw refusal('algorithm')
  if (typeof typ !== 'string' || !TYPES.has(typ.toLowerCase())) throw refusal('type')
  if (typeof iss !== 'string' || withoutSlash(iss) !== withoutSlash(issuer)) throw refusal('issuer')
  const audiences = [payload.aud ?? []].flat()
  if (!audiences.some((one) => audience.includes(one))) throw refusal('audience')
  if (typeof exp === 'number' && exp * 1000 <= Date.now()) throw refusal('expired')
}

function decoded(token: string) {
  try {
    return { header: decodeProtectedHeader(token), payload: decodeJwt(token) }
  } catch (error) {
    throw refusal('malformed', error)
  }
}

function reasonOf(error: unknown): Reason {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIMS[error.claim] ?? 'claims'
  }
  const isUnsupported =
    error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported
  return isUnsupported ? 'algorithm' : 'signature'
}

const CLAIMS: Readonly<Record<string, Reason>> = {
  iss: 'issuer',
  aud: 'audience',
  nbf: 'not_yet_valid',
}

const refusal = (reason: Reason, cause?: unknown) =>
  new MemoirError('unauthorized', WHY[reason], { cause, details: { reason } })
