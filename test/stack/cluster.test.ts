import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { toMemoirError, type MemoirError } from '../../src/errors.ts'
import type { Machine } from '../../src/stack/programs.ts'
import { startStack } from '../../src/stack/stack.ts'
import { hasPostgres } from '../support/database.ts'
import { childrenOf, createDataDir, machine } from './stack-process.ts'

/** The refusal of a start in that folder. It has to have started nothing and given the folder free, so a second try is told the same. */
async function refusalOf(dir: string, on: Machine): Promise<MemoirError> {
  const config = loadConfig({ MEMOIR_DATA_DIR: dir, TEMPORAL_ADDRESS: '127.0.0.1:1' })
  const options = { machine: on, log: pino({ level: 'silent' }), say: () => undefined }
  const refusals: MemoirError[] = []
  for (let n = 0; n < 2; n += 1) {
    const start = startStack(config, options).then(async (stack) => await stack.close())
    refusals.push(toMemoirError(await start.catch((error: unknown) => error)))
  }
  const [first, second] = refusals
  if (!first || first.message !== second?.message) throw new Error('it was told differently')
  expect(childrenOf(dir)).toEqual([])
  expect(first.code).toBe('configuration_invalid')
  expect(first.details?.['next']).toEqual(expect.any(String))
  return first
}

function createCluster(dir: string, major: string): void {
  mkdirSync(join(dir, 'postgres'))
  writeFileSync(join(dir, 'postgres', 'PG_VERSION'), `${major}\n`)
}

test.skipIf(!hasPostgres)(
  'a cluster of a version that is not here is left alone and named',
  async () => {
    const dir = createDataDir()
    createCluster(dir, '9')
    expect((await refusalOf(dir, machine)).message).toContain('Postgres 9')
  },
)

test('memories in a Postgres that was removed are not replaced by an empty store', async () => {
  const dir = createDataDir()
  createCluster(dir, '15')
  const without = { ...machine, path: [], postgresVersions: '/nowhere' }
  expect((await refusalOf(dir, without)).message).toContain('no longer has one')
})

test('a copied data folder does not open the cluster of the original, a moved one does', async () => {
  const [original, copy, home] = [createDataDir(), createDataDir(), createDataDir()]
  mkdirSync(join(home, 'postgres'))
  writeFileSync(join(home, 'postgres', 'PG_VERSION'), '9\n')
  const own = (folder: string) =>
    writeFileSync(join(home, 'owner.json'), JSON.stringify({ folder }))
  for (const dir of [original, copy]) {
    writeFileSync(join(dir, 'postgres.json'), JSON.stringify({ home }))
  }
  own(original)
  expect((await refusalOf(copy, machine)).message).toContain('copy')
  own('/nowhere')
  expect((await refusalOf(copy, machine)).message).toContain(
    hasPostgres ? 'Postgres 9' : 'no longer has one',
  )
  // It belongs to that one now.
  expect((await refusalOf(original, machine)).message).toContain('copy')
})

test('a cluster elsewhere that is gone is not replaced by an empty one', async () => {
  const dir = createDataDir()
  writeFileSync(join(dir, 'postgres.json'), JSON.stringify({ home: join(dir, 'gone') }))
  expect((await refusalOf(dir, machine)).message).toContain('gone')
})
