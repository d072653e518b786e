import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'

/** An OpenID Connect issuer on this machine: its discovery document, its keys, and tokens signed with them. */

export const AUDIENCE = 'https://memoir.test/mcp'

export interface TokenOptions {
  readonly alg?: string
  readonly typ?: string
  /** Null names none. */
  readonly kid?: string | null
  readonly key?: CryptoKey | Uint8Array
  /** As jose takes it: seconds since 1970, or from now such as `5m`. Null: none. */
  readonly expires?: number | string | null
}

export interface FakeIssuer extends AsyncDisposable {
  readonly url: string
  /** Requests for the keys so far. */
  readonly reads: number
  /** What it does when it is asked. */
  mode: 'up' | 'down' | 'hanging'
  /** What the discovery document says instead. */
  document: Readonly<Record<string, unknown>>
  /** The keys that it shows. */
  shown: JWK[]
  /** Signs with its newest key, for the audience and for five minutes unless told otherwise. */
  sign(claims: Readonly<Record<string, unknown>>, options?: TokenOptions): Promise<string>
  /** Makes a new key, signs with it and shows it; the old ones are gone. */
  rotate(alg?: string): Promise<void>
}

export async function startFakeIssuer(): Promise<FakeIssuer> {
  let reads = 0
  let made = 0
  let signing: { readonly key: CryptoKey; readonly kid: string; readonly alg: string }
  const server = createServer((request, response) => {
    if (issuer.mode === 'hanging') return
    if (issuer.mode === 'down') {
      response.writeHead(503).end()
      return
    }
    const isKeys = request.url === '/keys'
    if (isKeys) reads += 1
    response.setHeader('content-type', 'application/json')
    if (request.url === '/token') {
      void answerToken(request, response, issuer)
      return
    }
    response.end(JSON.stringify(isKeys ? { keys: issuer.shown } : documentOf(issuer)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer: FakeIssuer = {
    url: `http://127.0.0.1:${port}`,
    get reads() {
      return reads
    },
    mode: 'up',
    document: {},
    shown: [],
    async sign(claims, { alg = signing.alg, typ = 'at+jwt', kid, key, expires = '5m' } = {}) {
      const header = { alg, typ, ...(kid === null ? {} : { kid: kid ?? signing.kid }) }
      const token = new SignJWT({ iss: issuer.url, aud: AUDIENCE, ...claims })
        .setProtectedHeader(header)
        .setIssuedAt()
      if (expires !== null) token.setExpirationTime(expires)
      return await token.sign(key ?? signing.key)
    },
    async rotate(alg = 'RS256') {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      made += 1
      const kid = `key-${made}`
      signing = { key: privateKey, kid, alg }
      issuer.shown = [{ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }]
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  await issuer.rotate()
  return issuer
}

const documentOf = ({ url, document }: FakeIssuer) => ({
  issuer: url,
  jwks_uri: `${url}/keys`,
  token_endpoint: `${url}/token`,
  authorization_endpoint: `${url}/authorize`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  ...document,
})

/** A token for the resource that the client asks for (RFC 8707), in the name of the client. */
async function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  issuer: FakeIssuer,
): Promise<void> {
  const form = new URLSearchParams(await text(request))
  const [, basic = ''] = (request.headers.authorization ?? '').split(' ')
  const [client] = Buffer.from(basic, 'base64').toString().split(':')
  const sub = form.get('client_id') ?? client
  const access_token = await issuer.sign({ sub, aud: form.get('resource') ?? undefined })
  response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 300 }))
}
