import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { memoir as run } from '../cli/terminal.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

const EXPORT = fileURLToPath(new URL('../fixtures/imports/chatgpt.json', import.meta.url))
const ADMIN_KEY = 'an-admin-key-for-tests'

test.skipIf(!hasPostgres || !hasTemporal)(
  'what was said to another assistant is imported, taken in and recalled',
  async () => {
    await using memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY })
    const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
    const folder = await mkdtemp(join(tmpdir(), 'memoir-e2e-'))
    try {
      const env = { MEMOIR_URL: api.url, MEMOIR_KEY: ADMIN_KEY, MEMOIR_DATA_DIR: folder }
      const imported = await run(['import', EXPORT, '--user', 'maya', '--backfill'], { env })
      expect(imported.out.split('\n')).toEqual([
        '1 conversations with 3 messages (chatgpt) imported, 0 rejected, 2 empty, 3 left out (1 of other branches, 2 of tools)',
        '1 conversations: 1 created, 0 updated, 0 unchanged, 0 failed',
        '',
      ])
      const recalled = await run(['recall', 'Poppy the red boat', '--user', 'maya', '--json'], {
        env,
      })
      expect(recalled.out).toContain('Call it Poppy.')
      expect(recalled.out).not.toContain('Tomato')
      const again = await run(['import', EXPORT, '--user', 'maya', '--backfill'], { env })
      expect(again.out).toContain('0 created, 0 updated, 1 unchanged, 0 failed')
    } finally {
      await api.close()
      await rm(folder, { recursive: true })
    }
  },
  120_000,
)
