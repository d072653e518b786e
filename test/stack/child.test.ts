import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { endLeftovers, startChild, type ChildGround } from '../../src/stack/child.ts'
import { openDataFolder } from '../../src/stack/data-folder.ts'
import { isAlive } from '../../src/stack/process-identity.ts'
import { childrenOf, createDataDir, machine } from './stack-process.ts'

async function createGround(): Promise<ChildGround & { readonly said: string[] }> {
  const folder = await openDataFolder(createDataDir())
  onTestFinished(() => folder.release())
  const said: string[] = []
  return {
    folder,
    machine: { ...machine, environment: { ...machine.environment, OPENAI_API_KEY: 'a-secret' } },
    log: pino({ level: 'silent' }),
    say: (line) => void said.push(line),
    said,
  }
}

const logOf = ({ folder }: ChildGround, name: string) =>
  readFileSync(join(folder.path, 'logs', `${name}.log`), 'utf8')

const shell = (name: string, script: string) => ({
  name,
  program: 'sh',
  args: ['-c', script],
  stopSignal: 'SIGTERM' as const,
})

test('a server that dies at once is given up after three tries, with the place of its log', async () => {
  const ground = await createGround()
  const ready = async () => await Promise.reject(new Error('not there'))
  await expect(
    startChild({ ...shell('broken', 'echo no such cluster; exit 3'), ready }, ground),
  ).rejects.toMatchObject({
    message: 'broken did not start.',
    details: { next: expect.stringContaining(join('logs', 'broken.log')) as string },
  })
  expect(logOf(ground, 'broken')).toBe('no such cluster\n'.repeat(3))
  expect(ground.said).toHaveLength(3)
  expect(childrenOf(ground.folder.path)).toEqual([])
})

test('a program that is not there is given up the same way', async () => {
  const ground = await createGround()
  const missing = { ...shell('missing', ''), program: '/nowhere/postgres' }
  const ready = async () => await Promise.reject(new Error('not there'))
  await expect(startChild({ ...missing, ready }, ground)).rejects.toMatchObject({
    message: 'missing did not start.',
  })
})

test('a server sees no keys of its parent, and is gone when it was stopped', async () => {
  const ground = await createGround()
  const ready = async () => await vi.waitFor(() => expect(logOf(ground, 'server')).toContain('up'))
  const server = await startChild(
    { ...shell('server', 'env; echo up; while :; do sleep 0.1; done'), ready },
    ground,
  )
  expect(logOf(ground, 'server')).toContain('PATH=')
  expect(logOf(ground, 'server')).not.toContain('a-secret')
  const [child] = childrenOf(ground.folder.path)
  expect(child && isAlive(child)).toBe(true)
  await server.stop()
  expect(child && isAlive(child)).toBe(false)
})

test('only a process that was started here is ended as a leftover, never one that got its number', async () => {
  const ground = await createGround()
  const other = JSON.stringify({ pid: process.pid, started: '1', signal: 'SIGTERM' })
  writeFileSync(join(ground.folder.folder('run'), 'postgres.json'), other)
  await endLeftovers(ground)
  expect(ground.said).toEqual([])
  expect(childrenOf(ground.folder.path)).toEqual([])
})
