import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, test, vi } from 'vitest'
import { isAlive } from '../../src/stack/process-identity.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { hasPostgres } from '../support/database.ts'
import { childrenOf, createDataDir, machine, pidOf, startStackProcess } from './stack-process.ts'

const TIMEOUT_MS = 120_000

/** This machine as it would be without Postgres. */
const without = { ...machine, path: [], postgresVersions: '/nowhere' }

async function countKept(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from public.kept')
    return rows[0]?.n ?? -1
  } finally {
    await client.end()
  }
}

async function insertKept(url: string): Promise<void> {
  const db = openDatabase({
    url,
    poolSize: 1,
    applicationName: 'memoir-test',
    onIdleError: () => undefined,
  })
  try {
    await db.query('insert into public.kept values (1)')
  } finally {
    await db.close()
  }
}

test(
  'without Postgres PGlite migrates, has one connection only, and keeps its data through every kill',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = createDataDir()
    const first = await startStackProcess(dir, { on: without })
    const url = first.databaseUrl
    expect(first.parts['postgres']).toMatchObject({ how: 'embedded' })
    expect(first.env['DATABASE_POOL_SIZE']).toBe('1')
    expect((await migrate(url)).length).toBeGreaterThan(0)
    expect(await migrate(url)).toEqual([])

    // One session for all: the search path of the migration is still set, so tables are named with their schema.
    const only = new Client({ connectionString: url })
    await only.connect()
    await only.query('create table public.kept (n int)')
    await expect(countKept(url)).rejects.toMatchObject({ code: '53300' })
    await only.end()
    // Whoever comes right after the last one left is let in.
    for (let n = 0; n < 30; n += 1) await insertKept(url)

    process.kill(pidOf(dir, 'pglite'), 'SIGKILL')
    await vi.waitFor(async () => expect(await countKept(url)).toBe(30), {
      timeout: 20_000,
      interval: 100,
    })
    await vi.waitFor(() => expect(first.said.join('\n')).toContain('died'))

    await insertKept(url)
    const [left] = childrenOf(dir)
    await first.kill()
    if (!left) throw new Error('no server is known')
    expect(isAlive(left)).toBe(true)
    const second = await startStackProcess(dir, { on: without })
    expect(second.databaseUrl).toBe(url)
    expect(isAlive(left)).toBe(false)
    expect(await countKept(url)).toBe(31)

    const [last] = childrenOf(dir)
    await second.close()
    expect(last && isAlive(last)).toBe(false)
    expect(childrenOf(dir)).toEqual([])
    expect(readFileSync(join(dir, 'logs', 'pglite.log'), 'utf8')).toBe('')
  },
)

test.skipIf(!hasPostgres)(
  'memories in PGlite stay there when Postgres is installed later',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = createDataDir()
    await (await startStackProcess(dir, { on: without })).close()
    const later = await startStackProcess(dir)
    expect(later.parts['postgres']).toMatchObject({ how: 'embedded' })
    expect(later.said.join('\n')).toContain('stays PGlite')
    await later.close()
  },
)
