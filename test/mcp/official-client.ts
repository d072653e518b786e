import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { ApiFixture } from '../api/api-fixture.ts'

/** The protocol's own client, as applications use it. */
export interface Connected extends AsyncDisposable {
  readonly client: Client
}

const HOME = `${import.meta.dirname}/../..`

async function connected(transport: Parameters<Client['connect']>[0]): Promise<Connected> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(transport)
  return { client, [Symbol.asyncDispose]: async () => await client.close() }
}

/** Over streamable HTTP, with or without a server in between. */
export async function connectHttp(
  memoir: Pick<ApiFixture, 'app'>,
  headers: Readonly<Record<string, string>>,
  path = '/mcp',
): Promise<Connected> {
  const fetch = async (url: string | URL, init?: RequestInit) => await memoir.app.request(url, init)
  return await connected(
    new StreamableHTTPClientTransport(new URL(`http://memoir.test${path}`), {
      requestInit: { headers },
      fetch,
    }),
  )
}

/** With nothing but the address: who signs in where is found by the metadata of the resource. */
export async function connectSignedIn(
  memoir: Pick<ApiFixture, 'app'>,
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
): Promise<Connected> {
  const authProvider = new ClientCredentialsProvider({
    clientId,
    clientSecret: 'a secret of the client',
    expectedIssuer: issuer,
  })
  const url = new URL('http://memoir.test/mcp')
  const fetchOf = async (wanted: string | URL, init?: RequestInit) =>
    new URL(wanted).origin === url.origin
      ? await memoir.app.request(wanted, init)
      : await fetch(wanted, init)
  return await connected(new StreamableHTTPClientTransport(url, { authProvider, fetch: fetchOf }))
}

/** Over the standard streams of `memoir mcp`. */
export async function connectStdio(
  url: string,
  key: string,
  argv: readonly string[] = [],
): Promise<Connected> {
  return await connected(
    new StdioClientTransport({
      command: `${HOME}/bin/memoir`,
      args: ['mcp', ...argv],
      env: { MEMOIR_URL: url, MEMOIR_KEY: key },
      stderr: 'pipe',
    }),
  )
}
