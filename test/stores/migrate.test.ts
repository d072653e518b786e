import { expect, inject, test } from 'vitest'
import { Client } from 'pg'
import { migrate } from '../../src/stores/migrate.ts'
import { hasPostgres } from '../support/database.ts'

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
