import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { memoir as run } from '../cli/terminal.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

const ADMIN_KEY = 'an-admin-key-for-tests'
const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/sources/${name}.sql`, import.meta.url), 'utf8')

test.skipIf(!hasPostgres || !hasTemporal).each([
  ['infinite-times', '3 created, 0 updated, 0 unchanged, 0 failed', []],
  [
    'conversation-twice',
    '2 created, 0 updated, 0 unchanged, 2 failed',
    ['(no id) 1 no_id', 'shared duplicate_id'],
  ],
])(
  '%s: a backfill succeeds, its failures have their codes, a second changes nothing',
  async (name, counts, failures) => {
    await using store = await createTestDatabase()
    await store.db.query('create schema app')
    const url = `${store.url}?options=-c%20search_path%3Dapp`
    const app = openDatabase({
      url,
      poolSize: 1,
      applicationName: 'app',
      onIdleError: () => undefined,
    })
    await app.query(fixture(name))
    await app.close()
    await using memoir = await createTestMemoir({
      MEMOIR_ADMIN_KEY: ADMIN_KEY,
      SOURCE_DATABASE_URL: url,
    })
    const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
    try {
      const env = { MEMOIR_URL: api.url, MEMOIR_KEY: ADMIN_KEY }
      expect((await run(['backfill'], { env })).out).toContain(counts)
      const again = JSON.parse((await run(['backfill', '--json'], { env })).out) as { id: string }
      const listed = JSON.parse(
        (await run(['jobs', 'failures', again.id, '--json'], { env })).out,
      ) as {
        items: { conversation_id: string; code: string }[]
      }
      expect(listed.items.map((one) => `${one.conversation_id} ${one.code}`)).toEqual(failures)
      expect((await run(['backfill'], { env })).out).toContain('0 created, 0 updated')
      expect((await run(['nightly'], { env })).out).toContain('0 created, 0 updated')
      const found = await fetch(
        `${api.url}/v1/recall?q=line&user_id=mira&from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z`,
        {
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
        },
      )
      const { hits } = (await found.json()) as { hits: unknown[] }
      expect(hits.length).toBeGreaterThan(3)
    } finally {
      await api.close()
    }
  },
  120_000,
)
