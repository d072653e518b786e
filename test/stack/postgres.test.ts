import { spawn } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { identityForPostgres } from '../../src/stack/postgres-cluster.ts'
import { isAlive } from '../../src/stack/process-identity.ts'
import { migrate } from '../../src/stores/migrate.ts'
import { hasPostgres } from '../support/database.ts'
import { childrenOf, createDataDir, pidOf, startStackProcess } from './stack-process.ts'

/** A cluster is made, which syncs every file; two cores may have other things to do. */
const TIMEOUT_MS = 120_000

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test.skipIf(!hasPostgres)(
  'a Postgres of this machine keeps its data, port and keys through a stop, a kill -9 and a death',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = createDataDir()
    const first = await startStackProcess(dir)
    const { databaseUrl: url } = first
    expect(first.parts['postgres']).toMatchObject({ how: 'found' })
    expect(first.env).not.toHaveProperty('DATABASE_POOL_SIZE')
    expect((await migrate(url)).length).toBeGreaterThan(0)
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }])
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select')).rejects.toThrow('password')
    await query(url, 'create table kept (n int)')
    await query(url, 'insert into kept values (1)')
    await first.close()
    expect(childrenOf(dir)).toEqual([])
    await expect(query(url, 'select')).rejects.toThrow('ECONNREFUSED')

    const second = await startStackProcess(dir)
    expect(second.databaseUrl).toBe(url)
    expect(second.adminKey).toBe(first.adminKey)
    expect(await migrate(url)).toEqual([])
    await query(url, 'insert into kept values (2)')
    const [left] = childrenOf(dir)
    await second.kill()
    if (!left) throw new Error('no server is known')
    expect(isAlive(left)).toBe(true)

    const third = await startStackProcess(dir)
    expect(third.databaseUrl).toBe(url)
    expect(third.said.join('\n')).toContain('left running')
    expect(isAlive(left)).toBe(false)
    expect(childrenOf(dir)).toHaveLength(1)
    expect(await query(url, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }])

    process.kill(pidOf(dir, 'postgres'), 'SIGKILL')
    await vi.waitFor(
      async () =>
        expect(await query(url, 'select count(*)::int from kept')).toEqual([{ count: 2 }]),
      { timeout: 20_000, interval: 100 },
    )
    expect(third.said.join('\n')).toContain('died')
    await third.close()

    // What a kill leaves behind, with a number that belongs to another process of the same user by now.
    const other = spawn('sleep', ['120'], { ...identityForPostgres(), stdio: 'ignore' })
    onTestFinished(() => void other.kill('SIGKILL'))
    const stale = join(dir, 'postgres', 'postmaster.pid')
    writeFileSync(stale, `${other.pid}\n${join(dir, 'postgres')}\n1\n1\n\n127.0.0.1\n\n`)
    const fourth = await startStackProcess(dir)
    expect(await query(url, 'select count(*)::int from kept')).toEqual([{ count: 2 }])
    await fourth.close()
    expect(other.exitCode ?? other.signalCode).toBeNull()
    expect(existsSync(stale)).toBe(false)
    expect(statSync(join(dir, 'postgres')).mode & 0o077).toBe(0)
  },
)
