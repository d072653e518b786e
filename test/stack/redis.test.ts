import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { isAlive } from '../../src/stack/process-identity.ts'
import { childrenOf, createDataDir, machine, pidOf, startStackProcess } from './stack-process.ts'

const TIMEOUT_MS = 60_000
/** Only Redis is started. */
const env = { DATABASE_URL: 'postgres://db.example/none', TEMPORAL_ADDRESS: '127.0.0.1:1' }
const hasRedis = inject('redisUrl') !== ''

async function ask<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

test.skipIf(!hasRedis)(
  'a Redis of this machine keeps its data and port through a stop, a kill -9 and a death',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = createDataDir()
    const first = await startStackProcess(dir, { env })
    const url = first.env['REDIS_URL'] ?? ''
    expect(first.parts['redis']).toMatchObject({ how: 'found' })
    expect(JSON.stringify(first.parts)).not.toContain(new URL(url).password)
    await ask(url, async (redis) => await redis.set('kept', '1'))
    await expect(
      ask(`redis://${new URL(url).host}`, async (redis) => await redis.get('kept')),
    ).rejects.toThrow('closed')
    expect(statSync(join(dir, 'redis', 'redis.conf')).mode & 0o077).toBe(0)
    await first.close()
    expect(childrenOf(dir)).toEqual([])

    const second = await startStackProcess(dir, { env })
    const again = second.env['REDIS_URL'] ?? ''
    expect(new URL(again).port).toBe(new URL(url).port)
    expect(await ask(again, async (redis) => await redis.get('kept'))).toBe('1')
    process.kill(pidOf(dir, 'redis'), 'SIGKILL')
    const kept = async () => await ask(again, async (redis) => await redis.get('kept'))
    await vi.waitFor(async () => expect(await kept()).toBe('1'), { timeout: 20_000, interval: 100 })
    expect(second.said.join('\n')).toContain('redis     died')

    const [left] = childrenOf(dir)
    if (!left) throw new Error('no server is known')
    await second.kill()
    expect(isAlive(left)).toBe(true)
    const third = await startStackProcess(dir, { env })
    expect(isAlive(left)).toBe(false)
    const last = third.env['REDIS_URL'] ?? ''
    expect(await ask(last, async (redis) => await redis.get('kept'))).toBe('1')
    await third.close()
    await expect(kept()).rejects.toThrow()
  },
)

test('a Redis that is configured is used, and who goes there is not shown', async () => {
  const dir = createDataDir()
  const configured = { ...env, REDIS_URL: 'redis://memoir:secret@cache.example:6390' }
  const { parts, env: laid, close } = await startStackProcess(dir, { env: configured })
  expect(parts['redis']).toEqual({ how: 'configured', detail: 'cache.example:6390' })
  expect(laid).not.toHaveProperty('REDIS_URL')
  expect(childrenOf(dir)).toEqual([])
  await close()
})

test('without a Redis, or with one that does not start, everything else runs, and that is said', async () => {
  const bin = mkdtempSync(join(tmpdir(), 'memoir-redis-'))
  onTestFinished(() => rmSync(bin, { recursive: true, force: true }))
  const on = { ...machine, path: [bin] }
  const without = await startStackProcess(createDataDir(), { env, on })
  expect(without.parts['redis']).toMatchObject({ how: 'in-process' })
  expect(without.env).not.toHaveProperty('REDIS_URL')
  await without.close()

  writeFileSync(join(bin, 'redis-server'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(bin, 'redis-server'), 0o755)
  const dir = createDataDir()
  const broken = await startStackProcess(dir, { env, on })
  expect(broken.parts['redis']).toMatchObject({
    how: 'in-process',
    detail: expect.stringContaining(join(dir, 'logs', 'redis.log')) as string,
  })
  await broken.close()
})
