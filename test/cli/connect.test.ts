import { expect, test } from 'vitest'
import { realParts } from '../../src/cli.ts'
import type { Parts } from '../../src/cli/parts.ts'
import type { Services } from '../../src/services.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { errorBody, startFakeApi } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

test('without MEMOIR_URL the commands find the up of the data folder and its key', async () => {
  await using api = await startFakeApi({
    'GET /v1/jobs': { body: { items: [], next_cursor: null } },
  })
  const attach = async (dataDir: string) =>
    dataDir === '/somewhere/data' ? { url: api.url, adminKey: 'kept-in-the-folder', pid: 1 } : null
  const { code, out } = await memoir(['jobs', 'list'], {
    env: { MEMOIR_DATA_DIR: '/somewhere/data' },
    parts: { ...noParts, attach },
  })
  expect(code).toBe(0)
  expect(out).toBe('No jobs.\n')
  expect(api.asked[0]?.authorization).toBe('Bearer kept-in-the-folder')
})

test('with a database and nothing that runs, the API is called in this process and closed again', async () => {
  const closed: string[] = []
  const parts: Parts = {
    ...noParts,
    async createServices(config) {
      const services: Partial<Services> = {
        config,
        close: async () => void closed.push(config.DATABASE_URL ?? ''),
      }
      return services as Services
    },
    localApi: async () => (request) =>
      Response.json(
        request.headers.has('authorization')
          ? errorBody('unauthorized', 'No key was to be sent.')
          : { items: [], next_cursor: null },
      ),
  }
  const env = { DATABASE_URL: 'postgres://127.0.0.1:1/none' }
  expect(await memoir(['jobs', 'list'], { env, parts })).toMatchObject({
    code: 0,
    out: 'No jobs.\n',
  })
  expect(closed).toEqual([env.DATABASE_URL])
})

test.skipIf(!hasPostgres)(
  'a first key is made in this process, without any key or server',
  async () => {
    await using store = await createTestDatabase()
    const typed = {
      env: { DATABASE_URL: store.url },
      parts: { ...realParts, attach: noParts.attach },
    }
    const made = await memoir(
      ['keys', 'create', '--name', 'first', '--role', 'admin', '--json'],
      typed,
    )
    expect(made.code).toBe(0)
    const { id } = JSON.parse(made.out) as { id: string }
    const listed = await memoir(['keys', 'list'], typed)
    expect(listed.out).toMatch(new RegExp(`${id} +admin .* first`))
  },
)
