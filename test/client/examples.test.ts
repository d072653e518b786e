import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { ADMIN_KEY, createApiFixture } from '../api/api-fixture.ts'
import { counts, job, startFakeApi } from '../cli/fake-api.ts'
import { hasPostgres } from '../support/database.ts'

const HOME = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/** A project with the examples and what they import: the client as it is built now. */
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'memoir-examples-'))
  const client = join(project, 'node_modules', '@memoir', 'client')
  const tsc = join(HOME, 'node_modules', 'typescript', 'bin', 'tsc')
  const build = ['-p', join(HOME, 'packages', 'client'), '--outDir', join(client, 'dist')]
  await run(process.execPath, [tsc, ...build])
  await cp(join(HOME, 'packages', 'client', 'package.json'), join(client, 'package.json'))
  await symlink(join(HOME, 'node_modules', 'openai'), join(project, 'node_modules', 'openai'))
  await cp(join(HOME, 'examples'), join(project, 'examples'), { recursive: true })
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
})

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

async function example(
  name: string,
  env: Readonly<Record<string, string>>,
  argv: readonly string[] = [],
) {
  const file = join(project, 'examples', `${name}.ts`)
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, ...argv],
    { env },
  )
  return stdout
}

test.skipIf(!hasPostgres)('the example of recall prints what is remembered', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content: 'the lake' })
  const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
  try {
    const env = { MEMOIR_URL: api.url, MEMOIR_KEY: ADMIN_KEY }
    expect(await example('recall', env, ['ann', 'lake'])).toBe('0.90 2026-03-01 the lake\n')
  } finally {
    await api.close()
  }
})

test.skipIf(!hasPostgres)('the example of an assistant lets its model recall', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'maya', scope: 'work', content: 'penicillin' })
  const said = (message: object) => ({
    body: { choices: [{ index: 0, message: { role: 'assistant', ...message } }] },
  })
  const call = {
    id: 'call-1',
    type: 'function',
    function: { name: 'recall_memory', arguments: '{"query_summary":"allergies"}' },
  }
  await using vendor = await startFakeApi({
    'POST /v1/chat/completions': [
      said({ content: null, tool_calls: [call] }),
      said({ content: 'Avoid penicillin.' }),
    ],
  })
  const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
  try {
    const answer = await example('assistant', {
      MEMOIR_URL: api.url,
      MEMOIR_KEY: ADMIN_KEY,
      OPENAI_API_KEY: 'x',
      OPENAI_BASE_URL: `${vendor.url}/v1`,
    })
    expect(answer).toBe('Avoid penicillin.\n')
    const told = JSON.stringify(vendor.asked[1]?.body)
    expect(told).toContain('penicillin')
    expect(memoir.asked).toMatchObject([{ userId: 'maya', query: 'allergies' }])
  } finally {
    await api.close()
  }
})

test('the example of a backfill follows it to its end', async () => {
  const ended = job({ state: 'succeeded', progress: counts({ processed: 3, created: 3 }) })
  await using api = await startFakeApi({
    'POST /v1/backfills': [
      { body: { conversations: 3, tokens: 400, cost: 0.01, model: 'm' } },
      { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    ],
    'GET /v1/jobs/j-1/events': {
      text: `event: job\nid: a\ndata: ${JSON.stringify(ended)}\n\n`,
      headers: { 'content-type': 'text/event-stream' },
    },
  })
  expect(await example('backfill', { MEMOIR_URL: api.url, MEMOIR_KEY: 'k' })).toBe(
    '3 conversations, 0.01 dollars at most\nsucceeded 3\ndone: 3 new, 0 failed\n',
  )
})
