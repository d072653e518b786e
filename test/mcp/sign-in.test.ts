import { expect, test } from 'vitest'
import { createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { connectSignedIn } from './official-client.ts'

/** As the client writes it, which is what it asks a token for. */
const RESOURCE = 'http://memoir.test/mcp'

test.skipIf(!hasPostgres)('the official client signs in with nothing but the address', async () => {
  await using issuer = await startFakeIssuer()
  await using memoir = await createApiFixture({
    env: { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: RESOURCE },
  })
  const namespaceId = await memoir.namespace('default')
  for (const userId of ['ann', 'bob']) {
    memoir.memories.push({ namespaceId, userId, scope: 'x', content: `what ${userId} said` })
  }

  await using connected = await connectSignedIn(memoir, { issuer: issuer.url, clientId: 'ann' })
  const { tools } = await connected.client.listTools()
  const call = async (given: Record<string, unknown>) =>
    await connected.client.callTool({ name: 'recall_memory', arguments: given })

  expect(tools.map(({ name }) => name)).toContain('recall_memory')
  expect((await call({ query: 'lake' })).structuredContent).toMatchObject({
    hits: [{ user_id: 'ann' }],
  })
  expect((await call({ query: 'lake', user_id: 'bob' })).structuredContent).toMatchObject({
    hits: [],
  })
})

test.skipIf(!hasPostgres)('the metadata says what a token is for and who makes it', async () => {
  await using issuer = await startFakeIssuer()
  await using memoir = await createApiFixture({
    env: { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: RESOURCE },
  })
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    await memoir.send(path, { key: null, headers })
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const challenge = async (path: string, headers: Record<string, string> = {}) =>
    (await memoir.send(path, { key: null, body, headers })).headers.get('www-authenticate')
  const well = 'http://localhost/.well-known/oauth-protected-resource'

  expect(await challenge('/mcp')).toBe(`Bearer resource_metadata="${well}/mcp"`)
  expect(await challenge('/mcp/')).toBe(`Bearer resource_metadata="${well}/mcp"`)
  expect(await challenge('/v1/recall')).toBe(`Bearer resource_metadata="${well}"`)
  expect((await ask('/.well-known/oauth-protected-resource/mcp')).json).toEqual({
    resource: 'http://localhost/mcp',
    authorization_servers: [issuer.url],
    bearer_methods_supported: ['header'],
    resource_name: 'Memoir',
  })
  expect((await ask('/.well-known/oauth-protected-resource')).json).toMatchObject({
    resource: 'http://localhost',
  })
  const behind = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'memoir.example.com' }
  expect(await challenge('/mcp', behind)).toBe(
    'Bearer resource_metadata="https://memoir.example.com/.well-known/oauth-protected-resource/mcp"',
  )
  const odd = { 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a"b, c' }
  expect(await challenge('/mcp', odd)).toBe(`Bearer resource_metadata="${well}/mcp"`)
})
