import { AUDIENCE, startFakeIssuer, type FakeIssuer } from '../support/fake-issuer.ts'
import { createApiFixture, type Answer, type ApiFixture } from './api-fixture.ts'

/** The API with an issuer, and memories of ann and bob in two namespaces. */

export const CLAIMS = {
  OIDC_CLAIM_NAMESPACE: 'ns',
  OIDC_CLAIM_ROLE: 'role',
  OIDC_CLAIM_SCOPES: 'memory_scopes',
}

export interface SignedIn extends AsyncDisposable {
  readonly issuer: FakeIssuer
  readonly memoir: ApiFixture
}

export async function startSignIn(env: Readonly<Record<string, string>> = {}): Promise<SignedIn> {
  const issuer = await startFakeIssuer()
  const memoir = await createApiFixture({
    env: { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE, ...env },
  })
  for (const of of ['default', 'acme']) {
    const namespaceId = await memoir.namespace(of)
    for (const userId of ['ann', 'bob']) {
      const content = `${userId} of ${of}`
      memoir.memories.push({ namespaceId, userId, scope: 'work', content })
    }
  }
  return {
    issuer,
    memoir,
    async [Symbol.asyncDispose]() {
      await memoir[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
}

export const contents = ({ json }: Answer) =>
  json.hits.map(({ content }: { content: string }) => content)
export const codeOf = ({ status, json }: Answer) => [status, json.error?.code]
