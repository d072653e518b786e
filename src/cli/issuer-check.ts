import type { Config } from '../config.ts'
import { createTokenIssuer } from '../providers/token-issuer.ts'
import { finding, type Finding } from './finding.ts'

/** Whether tokens of the configured issuer can be checked; no finding where none is configured. */
export async function checkIssuer(
  config: Pick<Config, 'OIDC_ISSUER' | 'MEMOIR_ALLOW_PRIVATE_PROVIDERS'>,
): Promise<Finding[]> {
  const { OIDC_ISSUER: issuer, MEMOIR_ALLOW_PRIVATE_PROVIDERS: allowHttp } = config
  if (issuer === undefined) return []
  const found = await finding('sign-in', async () => {
    let why = ''
    const log = { warn: (given: unknown) => void (why = reasonOf(given)) }
    try {
      const name = await createTokenIssuer({ issuer, allowHttp, log }).name()
      return { state: 'ok', detail: `keys of ${name} are there` }
    } catch {
      return {
        state: 'fail',
        detail: `the keys of ${issuer} cannot be read: ${why}`,
        next: 'Check OIDC_ISSUER: its /.well-known/openid-configuration has to name this issuer and its keys.',
      }
    }
  })
  return [found]
}

function reasonOf(given: unknown): string {
  const has = typeof given === 'object' && given !== null && 'error' in given
  return has && given.error instanceof Error ? given.error.message : ''
}
