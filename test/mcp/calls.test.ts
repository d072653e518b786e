import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { TOOL_NAMES } from '../../src/mcp/tools.ts'
import { ADMIN_KEY, createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { connectHttp } from './official-client.ts'

const asAdmin = { authorization: `Bearer ${ADMIN_KEY}` }

test.skipIf(!hasPostgres)('what is wrong with a call is told with what to send', async () => {
  await using memoir = await createApiFixture()
  await using connected = await connectHttp(memoir, asAdmin)
  const refusal = async (name: string, given: Record<string, unknown>) => {
    const result = await connected.client.callTool({ name, arguments: given })
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { error: { code: expect.any(String) } },
    })
    return result.content[0]?.type === 'text' ? result.content[0].text : ''
  }

  expect(await refusal('recall_memory', { user_id: 'ann' })).toMatch(
    /^query: is required, as a string\. recall_memory takes query \(required\), scope, user_id, user_ids, limit, heads\.$/,
  )
  expect(await refusal('search_memory', { query: 'x', page: 2 })).toContain('page: unknown field')
  expect(await refusal('search_memory', { query: 'x', limit: 500 })).toMatch(/^limit: .*50/)
  expect(await refusal('search_memory', { query: 'x'.repeat(40_000) })).toMatch(/^query: .*32768/)
  expect(await refusal('get_job', { id: 'the last one' })).toContain(
    'id: must be an id as another tool answered it',
  )
  expect(await refusal('forget_memory', { ids: ['all'] })).toContain('must be an id')
  expect(await refusal('update_memory', { id: randomUUID() })).toMatch(/^text: /)
  expect(await refusal('update_memory', { id: randomUUID(), text: 'x' })).not.toBe('')
})

test.skipIf(!hasPostgres)('the address may end in a slash', async () => {
  await using memoir = await createApiFixture()
  await using connected = await connectHttp(memoir, asAdmin, '/mcp/')
  const { tools } = await connected.client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(TOOL_NAMES)
  const none = await memoir.send('/mcp/', { key: null, body: {} })
  const gone = await memoir.send('/mcp/', { method: 'DELETE' })
  expect([none.status, gone.status]).toEqual([401, 405])
})

test.skipIf(!hasPostgres)('MCP tells nothing without a key, whatever the method', async () => {
  await using memoir = await createApiFixture()
  for (const path of ['/mcp', '/mcp/']) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status } = await memoir.app.request(path, { method })
      expect([path, method, status]).toEqual([path, method, expect.toBeOneOf([401, 405])])
    }
  }
})
