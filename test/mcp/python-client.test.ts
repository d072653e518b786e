import { join } from 'node:path'
import getPort from 'get-port'
import { expect, inject, test } from 'vitest'
import { z } from 'zod'
import { TOOL_NAMES } from '../../src/mcp/tools.ts'
import { startApi } from '../../src/server.ts'
import { createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { createPythonEnvironment } from '../support/python.ts'

/** The protocol's own client for Python: the second that everybody's client is made of. */

const MCP = 'mcp==2.3.0'
/** Packages come from a registry, to a machine that may be busy. */
const INSTALL_MS = 600_000
const HOME = join(import.meta.dirname, '..', '..')

const python = inject('python')

const seen = z.object({
  tools: z.array(z.string()),
  resources: z.array(z.string()),
  templates: z.array(z.string()),
  hits: z.array(z.string()),
  recent: z.string(),
  refused: z.string(),
})

test.skipIf(python === '' || !hasPostgres)(
  'the official client for Python lists, calls and reads with a key, signed in, and over standard streams',
  { timeout: INSTALL_MS },
  async () => {
    await using user = await createPythonEnvironment(python)
    await user.run('pip', ['install', '--quiet', MCP])
    await using issuer = await startFakeIssuer()
    const port = await getPort()
    const resource = `http://127.0.0.1:${port}/mcp`
    await using memoir = await createApiFixture({
      env: { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: resource, OIDC_CLAIM_ROLE: 'role' },
    })
    const namespaceId = await memoir.namespace('default')
    memoir.memories.push({
      namespaceId,
      userId: 'ann',
      scope: 'x',
      content: 'We hiked to the lake.',
    })
    await memoir.send('/v1/memories', { body: { user_id: 'ann', content: 'Ann likes tea.' } })
    const key = await memoir.key({ role: 'service' })
    const api = await startApi(memoir.services, { host: '127.0.0.1', port })
    try {
      const env = {
        MEMOIR_URL: api.url,
        MEMOIR_KEY: key,
        MEMOIR_COMMAND: join(HOME, 'bin', 'memoir'),
        ISSUER: issuer.url,
      }
      const script = join(import.meta.dirname, 'official_client.py')
      const answers = z
        .record(z.string(), seen)
        .parse(JSON.parse(await user.run('python', [script], { env })))

      expect(Object.keys(answers)).toEqual(['key', 'token', 'stdio'])
      for (const [how, answer] of Object.entries(answers)) {
        expect([how, answer]).toEqual([
          how,
          {
            // The token is a reader’s.
            tools: how === 'token' ? expect.not.arrayContaining(['add_memories']) : TOOL_NAMES,
            resources: ['memoir://users/ann/narrative', 'memoir://users/ann/memories/recent'],
            templates: [
              'memoir://users/{user_id}/narrative',
              'memoir://users/{user_id}/memories/recent',
            ],
            hits: ['We hiked to the lake.'],
            recent: expect.stringContaining('"Ann likes tea."'),
            refused: expect.stringContaining('no such resource'),
          },
        ])
      }
    } finally {
      await api.close()
    }
  },
)
