import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'
import {
  CLIENT,
  createPythonEnvironment,
  fileOf,
  type PythonEnvironment,
} from '../support/python.ts'

/** The Python client as its users get it: built, installed into an empty environment, and used against a Memoir that runs. */

const ADMIN_KEY = 'an-admin-key-for-tests'
/** Packages come from a registry, to a machine that may be busy. */
const INSTALL_MS = 900_000

const python = inject('python')
const requirements = join(CLIENT, 'requirements-dev.txt')

let tools: PythonEnvironment

beforeAll(async () => {
  if (python === '') return
  tools = await createPythonEnvironment(python)
  await tools.run('pip', ['install', '--quiet', '-r', requirements, `${CLIENT}[langgraph]`])
}, INSTALL_MS)

afterAll(async () => {
  if (python !== '') await tools[Symbol.asyncDispose]()
})

test.skipIf(python === '' || !hasPostgres || !hasTemporal)(
  'the built wheel works in an empty environment, with all the client does, against a running Memoir',
  { timeout: INSTALL_MS },
  async () => {
    await using memoir = await createTestMemoir({
      MEMOIR_ADMIN_KEY: ADMIN_KEY,
      ERASE_WAIT_SECONDS: '1',
    })
    await using user = await createPythonEnvironment(python)
    const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
    try {
      // The wheel is made of the source distribution, so both are looked at.
      await tools.run('python', ['-m', 'build', '--outdir', tools.folder, CLIENT])
      const wheel = await fileOf(tools.folder, '.whl')
      await fileOf(tools.folder, '.tar.gz')

      await user.run('pip', ['install', '--quiet', wheel])
      const bare = 'import memoir_client; print(memoir_client.Memoir().status().status)'
      const env = { MEMOIR_URL: api.url, MEMOIR_KEY: ADMIN_KEY }
      expect(await user.run('python', ['-c', bare], { env })).toBe('healthy\n')

      const more = ['pytest', 'pytest-asyncio', '--constraint', requirements]
      await user.run('pip', ['install', '--quiet', `${wheel}[langgraph]`, ...more])
      const flags = ['-q', '-p', 'no:cacheprovider', CLIENT]
      const report = await user.run('pytest', flags, { cwd: CLIENT, env })
      expect(report).toMatch(/^\d+ passed in/m)
    } finally {
      await api.close()
    }
  },
)

test.skipIf(python === '')(
  'what is generated is as scripts/generate.py writes it; ruff and mypy find nothing',
  { timeout: INSTALL_MS },
  async () => {
    const here = { cwd: CLIENT, env: { RUFF_NO_CACHE: 'true' } }
    await tools.run('python', ['scripts/generate.py', '--check'], here)
    expect(await tools.run('ruff', ['check', '.'], here)).toContain('All checks passed!')
    await tools.run('ruff', ['format', '--check', '.'], here)
    const types = await tools.run('mypy', ['--cache-dir', join(tools.folder, 'mypy')], here)
    expect(types).toContain('no issues found')
  },
)
