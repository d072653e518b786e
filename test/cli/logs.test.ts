import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/cli.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

function createFolder(): { env: { MEMOIR_DATA_DIR: string }; log: (part: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-logs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'logs'))
  const log = (part: string) => join(folder, 'logs', `${part}.log`)
  return { env: { MEMOIR_DATA_DIR: folder }, log }
}

test('the last lines of each log, saying whose they are', async () => {
  const { env, log } = createFolder()
  writeFileSync(log('postgres'), 'one\ntwo\nthree\n')
  writeFileSync(log('memoir'), 'here \u001b[31mred\n')
  const all = await memoir(['logs', '--lines', '2'], { env })
  expect([all.code, all.out]).toEqual([
    0,
    'memoir   | here [31mred\npostgres | two\npostgres | three\n',
  ])
  const one = await memoir(['logs', 'postgres', '--lines', '1'], { env })
  expect(one.out).toBe('three\n')
  const json = await memoir(['logs', 'postgres', '--json'], { env })
  expect(JSON.parse(json.out)).toEqual({
    logs: [{ part: 'postgres', file: log('postgres'), lines: ['one', 'two', 'three'] }],
  })
})

test('what is written from now on is followed, also in a log that was begun again', async () => {
  const { env, log } = createFolder()
  writeFileSync(log('memoir'), 'before, and longer than what comes\n')
  const terminal = createTerminal({ env })
  const following = run(['logs', '--follow'], terminal, noParts)
  await expect.poll(() => terminal.out()).toContain('before')
  appendFileSync(log('memoir'), 'half ')
  appendFileSync(log('memoir'), 'a line\n')
  await expect.poll(() => terminal.out()).toContain('\nhalf a line\n')
  renameSync(log('memoir'), `${log('memoir')}.1`)
  writeFileSync(log('memoir'), 'again\n')
  await expect.poll(() => terminal.out()).toContain('\nagain\n')
  terminal.press('SIGINT')
  expect(await following).toBe(130)
  expect(terminal.listeners()).toBe(0)
})

test('where there are none, or none of that part, it is said what to do', async () => {
  const { env, log } = createFolder()
  const none = await memoir(['logs'], { env })
  expect(none).toMatchObject({ code: 1, out: '' })
  expect(none.err).toContain('memoir up writes them')
  const remote = { ...env, MEMOIR_URL: 'https://memoir.example.com' }
  const elsewhere = await memoir(['logs'], { env: remote })
  expect(elsewhere.err).toContain('https://memoir.example.com')
  writeFileSync(log('redis'), 'x\n')
  const other = await memoir(['logs', 'postgres'], { env })
  expect(other.err).toContain('There is: redis.')
  expect((await memoir(['logs', '--follow', '--json'], { env })).code).toBe(2)
})
