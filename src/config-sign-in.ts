import { z } from 'zod'
import { issuerUrlProblem } from './providers/address-rules.ts'

/** Who may sign in with tokens of an OpenID Connect issuer, beside keys. */

const claim = z.string().trim().min(1).max(200)

export const signInFields = {
  OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  OIDC_AUDIENCE: z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.string()).min(1))
    .optional(),
  OIDC_CLAIM_NAMESPACE: claim.optional(),
  OIDC_CLAIM_USER: claim.default('sub'),
  OIDC_CLAIM_ROLE: claim.optional(),
  OIDC_CLAIM_SCOPES: claim.optional(),
  OIDC_CLAIM_READABLE_USERS: claim.default('readable_users'),
}

interface SignIn {
  readonly OIDC_ISSUER?: string | undefined
  readonly OIDC_AUDIENCE?: readonly string[] | undefined
  readonly MEMOIR_ALLOW_PRIVATE_PROVIDERS: boolean
}

export function signInProblems(env: SignIn): string[] {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = env
  const problems: string[] = []
  // Without an audience a token for any other application of the issuer would open this one.
  if ((issuer === undefined) !== (audience === undefined)) {
    problems.push('OIDC_ISSUER, OIDC_AUDIENCE: only together')
  }
  if (issuer !== undefined) {
    const allowHttp = env.MEMOIR_ALLOW_PRIVATE_PROVIDERS
    const problem = issuerUrlProblem(new URL(issuer), { allowHttp })
    if (problem !== undefined) problems.push(`OIDC_ISSUER: ${problem}`)
  }
  return problems
}
