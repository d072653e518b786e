import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { clearLockedPorts } from 'get-port'
import { expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/stack/attach.ts'
import { openDataFolder } from '../../src/stack/data-folder.ts'
import { createDataDir } from './stack-process.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** A server on a free port that answers every path. */
async function createListener(): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/health/live' ? 200 : 404
    response.end()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, port, close }
}

test('keys are made once, in a file that only its owner reads, in a folder that is closed to others', async () => {
  const dir = join(createDataDir(), 'memoir')
  const first = await openDataFolder(dir)
  first.folder('temporal')
  first.release()
  expect(first.keysAreNew).toBe(true)
  expect(new Set(Object.values(first.keys)).size).toBe(3)
  expect([dir, join(dir, 'keys.json'), join(dir, 'temporal')].map(modeOf)).toEqual([
    '700',
    '600',
    '700',
  ])

  const second = await openDataFolder(dir)
  second.release()
  expect(second).toMatchObject({ keys: first.keys, keysAreNew: false })
})

test('keys that cannot be read are never replaced: they open what is stored', async () => {
  const dir = createDataDir()
  writeFileSync(join(dir, 'keys.json'), '{"admin_key":"mk_')
  await expect(openDataFolder(dir)).rejects.toMatchObject({ code: 'configuration_invalid' })
  // The lock was given back: the same answer, not a conflict.
  await expect(openDataFolder(dir)).rejects.toMatchObject({ code: 'configuration_invalid' })
  expect(readFileSync(join(dir, 'keys.json'), 'utf8')).toBe('{"admin_key":"mk_')
})

test('a port stays the same for as long as it is free', async () => {
  const dir = createDataDir()
  const open = async () => {
    const folder = await openDataFolder(dir)
    onTestFinished(() => folder.release())
    return folder
  }
  const first = await open()
  const [postgres, temporal] = [await first.port('postgres'), await first.port('temporal')]
  expect(postgres).not.toBe(temporal)
  first.release()
  // What this process was given before is not what the next one asks.
  clearLockedPorts()

  const taken = await createListener()
  const ports = { postgres, temporal: taken.port }
  writeFileSync(join(dir, 'ports.json'), JSON.stringify(ports))
  const second = await open()
  expect(await second.port('postgres')).toBe(postgres)
  expect(await second.port('temporal')).not.toBe(taken.port)
})

test('other commands find an API that was announced and answers, and none otherwise', async () => {
  const dir = createDataDir()
  expect(await attach(dir)).toBeNull()
  const folder = await openDataFolder(dir)
  const api = await createListener()
  expect(await attach(dir)).toBeNull()
  folder.announce(api.url, { parts: {}, source: 'of-the-start' })
  expect(await attach(dir)).toEqual({
    url: api.url,
    pid: process.pid,
    adminKey: folder.keys.admin_key,
    source: 'of-the-start',
  })
  expect(readFileSync(join(dir, 'up.json'), 'utf8')).not.toContain(folder.keys.admin_key)

  await api.close()
  expect(await attach(dir)).toBeNull()

  const back = await createListener()
  folder.announce(back.url, { parts: {}, source: 'of-the-start' })
  folder.release()
  expect(await attach(dir)).toBeNull()

  // Left behind by a kill, its number given to another process since.
  const left = { pid: process.pid, started: '1', url: back.url }
  writeFileSync(join(dir, 'up.json'), JSON.stringify(left))
  expect(await attach(dir)).toBeNull()
})
