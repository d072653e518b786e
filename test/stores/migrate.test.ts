import { expect, inject, test } from 'vitest'
import { Client } from 'pg'
import { migrate } from '../../src/stores/migrate.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

test.skipIf(!hasPostgres)('three migrations at once apply everything exactly once', async () => {
  const admin = new Client({ connectionString: inject('postgresUrl') })
  await admin.connect()
  await admin.query('create database t_migrate')
  const url = inject('postgresUrl').replace(/\/postgres$/, '/t_migrate')
  try {
    const runs = await Promise.all([migrate(url), migrate(url), migrate(url)])
    const applied = runs.flat()
    expect(new Set(applied).size).toBe(applied.length)
    expect(applied.length).toBeGreaterThanOrEqual(5)
    expect(await migrate(url)).toEqual([])
  } finally {
    await admin.query('drop database t_migrate with (force)')
    await admin.end()
  }
})

test.skipIf(!hasPostgres)(
  'a migration whose number is lower than one that ran is applied',
  async () => {
    await using store = await createTestDatabase()
    await store.db.query('drop table memoir.webhook_line, memoir.webhook_delivery, memoir.webhook')
    await store.db.query(`delete from memoir.migration where name = '0061-webhooks'`)
    expect(await migrate(store.url)).toEqual(['0061-webhooks'])
    expect(await migrate(store.url)).toEqual([])
  },
)
