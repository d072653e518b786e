import { z } from 'zod'
import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { ROLES, type Role } from '../stores/api-keys.ts'
import { isClean } from './clean-text.ts'
import { listOf, scopeName, userId } from './fields.ts'

/** What the claims of a verified token grant. Whatever is missing or odd grants less, and never more. */

export type ClaimNames = Pick<
  Config,
  | 'OIDC_CLAIM_NAMESPACE'
  | 'OIDC_CLAIM_USER'
  | 'OIDC_CLAIM_ROLE'
  | 'OIDC_CLAIM_SCOPES'
  | 'OIDC_CLAIM_READABLE_USERS'
>

export interface Granted {
  readonly role: Role
  /** Null where no claim is configured for it. */
  readonly namespace: string | null
  /** Null for tokens of programs and administrators alone. */
  readonly user: string | null
  readonly readableUsers: readonly string[]
  /** Null: all of them. */
  readonly scopes: readonly string[] | null
}

type Claims = Readonly<Record<string, unknown>>

/** @throws MemoirError `forbidden` that names the claim */
export function readClaims(claims: Claims, names: ClaimNames): Granted {
  const role = roleOf(claims, names.OIDC_CLAIM_ROLE)
  const namespace = namespaceOf(claims, names.OIDC_CLAIM_NAMESPACE)
  const named = userOf(claims, names.OIDC_CLAIM_USER)
  // An administrator opens everything, as a key of that role does.
  const user = role === 'admin' ? null : named
  if (role === 'reader' && user === null) {
    throw refusal(names.OIDC_CLAIM_USER, 'a token that is no service has to name its user')
  }
  const scopes = scopesOf(claims, names.OIDC_CLAIM_SCOPES)
  const { OIDC_CLAIM_SCOPES: ofScopes } = names
  if (role === 'service' && user === null && scopes === null && ofScopes !== undefined) {
    throw refusal(ofScopes, 'a token that names no user has to name its scopes')
  }
  const readable = user === null ? [] : readableOf(claims, names.OIDC_CLAIM_READABLE_USERS)
  return { role, namespace, user, scopes, readableUsers: readable.filter((one) => one !== user) }
}

/** By its whole name, which may be a URL, else along its dots: `realm_access.roles`. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = new Map(Object.entries(value)).get(part)
  }
  return value
}

/** Of several the highest; those of other applications say nothing here. */
function roleOf(claims: Claims, name: string | undefined): Role {
  if (name === undefined) return 'reader'
  const given = wordsOf(claimOf(claims, name))
  return ROLES.toReversed().find((role) => given.includes(role)) ?? 'reader'
}

function namespaceOf(claims: Claims, name: string | undefined): string | null {
  if (name === undefined) return null
  const given = claimOf(claims, name)
  if (typeof given === 'string' && given !== '') return given
  throw refusal(name, 'the token has to name its namespace')
}

function userOf(claims: Claims, name: string): string | null {
  const given = claimOf(claims, name)
  if (given === undefined || given === null) return null
  // A caller who may choose the address could choose a foreign one.
  if (name === 'email' && claims['email_verified'] === false) {
    throw refusal(name, 'the address is not verified')
  }
  const text = typeof given === 'number' ? String(given) : given
  return cleanUser(text, name)
}

function cleanUser(given: unknown, name: string): string {
  const { success, data } = userId.safeParse(given)
  if (success && isClean(data)) return data
  throw refusal(name, 'a user is named by 1 to 256 characters')
}

function scopesOf(claims: Claims, name: string | undefined): readonly string[] | null {
  if (name === undefined) return null
  const given = claimOf(claims, name)
  if (given === undefined || given === null) return null
  const { success, data } = listOf(scopeName.refine(isClean)).safeParse(wordsOf(given))
  if (success) return data
  throw refusal(name, 'scopes are 1 to 50 words')
}

function readableOf(claims: Claims, name: string): readonly string[] {
  const given = claimOf(claims, name)
  if (given === undefined || given === null) return []
  const { success, data } = z.array(z.unknown()).max(MAX_READABLE).safeParse(given)
  if (!success) throw refusal(name, `readable users are a list of at most ${MAX_READABLE}`)
  return [...new Set(data.map((one) => cleanUser(one, name)))]
}

/** As many as a key may have. */
const MAX_READABLE = 50

/** A list, or words with spaces between, as OAuth writes scopes. */
function wordsOf(given: unknown): string[] {
  if (typeof given === 'string') return given.split(/\s+/).filter(Boolean)
  if (!Array.isArray(given)) return []
  return given.filter((one): one is string => typeof one === 'string')
}

const refusal = (claim: string, why: string) =>
  new MemoirError('forbidden', `${claim}: ${why}`, { details: { claim } })
