import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Machine } from '../../src/stack/programs.ts'
import { build, buildProgress, provideTemporal } from '../../src/stack/temporal-program.ts'
import { hasTemporal } from '../support/database.ts'
import { createDataDir, machine, pidOf, startStackProcess } from './stack-process.ts'

const TIMEOUT_MS = 120_000

test.skipIf(!hasTemporal)(
  'a Temporal of this machine keeps its runs and its address through a kill of it and of everything',
  { timeout: TIMEOUT_MS },
  async () => {
    const dir = createDataDir()
    const env = { DATABASE_URL: 'postgres://someone:secret@db.example/none' }
    const first = await startStackProcess(dir, { env })
    expect(first.parts['temporal']).toMatchObject({ how: 'found' })
    expect(first.parts['postgres']).toEqual({ how: 'configured', detail: 'db.example' })
    expect(first.env).not.toHaveProperty('DATABASE_URL')
    const address = first.env['TEMPORAL_ADDRESS'] ?? ''
    const connection = await Connection.connect({ address })
    onTestFinished(async () => await connection.close())
    const { workflow } = new Client({ connection })
    const handle = await workflow.start('kept', { taskQueue: 'nobody', workflowId: 'kept' })
    const isThere = async () => expect((await handle.describe()).status.name).toBe('RUNNING')

    process.kill(pidOf(dir, 'temporal'), 'SIGKILL')
    await vi.waitFor(isThere, { timeout: 30_000, interval: 200 })
    expect(first.said.join('\n')).toContain('temporal  died')

    await first.kill()
    const second = await startStackProcess(dir, { env })
    expect(second.env['TEMPORAL_ADDRESS']).toBe(address)
    await vi.waitFor(isThere, { timeout: 30_000, interval: 200 })
    expect((await fetch(second.temporalUi)).status).toBe(200)
    await second.close()
    await expect(Connection.connect({ address, connectTimeout: 500 })).rejects.toThrow()
  },
)

/** A machine with a `go` of ours that writes what it was asked into the log, and then does `work`. */
function createMachine(work: string): Machine & { readonly log: string } {
  const root = mkdtempSync(join(tmpdir(), 'memoir-go-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const bin = join(root, 'bin')
  const log = join(root, 'log')
  mkdirSync(bin)
  writeFileSync(join(bin, 'go'), `#!/bin/sh\n(echo "$@"; env) > '${log}'\n${work}\n`)
  chmodSync(join(bin, 'go'), 0o755)
  return {
    ...machine,
    path: [bin],
    cache: join(root, 'cache', 'bin'),
    environment: { ...machine.environment, GOPROXY: 'off', OPENAI_API_KEY: 'a-secret' },
    log,
  }
}

test('Temporal is built with Go into the cache once, and found there from then on', async () => {
  const withGo = createMachine(`printf '#!/bin/sh\\n' > "$GOBIN/temporal"`)
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const nothing = async () => await Promise.resolve(undefined)
  const program = join(withGo.cache, 'temporal')

  expect(await provideTemporal(withGo, say, { ways: [nothing, build] })).toEqual({
    program,
    how: 'embedded',
  })
  expect(said.join('\n')).toContain('three minutes')
  expect(readdirSync(withGo.cache)).toEqual(['temporal'])
  const asked = readFileSync(withGo.log, 'utf8')
  expect(asked).toMatch(/^install -v github\.com\/temporalio\/cli\/cmd\/temporal@v\d/)
  expect(asked).toContain('GOPROXY=off')
  expect(asked).not.toContain('a-secret')

  expect(await provideTemporal(withGo, say, { ways: [] })).toEqual({ program, how: 'found' })
})

test('a build that fails half way leaves no program behind, and the answer says what to do', async () => {
  const withGo = createMachine(`echo half > "$GOBIN/temporal"; exit 1`)
  await expect(provideTemporal(withGo, () => undefined, { ways: [build] })).rejects.toMatchObject({
    code: 'configuration_invalid',
    details: { next: expect.stringContaining('TEMPORAL_ADDRESS') as string },
  })
  expect(readdirSync(withGo.cache)).toEqual([])
})

test('Ctrl-C ends a build, and neither leaves a program behind nor tries another way', async () => {
  const withGo = createMachine('exec sleep 60')
  const stopped = new AbortController()
  const said: string[] = []
  const never = vi.fn<() => Promise<undefined>>(async () => await Promise.resolve(undefined))
  const waits = provideTemporal(withGo, (line) => said.push(line), {
    ways: [build, never],
    signal: stopped.signal,
  })
  stopped.abort()
  await expect(waits).rejects.toMatchObject({ name: 'AbortError' })
  expect(never).not.toHaveBeenCalled()
  expect(said.join('\n')).not.toContain('could not be built')
  expect(readdirSync(withGo.cache)).toEqual([])
})

test('whoever waits for a build sees how far it is, and about how long it takes', () => {
  const downloads = 'go: downloading example.com/a v1.0.0\n'.repeat(40)
  expect(buildProgress('', 1_000)).toBe('0 modules are downloaded, 1 s …')
  expect(buildProgress(downloads, 9_000)).toBe('40 modules are downloaded, 9 s …')
  const half = `${downloads}${'example.com/a/package\n'.repeat(649)}`
  expect(buildProgress(half, 60_000)).toBe(
    '649 of some 1298 packages are compiled, 60 s, some 60 s left …',
  )
  expect(buildProgress('example.com/a/package\n'.repeat(10), 5_000)).toBe(
    '10 of some 1298 packages are compiled, 5 s …',
  )
  const all = 'example.com/a/package\n'.repeat(1_298)
  expect(buildProgress(all, 170_000)).toBe(
    'all packages are compiled, the program is linked, 170 s …',
  )
})
